/** The types of columns in Postgres, and the tables that only the Postgres adapters use. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { ADD_SEARCH_TERMS } from '../search/postgres-terms.ts';
import type { SchemaParts } from '../schema/schema-parts.ts';

const SECRET_BYTES = 32;

export const postgresSchema: SchemaParts = {
  types: {
    // The order of SQLite, which does not depend on a library of the operating system.
    text: sql`text collate "C"`,
    integer: 'bigint',
    bytes: 'bytea',
    rowNumber: 'bigserial',
    clustered: sql``,
  },
  async createOwnTables(db) {
    for (const table of TABLES) await sql.raw(table).execute(db);
    await sql`insert into cluster (id, secret, wal_timeline)
      values (${randomUUID()}, ${randomBytes(SECRET_BYTES).toString('base64url')}, ${''})`.execute(
      db,
    );
  },
  async createSearchTerms(db) {
    for (const statement of ADD_SEARCH_TERMS) await sql.raw(statement).execute(db);
  },
};

const TABLES = [
  // Rows that change often leave room for their new versions on the page.
  `create table journal (
    document text collate "C" primary key,
    epoch text not null,
    kind text not null,
    head bigint not null,
    tail text,
    snapshot_offset bigint not null,
    snapshot_tail text
  ) with (fillfactor = 70)`,
  `create table snapshot (
    document text collate "C" primary key,
    data bytea not null
  )`,
  `create table "update" (
    document text collate "C" not null,
    "offset" bigint not null,
    data bytea not null,
    "user" text not null,
    at bigint not null,
    batch text,
    primary key (document, "offset")
  ) with (autovacuum_vacuum_scale_factor = 0.02)`,
  `create table client (
    document text collate "C" not null,
    client bigint not null,
    "user" text not null,
    primary key (document, client)
  )`,
  // Nodes that number events of one channel take turns at its row.
  `create table channel_head (
    channel text collate "C" primary key,
    "offset" bigint not null
  ) with (fillfactor = 70)`,
  // One row: what all nodes share. The write-ahead log's timeline changes when a standby takes over.
  `create table cluster (
    id text primary key,
    secret text not null,
    wal_timeline text not null,
    log_head bigint not null default 0
  )`,
  `create table cluster_log (
    number bigint primary key,
    node text not null,
    body text not null,
    at bigint not null
  )`,
  // Lost in a crash of Postgres: a few more guests may come then.
  `create unlogged table guest_rate (
    address text collate "C" primary key,
    full_at bigint not null
  ) with (fillfactor = 50)`,
];
