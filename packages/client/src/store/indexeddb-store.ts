/**
 * Document store of a browser. Each method is one IndexedDB transaction, so a crash leaves all of
 * it or nothing.
 */
import type { DBSchema, IDBPDatabase } from 'idb';
import { ignoreRejection, openDatabase, withHandledDone } from './indexeddb.ts';
import {
  isAmong,
  laterPosition,
  reaches,
  type DocumentFacts,
  type NewOutboxEntry,
  type Position,
  type RejectedUpdate,
  type Store,
  type Stored,
} from './store.ts';

export const DOCUMENTS_DATABASE = 'tandem';

interface StoredReplica {
  readonly position: Position;
  readonly facts: DocumentFacts | null;
  readonly usedAt: number;
}

interface Schema extends DBSchema {
  replica: { key: string; value: StoredReplica };
  update: {
    key: number;
    value: { document: string; epoch: string; update: Uint8Array };
    indexes: { document: string };
  };
  outbox: { key: number; value: NewOutboxEntry; indexes: { document: string } };
  rejected: { key: number; value: Omit<RejectedUpdate, 'id'> };
}

export async function openIndexedDbStore(name: string = DOCUMENTS_DATABASE): Promise<Store> {
  const database = await openDatabase<Schema>(name, (created) => {
    created.createObjectStore('replica');
    created
      .createObjectStore('update', { autoIncrement: true })
      .createIndex('document', 'document');
    created
      .createObjectStore('outbox', { autoIncrement: true })
      .createIndex('document', 'document');
    created.createObjectStore('rejected', { autoIncrement: true });
  });
  return storeOver(database);
}

function storeOver(database: IDBPDatabase<Schema>): Store {
  return {
    async load(document) {
      const transaction = withHandledDone(database.transaction(['replica', 'update', 'outbox']));
      const reading = {
        replica: transaction.objectStore('replica'),
        updates: transaction.objectStore('update').index('document'),
        outbox: transaction.objectStore('outbox').index('document'),
      };
      return storedIn(reading, document);
    },
    async facts(document) {
      return (
        (await withHandledDone(database.transaction('replica')).store.get(document))?.facts ?? null
      );
    },
    async enqueue(entry) {
      const transaction = withHandledDone(database.transaction('outbox', 'readwrite'));
      const added = transaction.store.add(entry);
      ignoreRejection(added);
      // An uncommitted transaction waits for more requests, and is dropped if the page goes away.
      transaction.commit();
      const [id] = await Promise.all([added, transaction.done]);
      return id;
    },
    async recover(entries) {
      const transaction = withHandledDone(database.transaction('outbox', 'readwrite'));
      for (const entry of entries) {
        const there = await transaction.store.index('document').getAll(entry.document);
        if (!isAmong(entry, there)) await transaction.store.add(entry);
      }
      await transaction.done;
    },
    async advance(document, { updates, confirmed, since, position, facts, at }) {
      const names = ['replica', 'update', 'outbox'] as const;
      const transaction = withHandledDone(database.transaction(names, 'readwrite'));
      const rows = transaction.objectStore('update');
      const outbox = transaction.objectStore('outbox');
      const replicas = transaction.objectStore('replica');
      const before = (await replicas.get(document)) ?? null;
      const isWritten = reaches(before?.position ?? null, since);
      const { epoch } = position;
      if (isWritten)
        for (const update of updates) ignoreRejection(rows.add({ document, epoch, update }));
      for (const id of confirmed) {
        const entry = await outbox.get(id);
        if (entry === undefined) continue;
        if (isWritten) ignoreRejection(rows.add({ document, epoch, update: entry.update }));
        ignoreRejection(outbox.delete(id));
      }
      if (isWritten) {
        const stored = {
          position: laterPosition(before?.position ?? null, position),
          facts: facts ?? before?.facts ?? null,
          usedAt: at ?? before?.usedAt ?? 0,
        };
        ignoreRejection(replicas.put(stored, document));
      }
      await transaction.done;
    },
    async compact(document, { replica, epoch, rows }) {
      const transaction = withHandledDone(database.transaction('update', 'readwrite'));
      ignoreRejection(transaction.store.add({ document, epoch, update: replica }));
      for (const row of rows) ignoreRejection(transaction.store.delete(row));
      await transaction.done;
    },
    async rejectedUpdates(document, decide) {
      const names = ['replica', 'update', 'outbox', 'rejected'] as const;
      const transaction = withHandledDone(database.transaction(names, 'readwrite'));
      const replicas = transaction.objectStore('replica');
      const rows = transaction.objectStore('update');
      const outbox = transaction.objectStore('outbox');
      const reading = {
        replica: replicas,
        updates: rows.index('document'),
        outbox: outbox.index('document'),
      };
      const { rejected, ids, replica } = decide(await storedIn(reading, document));
      if (rejected !== null) ignoreRejection(transaction.objectStore('rejected').add(rejected));
      for (const id of ids) ignoreRejection(outbox.delete(id));
      if (replica === 'forget') {
        ignoreRejection(replicas.delete(document));
        for (const row of await reading.updates.getAllKeys(document))
          ignoreRejection(rows.delete(row));
      }
      await transaction.done;
    },
    async outbox() {
      const transaction = withHandledDone(database.transaction('outbox'));
      const [entries, ids] = await Promise.all([
        transaction.store.getAll(),
        transaction.store.getAllKeys(),
      ]);
      return entries.map((entry, index) => ({ ...entry, id: ids[index] as number }));
    },
    async listRejectedUpdates() {
      const transaction = withHandledDone(database.transaction('rejected'));
      const [entries, ids] = await Promise.all([
        transaction.store.getAll(),
        transaction.store.getAllKeys(),
      ]);
      return entries.map((entry, index) => ({ ...entry, id: ids[index] as number }));
    },
    async discard(id) {
      await database.delete('rejected', id);
    },
    async touch(document, at) {
      const transaction = withHandledDone(database.transaction('replica', 'readwrite'));
      const found = await transaction.store.get(document);
      if (found !== undefined)
        ignoreRejection(transaction.store.put({ ...found, usedAt: at }, document));
      await transaction.done;
    },
    async copies() {
      const transaction = withHandledDone(database.transaction('replica'));
      const [found, documents] = await Promise.all([
        transaction.store.getAll(),
        transaction.store.getAllKeys(),
      ]);
      return found.map(({ usedAt, facts, position: { timeline } }, index) => ({
        ...{ document: documents[index] as string, timeline, title: facts?.title ?? '', usedAt },
      }));
    },
    async evict(documents) {
      const names = ['replica', 'update', 'outbox'] as const;
      const transaction = withHandledDone(database.transaction(names, 'readwrite'));
      const rows = transaction.objectStore('update');
      for (const document of documents) {
        if ((await transaction.objectStore('outbox').index('document').count(document)) > 0)
          continue;
        ignoreRejection(transaction.objectStore('replica').delete(document));
        for (const row of await rows.index('document').getAllKeys(document))
          ignoreRejection(rows.delete(row));
      }
      await transaction.done;
    },
    close() {
      database.close();
    },
  };
}

async function storedIn({ replica, updates, outbox }: Reading, document: string): Promise<Stored> {
  const [found, contents, rows, entries, ids] = await Promise.all([
    replica.get(document),
    updates.getAll(document),
    updates.getAllKeys(document),
    outbox.getAll(document),
    outbox.getAllKeys(document),
  ]);
  const own = contents.flatMap(({ epoch, update }, index) =>
    epoch === found?.position.epoch ? [{ update, row: rows[index] as number }] : [],
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
  readonly replica: { get(document: string): Promise<Schema['replica']['value'] | undefined> };
  readonly updates: Rows<Schema['update']['value']>;
  readonly outbox: Rows<Schema['outbox']['value']>;
}

interface Rows<Value> {
  getAll(document: string): Promise<Value[]>;
  getAllKeys(document: string): Promise<number[]>;
}
