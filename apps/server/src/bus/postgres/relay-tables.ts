/**
 * The tables that carry mailboxes through Postgres, and their statements: BU30 to BU32. They are not logged: a crash of
 * Postgres empties them, and costs no flush at a commit. All times are those of Postgres.
 */

/** Of an advisory lock for one transaction: nodes that start together create the tables once. */
const LOCK_KEY = 7_405_126_203_872;

export const ARE_TABLES_THERE = `select to_regclass('bus_node') is not null as "areThere"`;

/** One string, which Postgres runs as one transaction. */
export const CREATE_TABLES = `
  select pg_advisory_xact_lock(${LOCK_KEY});
  create unlogged table if not exists bus_mail (
    node text collate "C" not null,
    id bigserial not null,
    at timestamptz not null default now(),
    frame bytea not null,
    primary key (node, id)
  ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
  create unlogged table if not exists bus_node (
    instance text collate "C" primary key,
    at timestamptz not null,
    frame bytea not null
  ) with (fillfactor = 50)`;

/** Rows in one answer, each up to 256 KiB. */
export const READ_LIMIT = 200;

/**
 * `instance` is null for mail. An announcement that is older than a heartbeat's interval proves nothing: a reader that
 * has just started would hold a dead node for alive.
 */
export const READ = `
  with taken as (
    delete from bus_mail where node = $1 and id in (
      select id from bus_mail where node = $1 order by id limit ${READ_LIMIT} for update skip locked
    ) returning at, frame
  )
  select null as instance, '' as version, frame from taken where at > now() - interval '10 seconds'
  union all
  select instance, at::text, frame from bus_node where at > now() - interval '3 seconds'`;

/** One buffer with all frames: `pg` would send an array of buffers as text. */
export const WRITE = `
  insert into bus_mail (node, frame)
  select node, substring($1::bytea from position for length)
  from unnest($2::text[], $3::int[], $4::int[]) as part (node, position, length)`;

export const ANNOUNCE = `
  insert into bus_node (instance, at, frame) values ($1, clock_timestamp(), $2)
  on conflict (instance) do update set at = excluded.at, frame = excluded.frame`;

export const CLEAN = `
  with old_mail as (delete from bus_mail where at < now() - interval '10 seconds')
  delete from bus_node where at < now() - interval '1 minute'`;
