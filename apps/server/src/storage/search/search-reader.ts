/** Where searches run: apart from other queries, and in Postgres within limits (SE11). */
import type { Database } from '../tables.ts';

export interface SearchReader {
  /**
   * Waits for its turn among other searches, unless it is aborted.
   *
   * @throws StorageError; `isTooLong` for a query that took longer than `SEARCH.queryLimitMs` and was cancelled, and where
   * many searches wait already; or the reason of the signal
   */
  read<T>(work: (db: Database) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** As `read`, for links between documents, which do not wait for searches. */
  readLinks<T>(work: (db: Database) => Promise<T>, signal?: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

/** @param db is closed together with the reader. */
export function databaseReader(db: Database): SearchReader {
  return { read: (work) => work(db), readLinks: (work) => work(db), close: () => db.destroy() };
}
