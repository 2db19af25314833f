/** Brings a database to the newest schema, in one transaction that other processes wait for: UP1 to UP4. */
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Clock } from '../runtime/clock.ts';
import { migrations, type Migration } from './migrations.ts';
import type { DatabaseKind } from './schema/schema-parts.ts';
import { StorageError } from './storage-error.ts';
import type { Database, Tables } from './tables.ts';

/** Of an advisory lock for one transaction, which also works behind a pooler. */
export const MIGRATION_LOCK = 7_405_126_203_871;

/** In Postgres, while a restore or a migration fills the database, and after one was interrupted: BK9. */
export const UNFINISHED_TABLE = 'unfinished_restore';

interface MigrationTables {
  migration: { name: string; needs: string; applied_at: number };
}

/** Everyone else who wants the table waits behind a migration that waits for it. */
const LOCK_TIMEOUT = '2s';

export interface MigrateOptions {
  readonly kind: DatabaseKind;
  readonly clock: Clock;
  /** Those of this version, unless a test has others. */
  readonly known?: readonly Migration[] | undefined;
}

/** @throws StorageError, also when a newer version or another application has used the database, or a restore was interrupted. */
export async function migrate(database: Database, options: MigrateOptions): Promise<void> {
  await database
    .withoutPlugins()
    .transaction()
    .execute(async (transaction) => {
      if (options.kind === 'postgres') {
        await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction);
        await sql.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`).execute(transaction);
        await assertFinished(transaction);
      }
      await migrateIn(transaction, options);
    });
}

async function assertFinished(transaction: Transaction<Tables>): Promise<void> {
  const found = await sql<{ readonly is: boolean }>`
    select to_regclass(${UNFINISHED_TABLE}) is not null as "is"`.execute(transaction);
  if (found.rows[0]?.is === true) throw refusal(UNFINISHED, []);
}

/** In an open transaction that holds `MIGRATION_LOCK`. @throws StorageError as `migrate` */
export async function migrateIn(
  database: Transaction<Tables>,
  { kind, clock, known = migrations(kind, clock) }: MigrateOptions,
): Promise<void> {
  const transaction = database as unknown as Transaction<MigrationTables>;
  const applied = await readApplied(transaction);
  const names = new Set(known.map(({ name }) => name));
  const tooNew = [...applied].filter(([name, needs]) => !names.has(name) && !names.has(needs));
  if (tooNew.length > 0)
    throw refusal(
      NEWER,
      tooNew.map(([name]) => name),
    );
  for (const { name, needs, up } of known) {
    if (applied.has(name)) continue;
    await up(transaction as unknown as Kysely<unknown>);
    await transaction
      .insertInto('migration')
      .values({ name, needs, applied_at: clock.now() })
      .execute();
  }
}

/** UP5. @throws StorageError unless the database has the schema of this version. */
export function assertCurrentSchema(
  applied: readonly string[],
  { kind, clock }: MigrateOptions,
): void {
  if (applied.length === 0) throw refusal(UNUSED, []);
  const all = migrations(kind, clock).map(({ name }) => name);
  const unknown = applied.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw refusal(NEWER, unknown);
  const missing = all.filter((name) => !applied.includes(name));
  if (missing.length > 0) throw refusal(OLDER, missing);
}

const NEWER =
  'A newer version of Tandem has used this database, and this version does not know its tables. Nothing was changed. Start the newer version.';
const UNUSED = 'The database to read has no tables of Tandem. Nothing was changed.';
const OLDER =
  'An older version of Tandem has used this database last. Nothing was changed. Start this version on it once, and stop it.';
const UNFINISHED = `A restore or a migration into the database of DATABASE_URL was interrupted. Run it again. To start with an empty database instead, drop the table ${UNFINISHED_TABLE}.`;
const FOREIGN =
  'The database holds tables of another application. Nothing was changed. Give Tandem a database of its own.';

/** @returns what each migration needs, by its name. */
async function readApplied(db: Kysely<MigrationTables>): Promise<ReadonlyMap<string, string>> {
  const found = await db.introspection.getTables();
  const tables = found.filter(({ name }) => name !== UNFINISHED_TABLE);
  if (!tables.some(({ name }) => name === 'migration')) {
    if (tables.length > 0)
      throw refusal(
        FOREIGN,
        tables.map(({ name }) => name),
      );
    await db.schema
      .createTable('migration')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('needs', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
  }
  const rows = await db.selectFrom('migration').select(['name', 'needs']).execute();
  return new Map(rows.map(({ name, needs }) => [name, needs]));
}

const MAX_NAMED = 3;

function refusal(sentence: string, names: readonly string[]): StorageError {
  const named = names.length === 0 ? '' : ` (${names.slice(0, MAX_NAMED).join(', ')})`;
  return new StorageError({ message: sentence + named, retryable: false, damaged: false });
}
