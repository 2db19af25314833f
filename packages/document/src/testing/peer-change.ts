import { expect } from 'vitest';
import * as Y from 'yjs';
import { validateChange, validatePage, type Violation } from '../validation.ts';
import { copyOf, pageOf } from './pages.ts';

/** Changes that a peer makes to a page with raw Yjs, and what they are refused for. */

export type Change = (content: Y.XmlFragment, doc: Y.Doc) => void;

type AnyElement = Y.XmlElement<Record<string, never>>;

/** What a peer's change is refused for, judged alone and as part of the whole page, which must agree. */
export function refused(change: Change): Violation[] {
  const page = pageOf();
  const peer = copyOf(page, 2);
  peer.transact(() => change(peer.getXmlFragment('content'), peer));
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
  // The whole page as one change to a document whose roots nobody has defined.
  const fresh = new Y.Doc();
  const whole = fresh.transact((transaction) => {
    Y.applyUpdate(fresh, Y.encodeStateAsUpdate(server));
    return transaction;
  });
  expect(validateChange(whole)).toEqual(violations);
  return violations;
}

export function element(
  name: string,
  attributes: Record<string, unknown> = {},
  children: (Y.XmlElement | Y.XmlText)[] = [],
): Y.XmlElement {
  const node = new Y.XmlElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value as string);
  node.insert(0, children);
  return node;
}

export function text(value: string, formats?: Record<string, unknown>): Y.XmlText {
  const node = new Y.XmlText();
  node.insert(0, value, formats);
  return node;
}

export const first = (content: Y.XmlFragment): AnyElement => content.get(0) as AnyElement;
export const firstText = (content: Y.XmlFragment): Y.XmlText => first(content).get(0) as Y.XmlText;

/** Sets an attribute of the page's first block. */
export function set(content: Y.XmlFragment, name: string, value: unknown): void {
  first(content).setAttribute(name, value as never);
}

/** Marks the beginning of the page's first text. */
export function format(content: Y.XmlFragment, marks: Record<string, unknown>): void {
  firstText(content).format(0, 2, marks);
}

/** Adds an item that no API of Yjs writes, but a peer's bytes can hold. */
export function setRaw(
  parent: Exclude<Y.Item['parent'], Y.ID | null>,
  key: string | null,
  values: unknown[],
): void {
  const doc = parent.doc!;
  const id = Y.createID(doc.clientID, Y.getState(doc.store, doc.clientID));
  doc.transact((transaction) =>
    new Y.Item(id, null, null, null, null, parent, key, new Y.ContentAny(values)).integrate(
      transaction,
      0,
    ),
  );
}
