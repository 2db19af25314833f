/** The store of a browser. Each method is one IndexedDB transaction, so a crash leaves all of it or nothing. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { laterPosition, reaches } from './position.ts';
import type { DocumentFacts, OutboxEntry, Position, SetAside, Store } from './store.ts';

const DATABASE_VERSION = 1;

interface Schema extends DBSchema {
  copy: { key: string; value: { position: Position; facts: DocumentFacts | null } };
  update: {
    key: number;
    value: { document: string; incarnation: string; update: Uint8Array };
    indexes: { document: string };
  };
  outbox: { key: number; value: Omit<OutboxEntry, 'id'>; indexes: { document: string } };
  aside: { key: number; value: Omit<SetAside, 'id'> };
}

/** Rejects when the browser has no IndexedDB or does not let it be used. */
export async function openIndexedDbStore(name = 'tandem'): Promise<Store> {
  const database = await openDB<Schema>(name, DATABASE_VERSION, {
    upgrade(upgrading) {
      upgrading.createObjectStore('copy');
      upgrading
        .createObjectStore('update', { autoIncrement: true })
        .createIndex('document', 'document');
      upgrading
        .createObjectStore('outbox', { autoIncrement: true })
        .createIndex('document', 'document');
      upgrading.createObjectStore('aside', { autoIncrement: true });
    },
    // A newer page of ours wants to change the database: let it.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  return storeOver(database);
}

function storeOver(database: IDBPDatabase<Schema>): Store {
  return {
    async load(document) {
      const transaction = database.transaction(['copy', 'update', 'outbox']);
      const update = transaction.objectStore('update').index('document');
      const outbox = transaction.objectStore('outbox').index('document');
      const [copy, updates, rows, entries, ids] = await Promise.all([
        transaction.objectStore('copy').get(document),
        update.getAll(document),
        update.getAllKeys(document),
        outbox.getAll(document),
        outbox.getAllKeys(document),
      ]);
      const own = updates.flatMap(({ incarnation, update }, index) =>
        incarnation === copy?.position.incarnation ? [{ update, row: rows[index] as number }] : [],
      );
      return {
        position: copy?.position ?? null,
        facts: copy?.facts ?? null,
        updates: own.map(({ update }) => update),
        rows: own.map(({ row }) => row),
        outbox: entries.map((entry, index) => ({ ...entry, id: ids[index] as number })),
      };
    },
    async facts(document) {
      return (await database.get('copy', document))?.facts ?? null;
    },
    async enqueue(entry) {
      return database.add('outbox', entry);
    },
    async advance(document, { updates, confirmed, since, position, facts }) {
      const names = ['copy', 'update', 'outbox'] as const;
      const transaction = database.transaction(names, 'readwrite');
      const rows = transaction.objectStore('update');
      const outbox = transaction.objectStore('outbox');
      const copies = transaction.objectStore('copy');
      const before = (await copies.get(document)) ?? null;
      const isWritten = reaches(before?.position ?? null, since);
      const { incarnation } = position;
      if (isWritten) for (const update of updates) void rows.add({ document, incarnation, update });
      for (const id of confirmed) {
        const entry = await outbox.get(id);
        if (entry === undefined) continue;
        if (isWritten) void rows.add({ document, incarnation, update: entry.update });
        void outbox.delete(id);
      }
      if (isWritten) {
        const stored = {
          position: laterPosition(before?.position ?? null, position),
          facts: facts ?? before?.facts ?? null,
        };
        void copies.put(stored, document);
      }
      await transaction.done;
    },
    async compact(document, { copy, incarnation, rows }) {
      const transaction = database.transaction('update', 'readwrite');
      void transaction.store.add({ document, incarnation, update: copy });
      for (const row of rows) void transaction.store.delete(row);
      await transaction.done;
    },
    async setAside(entry, { document, ids, copy }) {
      const names = ['copy', 'update', 'outbox', 'aside'] as const;
      const transaction = database.transaction(names, 'readwrite');
      if (entry !== null) void transaction.objectStore('aside').add(entry);
      for (const id of ids) void transaction.objectStore('outbox').delete(id);
      if (copy === 'forget') {
        const updates = transaction.objectStore('update');
        void transaction.objectStore('copy').delete(document);
        for (const row of await updates.index('document').getAllKeys(document)) {
          void updates.delete(row);
        }
      }
      await transaction.done;
    },
    async outbox() {
      const transaction = database.transaction('outbox');
      const [entries, ids] = await Promise.all([
        transaction.store.getAll(),
        transaction.store.getAllKeys(),
      ]);
      return entries.map((entry, index) => ({ ...entry, id: ids[index] as number }));
    },
    async listSetAside() {
      const transaction = database.transaction('aside');
      const [entries, ids] = await Promise.all([
        transaction.store.getAll(),
        transaction.store.getAllKeys(),
      ]);
      return entries.map((entry, index) => ({ ...entry, id: ids[index] as number }));
    },
    async discard(id) {
      await database.delete('aside', id);
    },
    close() {
      database.close();
    },
  };
}
