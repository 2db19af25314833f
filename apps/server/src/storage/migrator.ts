/** Brings a database to the newest schema, in one transaction that other processes wait for. */
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Clock } from '../runtime/clock.ts';
import { migrations } from './migrations.ts';
import type { DatabaseKind } from './schema-parts.ts';
import { StorageError } from './storage-error.ts';
import type { Database, Tables } from './tables.ts';

/** Of an advisory lock for one transaction, which also works behind a pooler. */
export const MIGRATION_LOCK = 7_405_126_203_871;

interface MigrationTables {
  migration: { name: string; applied_at: number };
}

interface MigrateOptions {
  readonly kind: DatabaseKind;
  readonly clock: Clock;
}

/** @throws StorageError, also when a newer version or another application has used the database. */
export async function migrate(database: Database, options: MigrateOptions): Promise<void> {
  await database
    .withoutPlugins()
    .transaction()
    .execute(async (transaction) => {
      if (options.kind === 'postgres')
        await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction);
      await migrateIn(transaction, options);
    });
}

/** In an open transaction that holds `MIGRATION_LOCK`. @throws StorageError as `migrate` */
export async function migrateIn(
  database: Transaction<Tables>,
  { kind, clock }: MigrateOptions,
): Promise<void> {
  const transaction = database as unknown as Transaction<MigrationTables>;
  const applied = await readApplied(transaction);
  const all = migrations(kind, clock);
  const unknown = [...applied].filter((name) => !all.some((known) => known.name === name));
  if (unknown.length > 0) throw refusal(NEWER, unknown);
  for (const { name, up } of all) {
    if (applied.has(name)) continue;
    await up(transaction as unknown as Kysely<unknown>);
    await transaction.insertInto('migration').values({ name, applied_at: clock.now() }).execute();
  }
}

/** @throws StorageError unless the database has the schema of this version. */
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
const FOREIGN =
  'The database holds tables of another application. Nothing was changed. Give Tandem a database of its own.';

async function readApplied(db: Kysely<MigrationTables>): Promise<ReadonlySet<string>> {
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === 'migration')) {
    if (tables.length > 0)
      throw refusal(
        FOREIGN,
        tables.map(({ name }) => name),
      );
    await db.schema
      .createTable('migration')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
  }
  const rows = await db.selectFrom('migration').select('name').execute();
  return new Set(rows.map(({ name }) => name));
}

const MAX_NAMED = 3;

function refusal(sentence: string, names: readonly string[]): StorageError {
  const named = names.length === 0 ? '' : ` (${names.slice(0, MAX_NAMED).join(', ')})`;
  return new StorageError({ message: sentence + named, retryable: false, damaged: false });
}
