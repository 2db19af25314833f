/** Opens the storage of a server at its start. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { DataDirectory } from './data-directory.ts';
import { describeSqlite, openMetadata, type StorageDescription } from './storage.ts';
import type { Database } from './tables.ts';
import { beginRun, readLastRun } from './timelines.ts';

export interface ServerStorage {
  readonly description: StorageDescription;
  readonly db: Database;
  confirm(): void;
}

/**
 * Migrates the database and begins a timeline when the database was restored from a backup.
 *
 * @throws StorageError
 */
export async function openServerStorage({
  directory,
  clock,
  log,
}: {
  readonly directory: DataDirectory;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<ServerStorage> {
  const description = describeSqlite(directory.database);
  const last = readLastRun(directory.database);
  const db = await openMetadata(description, clock);
  const isRestored = directory.isRestored(last);
  const id = randomUUID();
  const timeline = isRestored ? randomUUID() : null;
  await beginRun(db, { id, timeline, atMs: clock.now() });
  if (isRestored) log.warn({ timeline }, 'database restored; all clients will resynchronise');
  return { description, db, confirm: () => directory.noteRun(id) };
}
