/** Brings a database to the newest schema, in one transaction that other processes wait for. */
import { sql, type Kysely } from 'kysely';
import type { Clock } from '../runtime/clock.ts';
import { migrations } from './migrations.ts';
import type { DatabaseKind } from './schema-parts.ts';
import { StorageError } from './storage-error.ts';
import type { Database } from './tables.ts';

/** Of an advisory lock for one transaction, which also works behind a pooler. */
const LOCK_KEY = 7_405_126_203_871;

interface MigrationTables {
  migration: { name: string; applied_at: number };
}

/** @throws StorageError, also when a newer version or another application has used the database. */
export async function migrate(
  database: Database,
  { kind, clock }: { readonly kind: DatabaseKind; readonly clock: Clock },
): Promise<void> {
  const db = database.withoutPlugins() as unknown as Kysely<MigrationTables>;
  await db.transaction().execute(async (transaction) => {
    if (kind === 'postgres')
      await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(transaction);
    const applied = await readApplied(transaction);
    const all = migrations(kind, clock);
    const unknown = [...applied].filter((name) => !all.some((known) => known.name === name));
    if (unknown.length > 0) throw refusal(NEWER, unknown);
    for (const { name, up } of all) {
      if (applied.has(name)) continue;
      await up(transaction as unknown as Kysely<unknown>);
      await transaction.insertInto('migration').values({ name, applied_at: clock.now() }).execute();
    }
  });
}

const NEWER =
  'A newer version of Tandem has used this database, and this version does not know its tables. Nothing was changed. Start the newer version.';
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
  const named = names.slice(0, MAX_NAMED).join(', ');
  return new StorageError({ message: `${sentence} (${named})`, retryable: false, damaged: false });
}
