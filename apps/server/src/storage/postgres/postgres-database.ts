/** The metadata database in Postgres, as Kysely sees it. */
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { PoolClient } from 'pg';
import type { Clock } from '../../runtime/clock.ts';
import { migrate } from '../migrator.ts';
import { StoredTextPlugin } from '../stored-texts.ts';
import type { Database, Tables } from '../tables.ts';
import type { PostgresError } from './postgres-error.ts';
import { runQuery, type Postgres } from './postgres.ts';

/** Where a database gets its connections from. */
export interface Connections {
  connect(): Promise<PoolClient>;
  /** @param isUsable false: the connection is broken. */
  release(client: PoolClient, isUsable: boolean): void;
  close(): Promise<void>;
}

/** @param connections are closed together with the database (`await db.destroy()`). */
export function connectPostgres(connections: Connections): Database {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => borrowed(await connections.connect(), connections),
        end: () => connections.close(),
      },
    }),
    plugins: [new StoredTextPlugin()],
  });
}

/**
 * Migrates the database to the newest schema.
 *
 * @param postgres is closed together with the database, or when this fails.
 * @throws StorageError
 */
export async function openPostgres(postgres: Postgres, clock: Clock): Promise<Database> {
  const db = connectPool(postgres);
  try {
    await migrate(db, { kind: 'postgres', clock });
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** @param postgres is closed together with the database. */
export function connectPool(postgres: Postgres): Database {
  return connectPostgres({
    connect: () => postgres.connect(),
    release: (client, isUsable) => client.release(!isUsable),
    close: () => postgres[Symbol.asyncDispose](),
  });
}

/** A client as Kysely uses it, with errors as `StorageError`. */
function borrowed(client: PoolClient, connections: Connections): PostgresPoolClient {
  let isUsable = true;
  const query = async (text: string, values: readonly unknown[]) => {
    try {
      return await runQuery(client, { text, values: [...values] });
    } catch (error) {
      isUsable &&= !(error as PostgresError).isConnectionLost;
      throw error;
    }
  };
  return {
    // Kysely passes cursors only when it was given a library for them.
    query: query as unknown as PostgresPoolClient['query'],
    release: () => connections.release(client, isUsable),
  };
}
