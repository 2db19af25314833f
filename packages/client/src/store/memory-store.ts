/** Keeps everything for as long as the program runs: bots, tests, and browsers without IndexedDB. */
import { isAmong } from './outbox-entry.ts';
import { laterPosition, reaches } from './position.ts';
import type {
  DocumentFacts,
  NewOutboxEntry,
  OutboxEntry,
  Position,
  SetAside,
  Store,
  Stored,
} from './store.ts';

interface Copy {
  position: Position | null;
  facts: DocumentFacts | null;
  updates: Map<number, { readonly incarnation: string; readonly update: Uint8Array }>;
}

export function createMemoryStore(): Store {
  const copies = new Map<string, Copy>();
  const outbox = new Map<number, OutboxEntry>();
  const aside = new Map<number, SetAside>();
  let lastId = 0;

  const copyOf = (document: string): Copy => {
    let copy = copies.get(document);
    if (copy === undefined)
      copies.set(document, (copy = { position: null, facts: null, updates: new Map() }));
    return copy;
  };

  const storedOf = (document: string): Stored => {
    const { position, facts, updates } = copyOf(document);
    const own = [...updates].filter(([, row]) => row.incarnation === position?.incarnation);
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
      return copies.get(document)?.facts ?? null;
    },
    async enqueue(entry) {
      return add(entry);
    },
    async recover(entries) {
      for (const entry of entries) if (!isAmong(entry, outbox.values())) add(entry);
    },
    async advance(document, { updates, confirmed, since, position, facts }) {
      const copy = copyOf(document);
      const entries = confirmed.flatMap((id) => outbox.get(id) ?? []);
      for (const { id } of entries) outbox.delete(id);
      if (!reaches(copy.position, since)) return;
      const { incarnation } = position;
      for (const update of [...updates, ...entries.map((entry) => entry.update)])
        copy.updates.set(++lastId, { incarnation, update });
      copy.position = laterPosition(copy.position, position);
      copy.facts = facts ?? copy.facts;
    },
    async compact(document, { copy: update, incarnation, rows }) {
      const copy = copyOf(document);
      copy.updates.set(++lastId, { incarnation, update });
      for (const row of rows) copy.updates.delete(row);
    },
    async setAside(document, decide) {
      const { aside: entry, ids, copy } = decide(storedOf(document));
      if (entry !== null) aside.set(++lastId, { ...entry, id: lastId });
      if (copy === 'forget') copies.delete(document);
      for (const id of ids) outbox.delete(id);
    },
    async outbox() {
      return [...outbox.values()];
    },
    async listSetAside() {
      return [...aside.values()];
    },
    async discard(id) {
      aside.delete(id);
    },
    close() {},
  };
}
