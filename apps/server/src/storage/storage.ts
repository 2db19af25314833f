/**
 * The factory of storage adapters. A `StorageDescription` is plain data, so that worker threads receive
 * it by value and open their own connection. A new database adds a member to the union and a case to
 * each switch here; nothing outside this folder knows which database it is.
 */
import type { Clock } from '../runtime/clock.ts';
import type { CommandStore } from './command-store.ts';
import type { Journal } from './journal/journal.ts';
import { openDatabase } from './sqlite/database.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { Maintenance } from './sqlite/maintenance.ts';
import { SqliteCommandStore } from './sqlite/sqlite-command-store.ts';
import { SqliteJournal } from './sqlite/sqlite-journal.ts';
import { WorkerExecutor } from './sqlite/worker-executor.ts';
import { createWriteLockMemory, releaseWriteLock, SharedWriteLock } from './sqlite/write-lock.ts';
import type { Database } from './tables.ts';

export type StorageDescription = {
  readonly kind: 'sqlite';
  readonly path: string;
  readonly lock: SharedArrayBuffer;
};

export function describeSqlite(path: string): StorageDescription {
  return { kind: 'sqlite', path, lock: createWriteLockMemory() };
}

/** For a worker thread: each call of the journal blocks the thread. @throws StorageError */
export function openJournal(storage: StorageDescription): Journal {
  switch (storage.kind) {
    case 'sqlite':
      return SqliteJournal.open(storage.path, { lock: new SharedWriteLock(storage.lock) });
  }
}

/** For the one worker thread that executes commands. @throws StorageError */
export function openCommandStore(storage: StorageDescription): CommandStore {
  switch (storage.kind) {
    case 'sqlite':
      return SqliteCommandStore.over(
        new LocalExecutor(storage.path),
        new SharedWriteLock(storage.lock),
      );
  }
}

/**
 * Opens the metadata and migrates it to the newest schema. Queries run in a thread of their own.
 *
 * @throws StorageError
 */
export async function openMetadata(storage: StorageDescription, clock: Clock): Promise<Database> {
  switch (storage.kind) {
    case 'sqlite':
      return await openDatabase(
        new WorkerExecutor({
          path: storage.path,
          lock: storage.lock,
          workerUrl: new URL('./database-worker.js', import.meta.url),
        }),
        clock,
      );
  }
}

export function startMaintenance(storage: StorageDescription): Disposable {
  switch (storage.kind) {
    case 'sqlite': {
      const maintenance = new Maintenance(storage.path, new SharedWriteLock(storage.lock));
      void maintenance.run();
      return maintenance;
    }
  }
}

export function releaseThread(storage: StorageDescription, threadId: number): void {
  switch (storage.kind) {
    case 'sqlite':
      releaseWriteLock(storage.lock, threadId);
  }
}
