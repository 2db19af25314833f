/**
 * The migrations of the database, in SQLite and in Postgres. Never change a migration that was released; add
 * a new one at the end.
 */
import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Clock } from '../runtime/clock.ts';
import type { ColumnTypes, DatabaseKind, SchemaParts } from './schema-parts.ts';
import { postgresSchema } from './postgres/postgres-schema.ts';
import { sqliteSchema } from './sqlite/sqlite-schema.ts';

export interface Migration {
  readonly name: string;
  /** A version that knows this migration can use the database after the one here: UP2, UP3. */
  readonly needs: string;
  up(db: Kysely<unknown>): Promise<void>;
}

const SCHEMAS: Readonly<Record<DatabaseKind, SchemaParts>> = {
  sqlite: sqliteSchema,
  postgres: postgresSchema,
};

export function migrations(kind: DatabaseKind, clock: Clock): readonly Migration[] {
  return [{ name: '0001-schema', needs: '0001-schema', up: (db) => createSchema(db, kind, clock) }];
}

async function createSchema(db: Kysely<unknown>, kind: DatabaseKind, clock: Clock): Promise<void> {
  const { types, createOwnTables } = SCHEMAS[kind];
  await createOwnTables(db);
  await createPeopleAndDocuments(db, types);
  await createCommandsAndEvents(db, types);
  await createChat(db, types);
  await createTimelines(db, types, clock);
  await createJobs(db, types);
  await createSearch(db, SCHEMAS[kind]);
}

async function createSearch(
  db: Kysely<unknown>,
  { types, createSearchTerms }: SchemaParts,
): Promise<void> {
  await db.schema
    .createTable('search_part')
    .addColumn('number', types.rowNumber, (column) => column.primaryKey())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('hash', types.text, (column) => column.notNull())
    .addColumn('is_title', types.integer, (column) => column.notNull())
    .addColumn('content', types.text, (column) => column.notNull())
    .addUniqueConstraint('search_part_hash', ['document', 'hash'])
    .execute();
  await db.schema
    .createTable('search_document')
    .addColumn('document', types.text, (column) => column.primaryKey())
    .addColumn('epoch', types.text, (column) => column.notNull())
    .addColumn('offset', types.integer, (column) => column.notNull())
    .addColumn('indexed_at', types.integer, (column) => column.notNull())
    .execute();
  await createSearchTerms(db);
}

async function createPeopleAndDocuments(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('user')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('color', types.integer, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('session')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('session_expires_at').on('session').column('expires_at').execute();
  await db.schema.createIndex('session_user').on('session').column('user').execute();
  await db.schema
    .createTable('document')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('title', types.text, (column) => column.notNull())
    .addColumn('owner', types.text)
    .addColumn('link_access', types.text, (column) => column.notNull().defaultTo('edit'))
    .addColumn('excerpt', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('folded_title', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('folded_excerpt', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('updated_at', types.integer, (column) => column.notNull())
    .addColumn('trashed_at', types.integer)
    .addColumn('purged_at', types.integer)
    .execute();
  await db.schema
    .createIndex('document_trashed_at')
    .on('document')
    .column('trashed_at')
    .where(sql.ref('trashed_at'), 'is not', null)
    .execute();
  await db.schema.createIndex('document_owner').on('document').column('owner').execute();
  await db.schema
    .createTable('visit')
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('opened_at', types.integer, (column) => column.notNull())
    .addColumn('chat_read', types.integer, (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('visit_primary', ['user', 'document'])
    .execute();
  await db.schema
    .createIndex('visit_document')
    .on('visit')
    .columns(['document', 'opened_at'])
    .execute();
  await db.schema
    .createTable('member')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('role', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('member_primary', ['document', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema.createIndex('member_user').on('member').column('user').execute();
}

async function createCommandsAndEvents(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('command')
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('result', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    // Ids begin with their time, so that rows of one time are neighbours.
    .addPrimaryKeyConstraint('command_primary', ['id', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createTable('event')
    .addColumn('channel', types.text, (column) => column.notNull())
    .addColumn('offset', types.integer, (column) => column.notNull())
    .addColumn('data', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('event_primary', ['channel', 'offset'])
    .modifyEnd(types.clustered)
    .execute();
}

async function createChat(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('chat_message')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('number', types.integer, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('author', types.text, (column) => column.notNull())
    .addColumn('text', types.text, (column) => column.notNull())
    .addColumn('mentions', types.text, (column) => column.notNull())
    .addColumn('reply_to', types.text)
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('edited_at', types.integer)
    .addColumn('deleted_at', types.integer)
    // In a table with row ids, new messages of all documents share a page.
    .addPrimaryKeyConstraint('chat_message_primary', ['document', 'number'])
    // Ids begin with their time, so that messages of one time are neighbours.
    .addUniqueConstraint('chat_message_id', ['id', 'document'])
    .execute();
  await db.schema
    .createTable('chat_author')
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('document', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('chat_author_primary', ['user', 'document'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createTable('chat_reaction')
    .addColumn('order', types.rowNumber, (column) => column.primaryKey())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('message', types.text, (column) => column.notNull())
    .addColumn('emoji', types.text, (column) => column.notNull())
    .addColumn('place', types.integer, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addUniqueConstraint('chat_reaction_once', ['document', 'message', 'emoji', 'user'])
    .execute();
  await db.schema.createIndex('chat_reaction_user').on('chat_reaction').column('user').execute();
  await db.schema
    .createIndex('chat_message_deleted')
    .on('chat_message')
    .columns(['document', 'number'])
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute();
}

async function createTimelines(
  db: Kysely<unknown>,
  types: ColumnTypes,
  clock: Clock,
): Promise<void> {
  await db.schema
    .createTable('timeline')
    .addColumn('number', types.rowNumber, (column) => column.primaryKey())
    .addColumn('id', types.text, (column) => column.notNull().unique())
    .addColumn('began_at', types.integer, (column) => column.notNull())
    .execute();
  await sql`insert into timeline (id, began_at) values (${randomUUID()}, ${clock.now()})`.execute(
    db,
  );
}

async function createJobs(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('job')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('key', types.text, (column) => column.notNull())
    .addColumn('input', types.text, (column) => column.notNull())
    .addColumn('due_at', types.integer)
    .addColumn('lease', types.text)
    .addColumn('again_at', types.integer)
    .addColumn('interval_ms', types.integer)
    .addColumn('attempts', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('failures', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('failed_at', types.integer)
    .addColumn('error', types.text)
    .addUniqueConstraint('job_key', ['kind', 'key'])
    .execute();
  await db.schema.createIndex('job_due_at').on('job').column('due_at').execute();
  await db.schema
    .createIndex('job_failed_at')
    .on('job')
    .column('failed_at')
    .where(sql.ref('failed_at'), 'is not', null)
    .execute();
}
