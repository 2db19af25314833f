/** In-memory document store: bots, tests, and browsers without IndexedDB. */
import {
  isAmong,
  laterPosition,
  reaches,
  type DocumentFacts,
  type NewOutboxEntry,
  type OutboxEntry,
  type Position,
  type RejectedUpdate,
  type Store,
  type Stored,
} from './store.ts';

interface StoredDocument {
  position: Position | null;
  facts: DocumentFacts | null;
  usedAt: number;
  updates: Map<number, { readonly epoch: string; readonly update: Uint8Array }>;
}

export function createMemoryStore(): Store {
  const replicas = new Map<string, StoredDocument>();
  const outbox = new Map<number, OutboxEntry>();
  const rejected = new Map<number, RejectedUpdate>();
  let lastId = 0;

  const documentOf = (document: string): StoredDocument => {
    let replica = replicas.get(document);
    if (replica === undefined)
      replicas.set(
        document,
        (replica = { position: null, facts: null, usedAt: 0, updates: new Map() }),
      );
    return replica;
  };

  const storedOf = (document: string): Stored => {
    const { position, facts, updates } = documentOf(document);
    const own = [...updates].filter(([, row]) => row.epoch === position?.epoch);
    return {
      position,
      facts,
      updates: own.map(([, { update }]) => update),
      rows: own.map(([row]) => row),
      outbox: [...outbox.values()].filter((entry) => entry.document === document),
    };
  };

  const add = (entry: NewOutboxEntry): number => {
    const id = ++lastId;
    outbox.set(id, { ...entry, id });
    return id;
  };

  return {
    async load(document) {
      return storedOf(document);
    },
    async facts(document) {
      return replicas.get(document)?.facts ?? null;
    },
    async enqueue(entry) {
      return add(entry);
    },
    async recover(entries) {
      for (const entry of entries) if (!isAmong(entry, outbox.values())) add(entry);
    },
    async advance(document, { updates, confirmed, since, position, facts, at }) {
      const replica = documentOf(document);
      const entries = confirmed.flatMap((id) => outbox.get(id) ?? []);
      for (const { id } of entries) outbox.delete(id);
      if (!reaches(replica.position, since)) return;
      const { epoch } = position;
      for (const update of [...updates, ...entries.map((entry) => entry.update)])
        replica.updates.set(++lastId, { epoch, update });
      replica.position = laterPosition(replica.position, position);
      replica.facts = facts ?? replica.facts;
      replica.usedAt = at ?? replica.usedAt;
    },
    async compact(document, { replica: update, epoch, rows }) {
      const replica = documentOf(document);
      replica.updates.set(++lastId, { epoch, update });
      for (const row of rows) replica.updates.delete(row);
    },
    async rejectedUpdates(document, decide) {
      const { rejected: entry, ids, replica } = decide(storedOf(document));
      if (entry !== null) rejected.set(++lastId, { ...entry, id: lastId });
      if (replica === 'forget') replicas.delete(document);
      for (const id of ids) outbox.delete(id);
    },
    async outbox() {
      return [...outbox.values()];
    },
    async listRejectedUpdates() {
      return [...rejected.values()];
    },
    async discard(id) {
      rejected.delete(id);
    },
    async touch(document, at) {
      const replica = replicas.get(document);
      if (replica !== undefined) replica.usedAt = at;
    },
    async copies() {
      return [...replicas].flatMap(([document, { position, facts, usedAt }]) =>
        position === null
          ? []
          : [{ document, timeline: position.timeline, title: facts?.title ?? '', usedAt }],
      );
    },
    async evict(documents) {
      const working = new Set([...outbox.values()].map(({ document }) => document));
      for (const document of documents) if (!working.has(document)) replicas.delete(document);
    },
    close() {},
  };
}
