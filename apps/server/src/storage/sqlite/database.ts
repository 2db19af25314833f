/** The metadata database: opened and brought up to date before anything else starts. */
import { Kysely, Migrator } from 'kysely';
import { SqliteExecutorDialect } from './dialect.ts';
import type { SqlExecutor } from './executor.ts';
import { MIGRATIONS } from '../migrations.ts';
import { StoredTextPlugin } from '../stored-texts.ts';
import type { Database, Tables } from '../tables.ts';

/** A connection to a file that has all tables. */
export function connectDatabase(executor: SqlExecutor): Database {
  return new Kysely<Tables>({
    dialect: new SqliteExecutorDialect(executor),
    plugins: [new StoredTextPlugin()],
  });
}

/**
 * @param executor closed together with the database (`await db.destroy()`), or when this fails.
 * @throws DatabaseError when the file cannot be used.
 */
export async function openDatabase(executor: SqlExecutor): Promise<Database> {
  const db = connectDatabase(executor);
  try {
    const migrator = new Migrator({
      db: db.withoutPlugins(),
      provider: { getMigrations: async () => MIGRATIONS },
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw asError(error);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
