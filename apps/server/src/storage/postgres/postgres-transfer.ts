/**
 * A database in Postgres as the source or the target of a transfer, each in one transaction: a source is read as
 * it was at one moment, and a target is as before unless everything was written.
 */
import { CompiledQuery, type Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import { assertCurrentSchema, migrateIn, MIGRATION_LOCK, UNFINISHED_TABLE } from '../migrator.ts';
import { StorageError } from '../storage-error.ts';
import type { Tables } from '../tables.ts';
import {
  BATCH,
  bytesOf,
  type DatabaseMoment,
  type NewTimeline,
  type TransferRow,
  type TransferTarget,
} from '../transfer/transfer.ts';
import { NUMBERED, TRANSFER_TABLES, type TransferTable } from '../transfer/transfer-tables.ts';
import { checkPostgres } from './postgres-cluster.ts';
import { connectPool } from './postgres-database.ts';
import { PostgresError } from './postgres-error.ts';
import { Postgres } from './postgres.ts';

/** Longer than sorting or committing many gigabytes takes. */
const QUERY_TIMEOUT_MS = 60 * 60 * 1000;
const LOCK_TIMEOUT_MS = 5_000;
const FIRST_FETCH_ROWS = 16;
const CONNECTIONS_INTERVAL_MS = 200;
const ASKED_FOR_CONNECTIONS = 10;

/** Tables in which a server has rows that was only started: its timeline, and its recurring jobs. */
const BEGUN_AT_START: readonly string[] = ['timeline', 'job'];

const SQL_TYPES = { text: 'text', integer: 'bigint', bytes: 'bytea' } as const;

export interface PostgresMoment extends DatabaseMoment {
  /** Signs tokens, unless the operator has set another one. */
  readonly secret: string | null;
}

/**
 * Reads everything as it was at one moment.
 *
 * @param options.usedBy `nobody`: servers are refused, and wait until the end.
 * @throws StorageError
 */
export async function readFromPostgres<T>(
  url: string,
  { clock, usedBy }: { readonly clock: Clock; readonly usedBy: 'nobody' | 'servers' },
  work: (source: PostgresMoment) => Promise<T>,
): Promise<T> {
  await using postgres = connect(url, usedBy === 'nobody' ? 'migrate' : 'backup');
  const db = connectPool(postgres).withoutPlugins();
  const assertReadable = async (open: Transaction<Tables>): Promise<readonly string[]> => {
    const migrations = await readAppliedMigrations(new Statements(open));
    assertCurrentSchema(migrations, { kind: 'postgres', clock });
    return migrations;
  };
  await db.transaction().execute(assertReadable);
  const transaction = db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only');
  // The moment must begin after the last write of a server that is just ending.
  if (usedBy === 'nobody') await db.transaction().execute(reserve);
  return await transaction.execute(async (open) => {
    const statements = new Statements(open);
    await statements.prepare();
    if (usedBy === 'nobody') {
      await statements.lock();
      await assertNoServer(statements, { isFinal: true });
    } else {
      await statements.lockTables();
    }
    const migrations = await assertReadable(open);
    const [row] = await statements.run<{ secret: string }>('select secret from cluster');
    const secret = row?.secret ?? null;
    return await work(new PostgresTransferSource(statements, { migrations, secret }));
  });
}

/** @throws StorageError */
export async function writeToPostgres<T>(
  url: string,
  { clock, secret }: { readonly clock: Clock; readonly secret: string | null },
  work: (target: TransferTarget) => Promise<T>,
): Promise<T> {
  await using postgres = connect(url, 'migrate');
  await checkPostgres(postgres);
  const db = connectPool(postgres).withoutPlugins();
  await db.transaction().execute(async (open) => {
    const statements = await reserve(open);
    if ((await readAppliedMigrations(statements)).length > 0) await assertEmpty(statements);
    await statements.run(`create table if not exists ${UNFINISHED_TABLE} ()`);
  });
  // Another attempt at the same time must not take away the mark of this one.
  let isReserved = false;
  const fill = db.transaction().execute(async (open) => {
    const statements = await reserve(open);
    isReserved = true;
    await migrateIn(open, { kind: 'postgres', clock });
    await assertEmpty(statements);
    for (const name of BEGUN_AT_START) await statements.run(`delete from "${name}"`);
    const migrations = await readAppliedMigrations(statements);
    const result = await work(new PostgresTransferTarget(statements, { migrations, secret }));
    await statements.run(`drop table if exists ${UNFINISHED_TABLE}`);
    return result;
  });
  return await fill.catch(async (error: unknown) => {
    const drop = CompiledQuery.raw(`drop table if exists ${UNFINISHED_TABLE}`);
    if (isReserved) await db.executeQuery(drop).catch(() => undefined);
    throw error;
  });
}

/** Until the end of the transaction, no server uses the database. @throws StorageError where one does. */
async function reserve(open: Transaction<Tables>): Promise<Statements> {
  const statements = new Statements(open);
  await statements.prepare();
  await statements.lock();
  await assertNoServer(statements);
  return statements;
}

class PostgresTransferSource implements PostgresMoment {
  protected readonly statements: Statements;
  readonly migrations: readonly string[];
  readonly secret: string | null;

  constructor(
    statements: Statements,
    { migrations, secret }: Pick<PostgresMoment, 'migrations' | 'secret'>,
  ) {
    this.statements = statements;
    this.migrations = migrations;
    this.secret = secret;
  }

  async *read(table: TransferTable): AsyncGenerator<readonly TransferRow[]> {
    const columns = Object.keys(table.columns);
    const cursor = `transfer_${table.name}`;
    await this.statements.run(
      `declare ${cursor} no scroll cursor for
       select ${quoted(columns)} from "${table.name}" order by ${quoted(table.key)}`,
    );
    for (let count = FIRST_FETCH_ROWS; ;) {
      const found = await this.statements.run<Record<string, never>>(
        `fetch forward ${count} from ${cursor}`,
      );
      const rows: TransferRow[] = found.map((row) => columns.map((column) => row[column] as never));
      if (rows.length > 0) yield rows;
      if (rows.length < count) break;
      count = nextCount(rows);
    }
    await this.statements.run(`close ${cursor}`);
  }
}

/** Its secret is the one that it is to have. */
class PostgresTransferTarget extends PostgresTransferSource implements TransferTarget {
  async write({ name, columns }: TransferTable, rows: readonly TransferRow[]): Promise<void> {
    const names = Object.keys(columns);
    const arrays = Object.values(columns).map((kind, at) => `$${at + 1}::${SQL_TYPES[kind]}[]`);
    await this.statements.run(
      `insert into "${name}" (${quoted(names)}) select * from unnest(${arrays.join(', ')})`,
      names.map((_, at) => rows.map((row) => row[at])),
    );
  }

  async complete(timeline: NewTimeline | null): Promise<void> {
    const { statements, secret } = this;
    await statements.run(
      `insert into channel_head (channel, "offset") select channel, max("offset") from event group by channel`,
    );
    for (const [table, column] of Object.entries(NUMBERED))
      await statements.run(
        `select setval(pg_get_serial_sequence('${table}', '${column}'),
           coalesce(max("${column}"), 0) + 1, false) from "${table}"`,
      );
    if (timeline !== null)
      await statements.run('insert into timeline (id, began_at) values ($1, $2)', [
        timeline.id,
        timeline.atMs,
      ]);
    if (secret !== null) await statements.run('update cluster set secret = $1', [secret]);
    for (const { name } of TRANSFER_TABLES) await statements.run(`analyze "${name}"`);
  }
}

class Statements {
  readonly open: Transaction<Tables>;

  constructor(open: Transaction<Tables>) {
    this.open = open;
  }

  /** @throws StorageError */
  async run<R>(text: string, values: readonly unknown[] = []): Promise<readonly R[]> {
    const { rows } = await this.open.executeQuery<R>(CompiledQuery.raw(text, [...values]));
    return rows;
  }

  /** Reading in the order of a key goes along its index, also before the tables were analysed. */
  async prepare(): Promise<void> {
    for (const setting of [
      'statement_timeout = 0',
      'idle_in_transaction_session_timeout = 0',
      'enable_sort = off',
      `lock_timeout = ${LOCK_TIMEOUT_MS}`,
    ])
      await this.run(`set local ${setting}`);
  }

  /** Until the end of the transaction, servers that start wait. */
  async lock(): Promise<void> {
    await this.#waitFor('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  }

  /**
   * Until the end of the transaction, no migration rewrites a table, which would be empty for an older moment. Servers
   * read and write. Call before the first query, which decides the moment.
   */
  async lockTables(): Promise<void> {
    const names = ['migration', ...TRANSFER_TABLES.map(({ name }) => name)];
    await this.#waitFor(`lock table ${quoted(names)} in access share mode`);
  }

  async #waitFor(text: string, values: readonly unknown[] = []): Promise<void> {
    try {
      await this.run(text, values);
    } catch (error) {
      if (!(error instanceof PostgresError) || error.failure !== 'busy') throw error;
      throw refusal(
        'A server that starts, or another migration, uses the Postgres database. Wait for its end, and try again.',
      );
    }
  }
}

async function readAppliedMigrations(statements: Statements): Promise<readonly string[]> {
  const tables = await statements.run(
    "select 1 from pg_class where oid = to_regclass('migration')",
  );
  if (tables.length === 0) return [];
  const rows = await statements.run<{ readonly name: string }>(
    'select name from migration order by name',
  );
  return rows.map(({ name }) => name);
}

/** The connections of a process that has just ended are gone a moment later. */
async function assertNoServer(
  statements: Statements,
  { isFinal = false }: { readonly isFinal?: boolean } = {},
): Promise<void> {
  for (let asked = 1; ; asked += 1) {
    const others = await connectionsOfOthers(statements);
    if (others.length === 0) return;
    if (isFinal || asked === ASKED_FOR_CONNECTIONS)
      throw refusal(
        `A server uses the Postgres database (${others.join(', ')}). Stop all servers on it, and try again.`,
      );
    await statements.run('select pg_sleep($1)', [CONNECTIONS_INTERVAL_MS / 1_000]);
    await statements.run('select pg_stat_clear_snapshot()');
  }
}

async function connectionsOfOthers(statements: Statements): Promise<readonly string[]> {
  const rows = await statements.run<{ readonly name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'tandem %' and pid <> pg_backend_pid()
     order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function assertEmpty(statements: Statements): Promise<void> {
  for (const { name } of TRANSFER_TABLES) {
    if (BEGUN_AT_START.includes(name)) continue;
    const found = await statements.run(`select 1 from "${name}" limit 1`);
    if (found.length > 0)
      throw refusal(
        `The Postgres database is not empty: "${name}" has rows. Nothing was changed. Choose an empty database.`,
      );
  }
}

function connect(url: string, use: 'migrate' | 'backup'): Postgres {
  return new Postgres({
    url,
    connections: 1,
    name: `tandem ${use}`,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
  });
}

/** As many rows as probably have the bytes of a batch; at most twice as many as before. */
function nextCount(rows: readonly TransferRow[]): number {
  const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 1);
  const fitting = Math.floor((rows.length * BATCH.maxBytes) / bytes);
  return Math.max(1, Math.min(fitting, rows.length * 2, BATCH.maxRows));
}

function refusal(message: string): StorageError {
  return new StorageError({ message, retryable: false, damaged: false });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
