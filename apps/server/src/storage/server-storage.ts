/** Opens the storage of a server at its start. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { DataDirectory } from './data-directory.ts';
import { checkPostgres, joinCluster } from './postgres/postgres-cluster.ts';
import { Postgres } from './postgres/postgres.ts';
import { describeSqlite, openMetadata, type StorageDescription } from './storage.ts';
import type { Database } from './tables.ts';
import { beginRun, readLastRun } from './timelines.ts';

export interface ServerStorage {
  readonly description: StorageDescription;
  readonly db: Database;
  /** What signs tokens, unless the operator has set it; null where it is in the data directory. */
  readonly secret: string | null;
  /** The id that all servers on the database share; null where only one may use it. */
  readonly cluster: string | null;
  confirm(): void;
}

interface Options {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Migrates the database and begins a timeline when the database was restored from a backup.
 *
 * @throws StorageError
 */
export async function openSqliteStorage(
  directory: DataDirectory,
  { clock, log }: Options,
): Promise<ServerStorage> {
  const description = describeSqlite(directory.database);
  const last = readLastRun(directory.database);
  const db = await openMetadata(description, clock);
  const isRestored = directory.isRestored(last);
  const id = randomUUID();
  const timeline = isRestored ? randomUUID() : null;
  await beginRun(db, { id, timeline, atMs: clock.now() });
  if (isRestored) log.warn({ timeline }, 'database restored; all clients will resynchronise');
  return { description, db, secret: null, cluster: null, confirm: () => directory.noteRun(id) };
}

/**
 * Checks the server, migrates the database, and begins a timeline when another server has taken over.
 *
 * @throws StorageError
 */
export async function openPostgresStorage(
  url: string,
  { clock, log }: Options,
): Promise<ServerStorage> {
  const description = { kind: 'postgres', url, node: randomUUID() } as const;
  {
    await using postgres = new Postgres({ url, connections: 1, name: 'tandem start' });
    for (const warning of await checkPostgres(postgres)) log.warn(warning);
  }
  const db = await openMetadata(description, clock);
  try {
    const { id, secret } = await joinCluster(db);
    return { description, db, secret, cluster: id, confirm: () => {} };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
