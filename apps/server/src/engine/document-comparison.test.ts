import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { differenceBetween } from './document-comparison.ts';

function sample(client = 1): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.getText('text').insert(0, 'one two', { bold: true });
  doc
    .getArray('array')
    .insert(0, [1, 'two', null, { three: 3 }, Uint8Array.of(4), [5n, undefined]]);
  const element = new Y.XmlElement('paragraph');
  element.setAttribute('kind', 'heading1');
  element.insert(0, [new Y.XmlText('deep')]);
  doc.getXmlFragment('page').insert(0, [element]);
  doc.getMap('map').set('key', new Y.Map([['inner', true]]));
  return doc;
}

function copy(doc: Y.Doc): Y.Doc {
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  return other;
}

test('a copy does not differ, whether its roots are defined or not', () => {
  const doc = sample();
  expect(differenceBetween(doc, copy(doc))).toBeNull();
  const read = copy(doc);
  read.getText('text');
  read.getText('never written');
  expect(differenceBetween(doc, read)).toBeNull();
});

test('a copy that got the same edits one by one does not differ', () => {
  const doc = new Y.Doc();
  const other = new Y.Doc();
  doc.on('update', (update: Uint8Array) => Y.applyUpdate(other, update));
  for (let i = 0; i < 30; i++) doc.getText('text').insert(i % 7, String(i));
  doc.getText('text').delete(3, 9);
  expect(differenceBetween(doc, other)).toBeNull();
});

test('an edit that only one has is seen', () => {
  const doc = sample();
  const other = copy(doc);
  other.getText('text').insert(0, 'x');
  expect(differenceBetween(doc, other)).toBe('state vector');
});

test('a deletion that only one has is seen', () => {
  const doc = sample();
  const other = copy(doc);
  other.getText('text').delete(0, 1);
  expect(differenceBetween(doc, other)).toBe('deletions');
});

// The same client and clocks twice, as only a mistake could bring about: what differs is the content alone.
test.each<[string, (doc: Y.Doc, variant: 'a' | 'b') => void]>([
  ['a letter', (doc, variant) => doc.getText('text').insert(0, variant)],
  ['a mark', (doc, variant) => doc.getText('text').insert(0, 'x', { [variant]: true })],
  ['an embed', (doc, variant) => doc.getText('text').insertEmbed(0, { variant })],
  ['a value', (doc, variant) => doc.getArray('array').insert(0, [variant])],
  ['bytes', (doc, variant) => doc.getArray('array').insert(0, [new TextEncoder().encode(variant)])],
  ['a key', (doc, variant) => doc.getMap('map').set(variant, 1)],
  ['a name', (doc, variant) => doc.getXmlFragment('page').insert(0, [new Y.XmlElement(variant)])],
  [
    'a type',
    (doc, variant) =>
      doc.getArray('array').insert(0, [variant === 'a' ? new Y.Map() : new Y.Array()]),
  ],
  ['a root', (doc, variant) => doc.getText(variant).insert(0, 'x')],
  [
    'what lies deep',
    (doc, variant) =>
      (doc.getXmlFragment('page').get(0) as Y.XmlElement).setAttribute('kind', variant),
  ],
])('content is compared, not only counted: %s', (_, change) => {
  const [doc, same, other] = [sample(7), sample(7), sample(7)];
  change(doc, 'a');
  change(same, 'a');
  change(other, 'b');
  expect(differenceBetween(doc, same)).toBeNull();
  expect(differenceBetween(doc, other)).toBe('content');
});

test('an order that differs is seen', () => {
  const [doc, other] = [sample(7), sample(7)];
  doc.getText('text').insert(0, 'x');
  other.getText('text').insert(1, 'x');
  expect(differenceBetween(doc, other)).toBe('content');
});
