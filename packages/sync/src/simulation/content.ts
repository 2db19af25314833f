/** Queries on Yjs content for the simulation and the tests, and their update rules. */
import { errorOf } from '@tandem/protocol';
import * as Y from 'yjs';
import type { ValidateUpdate, AuthorityRules, CheckChange } from '../authority-rules.ts';

export const FORBIDDEN = '!';

export const textOf = (doc: Y.Doc): Y.Text => doc.getText('text');

export function applyNovel(doc: Y.Doc, update: Uint8Array): boolean {
  let hasNewContent = false;
  const note = () => (hasNewContent = true);
  doc.on('update', note);
  Y.applyUpdate(doc, update, 'remote');
  doc.off('update', note);
  return hasNewContent || doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
}

export function docOf(updates: Iterable<Uint8Array>): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update, 'remote');
  });
  return doc;
}

/** Refuses undecodable updates and other users' client ids; detects missing content. */
const validateUpdate: ValidateUpdate = (update, { doc, user, owner }) => {
  let decoded: ReturnType<typeof Y.decodeUpdate>;
  try {
    decoded = Y.decodeUpdate(update);
  } catch {
    return { kind: 'refused', error: errorOf('invalid-update') };
  }
  const ends = new Map<number, number>();
  const endOf = (client: number) => ends.get(client) ?? Y.getState(doc.store, client);
  for (const { id, length, constructor } of decoded.structs) {
    if (constructor === Y.Skip || id.clock > endOf(id.client)) return { kind: 'missing' };
    ends.set(id.client, Math.max(endOf(id.client), id.clock + length));
  }
  const isKnown = (id: unknown) => !(id instanceof Y.ID) || id.clock < endOf(id.client);
  for (const struct of decoded.structs) {
    if (!(struct instanceof Y.Item)) continue;
    if (![struct.origin, struct.rightOrigin, struct.parent].every(isKnown))
      return { kind: 'missing' };
  }
  const present = Y.createDeleteSetFromStructStore(doc.store);
  let deletes = false;
  for (const [client, ranges] of decoded.ds.clients) {
    for (const { clock, len } of ranges) {
      if (clock + len > endOf(client)) return { kind: 'missing' };
      for (let at = clock; at < clock + len; at++)
        deletes ||= !Y.isDeleted(present, Y.createID(client, at));
    }
  }
  const clients = [...ends]
    .filter(([client, end]) => end > Y.getState(doc.store, client))
    .map(([client]) => client);
  if (clients.some((client) => (owner(client) ?? user) !== user)) {
    return { kind: 'refused', error: errorOf('client-taken') };
  }
  const repeats = decoded.structs.some(({ id }) => id.clock < Y.getState(doc.store, id.client));
  return { kind: 'accepted', clients, hasNewContent: deletes || clients.length > 0, repeats };
};

const check: CheckChange = ({ doc }) =>
  textOf(doc).toString().includes(FORBIDDEN) ? errorOf('invalid-update') : null;

const noSchema = { ofDocument: () => 0, ofChange: () => 0 };

let batches = 0;

export const rules: AuthorityRules = {
  validateUpdate,
  check,
  neededSchema: noSchema,
  gc: true,
  createBatchId: () => `batch-${++batches}`,
};
