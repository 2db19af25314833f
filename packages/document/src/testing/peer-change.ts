import { expect } from 'vitest';
import * as Y from 'yjs';
import { validateChange, validatePage, type Violation } from '../validation.ts';
import { copyOf, pageOf } from './pages.ts';

/** Changes that a peer makes with raw Yjs, and the violations that they are refused for. */

export type Change = (text: Y.Text, doc: Y.Doc) => void;

export function refused(change: Change): Violation[] {
  const page = pageOf();
  const peer = copyOf(page, 2);
  peer.transact(() => change(peer.getText('text'), peer));
  const server = new Y.Doc();
  Y.applyUpdate(server, Y.encodeStateAsUpdate(page));
  expect(validatePage(server)).toEqual([]);
  let violations: Violation[] = [];
  server.transact((transaction) => {
    Y.applyUpdate(server, Y.encodeStateAsUpdate(peer, Y.encodeStateVector(server)));
    violations = validateChange(transaction);
    expect(validatePage(server)).toEqual(violations);
  });
  expect(validatePage(server)).toEqual(violations);
  // The whole page as one change to a document without defined roots.
  const fresh = new Y.Doc();
  const whole = fresh.transact((transaction) => {
    Y.applyUpdate(fresh, Y.encodeStateAsUpdate(server));
    return transaction;
  });
  expect(validateChange(whole)).toEqual(violations);
  return violations;
}

export function embed(text: Y.Text, value: unknown): void {
  text.insertEmbed(0, value as object);
}

export function set(doc: Y.Doc, name: string, value: unknown): void {
  doc.getMap('attributes').set(`title.${name}`, value);
}

export function format(text: Y.Text, formats: Record<string, unknown>): void {
  text.format(1, 2, formats);
}

/** Adds an item that no Yjs API writes, but a peer's bytes can hold. */
export function setRaw(
  parent: Exclude<Y.Item['parent'], Y.ID | null>,
  key: string | null,
  content: Y.Item['content'],
): void {
  const doc = parent.doc!;
  const id = Y.createID(doc.clientID, Y.getState(doc.store, doc.clientID));
  doc.transact((transaction) =>
    new Y.Item(id, null, null, null, null, parent, key, content).integrate(transaction, 0),
  );
}
