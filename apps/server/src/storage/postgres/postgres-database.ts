/** The metadata database in Postgres, as Kysely sees it. */
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { PoolClient } from 'pg';
import type { Clock } from '../../runtime/clock.ts';
import { migrate } from '../migrator.ts';
import { StoredTextPlugin } from '../stored-texts.ts';
import type { Database, Tables } from '../tables.ts';
import { isUsableAfter, toStorageError } from './postgres-error.ts';
import type { Postgres } from './postgres.ts';

/** @param postgres is closed together with the database (`await db.destroy()`). */
export function connectPostgres(postgres: Postgres): Database {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => borrowed(await postgres.connect()),
        end: () => postgres[Symbol.asyncDispose](),
      },
    }),
    plugins: [new StoredTextPlugin()],
  });
}

/**
 * Migrates the database to the newest schema.
 *
 * @throws StorageError
 */
export async function openPostgres(postgres: Postgres, clock: Clock): Promise<Database> {
  const db = connectPostgres(postgres);
  try {
    await migrate(db, { kind: 'postgres', clock });
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** A client as Kysely uses it, with errors as `StorageError`. */
function borrowed(client: PoolClient): PostgresPoolClient {
  let isUsable = true;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      isUsable &&= isUsableAfter(error);
      throw toStorageError(error);
    }
  };
  return {
    // Kysely passes cursors only when it was given a library for them.
    query: query as unknown as PostgresPoolClient['query'],
    release: () => client.release(!isUsable),
  };
}
