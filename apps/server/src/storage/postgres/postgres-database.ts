/** The metadata database in Postgres, as Kysely sees it. */
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { PoolClient } from 'pg';
import { migrate, type MigrateOptions } from '../migrator.ts';
import { StoredTextPlugin } from '../stored-texts.ts';
import type { Database, Tables } from '../tables.ts';
import { PostgresError } from './postgres-error.ts';
import { LIMITS_OF_TRANSACTION, runQuery, type Postgres } from './postgres.ts';

/** About a minute and a half, in which all other statements get their turn. */
const MIGRATION = { attempts: 30, pauseMs: 1_000 } as const;

/** Where a database gets its connections from. */
export interface Connections {
  connect(): Promise<PoolClient>;
  /** @param isUsable false: the connection is broken. */
  release(client: PoolClient, isUsable: boolean): void;
  close(): Promise<void>;
}

/** @param connections are closed together with the database (`await db.destroy()`). */
export function connectPostgres(
  connections: Connections,
  limits = LIMITS_OF_TRANSACTION,
): Database {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => borrowed(await connections.connect(), connections, limits),
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
export async function openPostgres(
  postgres: Postgres,
  options: Omit<MigrateOptions, 'kind'>,
): Promise<Database> {
  try {
    await migratePostgres(postgres.forMigrations(), { ...options, kind: 'postgres' });
    return connectPool(postgres);
  } catch (error) {
    await postgres[Symbol.asyncDispose]();
    throw error;
  }
}

/** Other servers wait for a migration, however long it takes. One that waits for a table is tried again: UP4. */
async function migratePostgres(postgres: Postgres, options: MigrateOptions): Promise<void> {
  const db = connectPool(postgres, 'SET LOCAL lock_timeout = 0');
  try {
    for (let attempt = 1; ; attempt++)
      try {
        await migrate(db, options);
        return;
      } catch (error) {
        const isBusy = error instanceof PostgresError && error.failure === 'busy';
        if (!isBusy || attempt === MIGRATION.attempts) throw error;
        await new Promise<void>((resolve) => {
          options.clock.setTimeout(resolve, MIGRATION.pauseMs);
        });
      }
  } finally {
    await db.destroy();
  }
}

/** @param postgres is closed together with the database. */
export function connectPool(postgres: Postgres, limits?: string): Database {
  const connections: Connections = {
    connect: () => postgres.connect(),
    release: (client, isUsable) => client.release(!isUsable),
    close: () => postgres[Symbol.asyncDispose](),
  };
  return connectPostgres(connections, limits);
}

const BEGIN = /^(begin|start transaction)\b/;

/** A client as Kysely uses it, with errors as `StorageError`. */
function borrowed(
  client: PoolClient,
  connections: Connections,
  limits: string,
): PostgresPoolClient {
  let isUsable = true;
  const query = async (text: string, values: readonly unknown[]) => {
    try {
      // Several statements in one message take no parameters.
      return BEGIN.test(text)
        ? await runQuery(client, { text: `${text}; ${limits}` })
        : await runQuery(client, { text, values: [...values] });
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
