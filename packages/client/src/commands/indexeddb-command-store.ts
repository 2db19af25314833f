/**
 * Command store of a browser, in its own database, so that an outdated page that holds one database
 * open does not block the other.
 */
import type { DBSchema } from 'idb';
import { isKnown, type CommandStore, type KeptCommand } from './command-store.ts';
import { ignoreRejection, openDatabase, withHandledDone } from '../store/indexeddb.ts';

export const COMMANDS_DATABASE = 'tandem-commands';

interface Schema extends DBSchema {
  command: { key: number; value: KeptCommand & { id: string }; indexes: { id: string } };
}

export async function openIndexedDbCommandStore(
  name: string = COMMANDS_DATABASE,
): Promise<CommandStore> {
  const database = await openDatabase<Schema>(name, (created) => {
    created
      .createObjectStore('command', { autoIncrement: true })
      .createIndex('id', 'id', { unique: true });
  });
  const others = openNotices(name);
  const keepAll = async (kept: readonly KeptCommand[]) => {
    const transaction = withHandledDone(database.transaction('command', 'readwrite'));
    for (const each of kept) {
      const { id } = each.command;
      const known = await transaction.store.index('id').getKey(id);
      if (known === undefined) ignoreRejection(transaction.store.add({ ...each, id }));
    }
    await transaction.done;
    others.notify();
  };
  return {
    async all() {
      const kept = await withHandledDone(database.transaction('command')).store.getAll();
      return kept.filter(isKnown).map(({ command, user }) => ({ command, user }));
    },
    keep: (kept) => keepAll([kept]),
    recover: keepAll,
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

/** Notifies other pages, which look when they connect if there is no BroadcastChannel. */
function openNotices(name: string): Notices {
  try {
    const others = new BroadcastChannel(name);
    return {
      notify() {
        try {
          others.postMessage(null);
        } catch {
          // The command is stored all the same.
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
