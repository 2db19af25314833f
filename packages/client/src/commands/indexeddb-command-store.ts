/**
 * The commands of a browser, in a database of their own, so that neither they nor documents have to wait for a
 * page that still has an older version of the other open.
 */
import { command } from '@tandem/protocol';
import { openDB, type DBSchema } from 'idb';
import type { CommandStore, KeptCommand } from './command-store.ts';
import { ignoreRejection, withHandledDone } from '../store/transaction-requests.ts';

export const COMMANDS_DATABASE = 'tandem-commands';
const DATABASE_VERSION = 1;

interface Schema extends DBSchema {
  /** In the order of keeping. */
  command: { key: number; value: KeptCommand & { id: string }; indexes: { id: string } };
}

/** Rejects when the browser has no IndexedDB or does not let it be used. */
export async function openIndexedDbCommandStore(
  name: string = COMMANDS_DATABASE,
): Promise<CommandStore> {
  const database = await openDB<Schema>(name, DATABASE_VERSION, {
    upgrade(upgrading) {
      upgrading
        .createObjectStore('command', { autoIncrement: true })
        .createIndex('id', 'id', { unique: true });
    },
    // A newer page of ours wants to change the database: let it.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  const others = openNotices(name);
  return {
    async all() {
      const kept = await withHandledDone(database.transaction('command')).store.getAll();
      return kept.filter(isKnown).map(({ command, user }) => ({ command, user }));
    },
    async keep(kept) {
      const transaction = withHandledDone(database.transaction('command', 'readwrite'));
      const { id } = kept.command;
      const known = await transaction.store.index('id').getKey(id);
      if (known === undefined) ignoreRejection(transaction.store.add({ ...kept, id }));
      await transaction.done;
      others.notify();
    },
    async remove(id) {
      const transaction = withHandledDone(database.transaction('command', 'readwrite'));
      const key = await transaction.store.index('id').getKey(id);
      if (key !== undefined) ignoreRejection(transaction.store.delete(key));
      await transaction.done;
      if (key !== undefined) others.notify();
    },
    listen: (changed) => others.listen(changed),
    close() {
      others.close();
      database.close();
    },
  };
}

interface Notices {
  notify(): void;
  listen(changed: () => void): () => void;
  close(): void;
}

/** Word to other pages. Where the browser has no channel for it, they look when they connect. */
function openNotices(name: string): Notices {
  try {
    const others = new BroadcastChannel(name);
    return {
      notify() {
        try {
          others.postMessage(null);
        } catch {
          // What was kept is kept all the same.
        }
      },
      listen(changed) {
        others.addEventListener('message', changed);
        return () => others.removeEventListener('message', changed);
      },
      close: () => others.close(),
    };
  } catch {
    return { notify: () => undefined, listen: () => () => undefined, close: () => undefined };
  }
}

/** A page of another version may know other commands; saying what the wire does not have would end the connection. */
function isKnown({ command: { at, ...rest } }: KeptCommand): boolean {
  return Number.isFinite(at) && command.safeParse(rest).success;
}
