/** Where searches run: apart from other queries, and in Postgres within limits (SE11). */
import type { Database } from '../tables.ts';

export interface SearchReader {
  /** @throws StorageError; `isTooLong` for a query that took longer than `SEARCH.queryLimitMs` and was cancelled */
  read<T>(work: (db: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** @param db is closed together with the reader. */
export function databaseReader(db: Database): SearchReader {
  return { read: (work) => work(db), close: () => db.destroy() };
}
