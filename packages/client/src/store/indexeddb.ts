/** What all databases of this device share: how they are opened, and how their requests fail. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

const DATABASE_VERSION = 1;

/** Opens a database, or rejects when IndexedDB is missing or blocked. */
export function openDatabase<Schema extends DBSchema>(
  name: string,
  create: (database: IDBPDatabase<Schema>) => void,
): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(name, DATABASE_VERSION, {
    upgrade: create,
    // Makes way for a newer page that upgrades the database, and for signing out, which deletes it.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
}

/**
 * Handles the rejection of a transaction's end, which is redundant after a failed request. idb
 * returns a promise for each request and one for the end; the ones that are not awaited must not
 * become unhandled rejections of the page.
 */
export function withHandledDone<T extends { readonly done: Promise<void> }>(transaction: T): T {
  ignoreRejection(transaction.done);
  return transaction;
}

export function ignoreRejection(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
