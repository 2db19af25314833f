/** The store of a browser. Each method is one IndexedDB transaction, so a crash leaves all of it or nothing. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { isAmong } from './outbox-entry.ts';
import { laterPosition, reaches } from './position.ts';
import type { DocumentFacts, NewOutboxEntry, Position, SetAside, Store, Stored } from './store.ts';

const DATABASE_VERSION = 1;

interface Schema extends DBSchema {
  copy: { key: string; value: { position: Position; facts: DocumentFacts | null } };
  update: {
    key: number;
    value: { document: string; incarnation: string; update: Uint8Array };
    indexes: { document: string };
  };
  outbox: { key: number; value: NewOutboxEntry; indexes: { document: string } };
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
      const reading = {
        copy: transaction.objectStore('copy'),
        updates: transaction.objectStore('update').index('document'),
        outbox: transaction.objectStore('outbox').index('document'),
      };
      return storedIn(reading, document);
    },
    async facts(document) {
      return (await database.get('copy', document))?.facts ?? null;
    },
    async enqueue(entry) {
      const transaction = database.transaction('outbox', 'readwrite');
      const added = transaction.store.add(entry);
      // Otherwise the browser waits for the page to ask for more, and drops it all should the page go away.
      transaction.commit();
      const [id] = await Promise.all([added, transaction.done]);
      return id;
    },
    async recover(entries) {
      const transaction = database.transaction('outbox', 'readwrite');
      for (const entry of entries) {
        const there = await transaction.store.index('document').getAll(entry.document);
        if (!isAmong(entry, there)) await transaction.store.add(entry);
      }
      await transaction.done;
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
    async setAside(document, decide) {
      const names = ['copy', 'update', 'outbox', 'aside'] as const;
      const transaction = database.transaction(names, 'readwrite');
      const copies = transaction.objectStore('copy');
      const rows = transaction.objectStore('update');
      const outbox = transaction.objectStore('outbox');
      const reading = {
        copy: copies,
        updates: rows.index('document'),
        outbox: outbox.index('document'),
      };
      const { aside, ids, copy } = decide(await storedIn(reading, document));
      if (aside !== null) void transaction.objectStore('aside').add(aside);
      for (const id of ids) void outbox.delete(id);
      if (copy === 'forget') {
        void copies.delete(document);
        for (const row of await reading.updates.getAllKeys(document)) void rows.delete(row);
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

/** What a transaction finds of one document. */
async function storedIn({ copy, updates, outbox }: Reading, document: string): Promise<Stored> {
  const [found, contents, rows, entries, ids] = await Promise.all([
    copy.get(document),
    updates.getAll(document),
    updates.getAllKeys(document),
    outbox.getAll(document),
    outbox.getAllKeys(document),
  ]);
  const own = contents.flatMap(({ incarnation, update }, index) =>
    incarnation === found?.position.incarnation ? [{ update, row: rows[index] as number }] : [],
  );
  return {
    position: found?.position ?? null,
    facts: found?.facts ?? null,
    updates: own.map(({ update }) => update),
    rows: own.map(({ row }) => row),
    outbox: entries.map((entry, index) => ({ ...entry, id: ids[index] as number })),
  };
}

interface Reading {
  readonly copy: { get(document: string): Promise<Schema['copy']['value'] | undefined> };
  readonly updates: Rows<Schema['update']['value']>;
  readonly outbox: Rows<Schema['outbox']['value']>;
}

interface Rows<Value> {
  getAll(document: string): Promise<Value[]>;
  getAllKeys(document: string): Promise<number[]>;
}
