/**
 * The factory of storage adapters. A `StorageDescription` is plain data, so that worker threads receive
 * it by value and open their own connection. A new database adds a member to the union and a case to
 * each switch here; nothing outside this folder knows which database it is.
 */
import type { FilesPlace } from '../configuration/setting-schemas.ts';
import { LOG } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ClusterStorage } from './cluster-log.ts';
import type { CommandStore } from './command-store.ts';
import { DatabaseJobStore } from './jobs/database-job-store.ts';
import type { HistoryStore } from './history/history-store.ts';
import type { JobStore } from './jobs/job-store.ts';
import type { Journal } from './journal/journal.ts';
import { connectDatabase, openDatabase } from './sqlite/database.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { Maintenance } from './sqlite/maintenance.ts';
import { DiskObjects } from './objects/disk-objects.ts';
import type { ObjectStore } from './objects/object-store.ts';
import { S3Objects } from './objects/s3-objects.ts';
import { joinCluster } from './postgres/postgres-cluster.ts';
import { PostgresCommandStore } from './postgres/postgres-command-store.ts';
import { openPostgres } from './postgres/postgres-database.ts';
import { tryCountGuest } from './postgres/postgres-guest-rate.ts';
import { PostgresHeads } from './postgres/postgres-heads.ts';
import { PostgresHistory } from './postgres/postgres-history.ts';
import { PostgresJournal } from './postgres/postgres-journal.ts';
import { PostgresLog } from './postgres/postgres-log.ts';
import { postgresReader } from './postgres/postgres-search-reader.ts';
import { Postgres } from './postgres/postgres.ts';
import { postgresTerms } from './search/postgres-terms.ts';
import { SearchIndex } from './search/search-index.ts';
import { databaseReader } from './search/search-reader.ts';
import { sqliteTerms } from './search/sqlite-terms.ts';
import { SqliteCommandStore } from './sqlite/sqlite-command-store.ts';
import { SqliteHistory } from './sqlite/sqlite-history.ts';
import { SqliteJournal } from './sqlite/sqlite-journal.ts';
import { WorkerExecutor } from './sqlite/worker-executor.ts';
import { createWriteLockMemory, releaseWriteLock, SharedWriteLock } from './sqlite/write-lock.ts';
import type { Database } from './tables.ts';

export type StorageDescription =
  | { readonly kind: 'sqlite'; readonly path: string; readonly lock: SharedArrayBuffer }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      /** This process, in the log that it shares with others. */
      readonly node: string;
    };

/** Connections to Postgres of one thread. */
const CONNECTIONS = {
  journal: 4,
  commands: 2,
  metadata: 8,
  search: 4,
  log: 2,
  heads: 1,
  relay: 3,
  history: 2,
} as const;

export function describeSqlite(path: string): StorageDescription {
  return { kind: 'sqlite', path, lock: createWriteLockMemory() };
}

/** For a worker thread: with SQLite, each call of the journal blocks the thread. @throws StorageError */
export function openJournal(storage: StorageDescription): Journal {
  switch (storage.kind) {
    case 'sqlite':
      return SqliteJournal.open(storage.path, { lock: new SharedWriteLock(storage.lock) });
    case 'postgres':
      return new PostgresJournal(connect(storage.url, 'journal'));
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
    case 'postgres':
      return new PostgresCommandStore(connect(storage.url, 'commands'), storage.node);
  }
}

/**
 * Opens the metadata and migrates it to the newest schema. Queries of SQLite run in a thread of their own.
 *
 * @throws StorageError
 */
export async function openMetadata(storage: StorageDescription, clock: Clock): Promise<Database> {
  switch (storage.kind) {
    case 'sqlite':
      return await openDatabase(workerFor(storage), clock);
    case 'postgres':
      return await openPostgres(connect(storage.url, 'metadata'), { clock });
  }
}

/** @param db of the storage, or a transaction in it. */
export function openJobStore(storage: StorageDescription, db: Database, clock: Clock): JobStore {
  return new DatabaseJobStore({ db, kind: storage.kind, clock });
}

/** @throws StorageError */
export async function openObjects(place: FilesPlace): Promise<ObjectStore> {
  switch (place.kind) {
    case 'folder':
      return await DiskObjects.open(place.path);
    case 'bucket':
      return new S3Objects(place);
  }
}

/** Objects that are only read: nothing is created. */
export function existingObjects(place: FilesPlace): ObjectStore {
  switch (place.kind) {
    case 'folder':
      return DiskObjects.existing(place.path);
    case 'bucket':
      return new S3Objects(place);
  }
}

export function openSearch(storage: StorageDescription, db: Database): SearchIndex {
  switch (storage.kind) {
    case 'sqlite':
      // A thread of its own, which begins with the first search.
      return new SearchIndex(db, {
        terms: sqliteTerms,
        reader: databaseReader(connectDatabase(workerFor(storage))),
      });
    case 'postgres':
      return new SearchIndex(db, {
        terms: postgresTerms,
        reader: postgresReader(connect(storage.url, 'search')),
      });
  }
}

export function startMaintenance(storage: StorageDescription): Disposable {
  switch (storage.kind) {
    case 'sqlite': {
      const maintenance = new Maintenance(storage.path, new SharedWriteLock(storage.lock));
      void maintenance.run();
      return maintenance;
    }
    case 'postgres':
      return { [Symbol.dispose]() {} };
  }
}

/** What the processes on one database tell each other; null where only one may use it. */
export function openClusterStorage(storage: StorageDescription): ClusterStorage | null {
  switch (storage.kind) {
    case 'sqlite':
      return null;
    case 'postgres': {
      const { url, node } = storage;
      return {
        node,
        log: new PostgresLog(connect(url, 'log', LOG.queryTimeoutMs), node),
        heads: new PostgresHeads(connect(url, 'heads')),
        relay: connect(url, 'relay'),
        tryCountGuest,
        beginTimeline: async (db, parting) => void (await joinCluster(db, parting)),
      };
    }
  }
}

/** For the worker thread of the history. @throws StorageError */
export function openHistory(storage: StorageDescription): HistoryStore {
  switch (storage.kind) {
    case 'sqlite':
      return SqliteHistory.open(storage.path, new SharedWriteLock(storage.lock));
    case 'postgres':
      return new PostgresHistory(connect(storage.url, 'history'));
  }
}

export function releaseThread(storage: StorageDescription, threadId: number): void {
  switch (storage.kind) {
    case 'sqlite':
      releaseWriteLock(storage.lock, threadId);
      break;
    case 'postgres':
    // The end of a connection releases what it held.
  }
}

function connect(url: string, use: keyof typeof CONNECTIONS, queryTimeoutMs?: number): Postgres {
  const name = `tandem ${use}`;
  return new Postgres({ url, connections: CONNECTIONS[use], name, queryTimeoutMs });
}

function workerFor({
  path,
  lock,
}: Extract<StorageDescription, { kind: 'sqlite' }>): WorkerExecutor {
  const workerUrl = new URL('./database-worker.js', import.meta.url);
  return new WorkerExecutor({ path, lock, workerUrl });
}
