/**
 * A lock of the operating system on a small SQLite file that nothing else opens. It vanishes with its process, so
 * there are no stale locks, and a process that has the same id by chance is not mistaken for the holder.
 */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { mapSqliteErrors, sqliteFailureOf } from './sqlite/sqlite-error.ts';

export const LOCK_FILE = 'tandem.lock';

export interface FolderLock {
  release(): void;
}

/** @returns null when another process holds it. @throws StorageError */
export function tryLockFolder(path: string): FolderLock | null {
  return mapSqliteErrors(() => {
    const lock = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return { release: () => lock.close() };
    } catch (error) {
      lock.close();
      if (sqliteFailureOf(error) !== 'busy') throw error;
      return null;
    }
  });
}
