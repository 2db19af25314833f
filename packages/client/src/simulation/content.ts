/** Text of a simulation: unique tokens, which can be searched for anywhere, even in bytes. */
import { errorOf } from '@tandem/protocol';
import type { AuthorityRules } from '@tandem/sync';
import * as Y from 'yjs';
import { unplacedText } from '../document/unplaced-text.ts';

export const BAD = '!';

export const textOf = (doc: Y.Doc): Y.Text => doc.getText('text');

export function docOf(updates: Iterable<Uint8Array>): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return doc;
}

export function tokensIn(text: string): string[] {
  return [...text.matchAll(/\[[^[\]]*\]/g)].map(([token]) => token);
}

export function tokensInBytes(update: Uint8Array): string[] {
  return tokensIn(String.fromCharCode(...update));
}

export function tokensInCopy(...updates: Uint8Array[]): string[] {
  const doc = docOf(updates);
  return tokensIn(textOf(doc).toJSON() + unplacedText(doc));
}

export function lifeOf(text: string): string | null {
  return /<([^>]*)>/.exec(text)?.[1] ?? null;
}

export const rules: AuthorityRules = {
  neededSchema: { ofDocument: () => 0, ofChange: () => 0 },
  gc: true,
  createBatchId: () => 'batch',
  validateUpdate: (update, { doc, user, owner }) => {
    const trial = docOf([Y.encodeStateAsUpdate(doc)]);
    let hasNewContent = false;
    trial.on('update', () => (hasNewContent = true));
    Y.applyUpdate(trial, update);
    const { store } = trial;
    if (store.pendingStructs !== null || store.pendingDs !== null) return { kind: 'missing' };
    const clients = [...store.clients.keys()].filter(
      (client) => Y.getState(store, client) > Y.getState(doc.store, client),
    );
    if (clients.some((client) => (owner(client) ?? user) !== user))
      return { kind: 'refused', error: errorOf('client-taken') };
    return { kind: 'accepted', clients, hasNewContent, repeats: true };
  },
  check: ({ doc }) => (textOf(doc).toJSON().includes(BAD) ? errorOf('invalid-update') : null),
};
