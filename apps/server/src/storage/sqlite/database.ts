/** The metadata database in SQLite, as Kysely sees it. */
import { Kysely } from 'kysely';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { migrate } from '../migrator.ts';
import { StoredTextPlugin } from '../stored-texts.ts';
import type { Database, Tables } from '../tables.ts';
import { SqliteExecutorDialect } from './dialect.ts';
import type { SqlExecutor } from './executor.ts';

export function connectDatabase(executor: SqlExecutor): Database {
  return new Kysely<Tables>({
    dialect: new SqliteExecutorDialect(executor),
    plugins: [new StoredTextPlugin()],
  });
}

/**
 * Connects and migrates the file to the newest schema.
 *
 * @param executor closed together with the database (`await db.destroy()`), or when this fails.
 * @throws StorageError
 */
export async function openDatabase(
  executor: SqlExecutor,
  clock: Clock = systemClock,
): Promise<Database> {
  const db = connectDatabase(executor);
  try {
    await migrate(db, { kind: 'sqlite', clock });
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
