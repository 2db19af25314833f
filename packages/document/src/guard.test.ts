import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { pageOf } from './testing/pages.ts';
import { inspectPage } from './guard.ts';
import { MAX_TEXT_LENGTH } from './limits.ts';
import { SCHEMA_VERSION } from './nodes.ts';

const at = (page: Y.Doc, index: number): Y.XmlElement =>
  page.getXmlFragment('content').get(index) as Y.XmlElement;

test('a page of our version may be edited, and an empty one', () => {
  expect(inspectPage(pageOf(), SCHEMA_VERSION)).toEqual({ kind: 'ok' });
  expect(inspectPage(new Y.Doc(), SCHEMA_VERSION)).toEqual({ kind: 'ok' });
});

test('a page of a newer version may not, even when nothing in it is unknown', () => {
  const page = pageOf();
  page.getMap('meta').set('schemaVersion', SCHEMA_VERSION + 1);
  expect(inspectPage(page, SCHEMA_VERSION)).toMatchObject({ kind: 'newer' });
});

test.each<[string, (page: Y.Doc) => void]>([
  ['callout', (page) => page.getXmlFragment('content').insert(1, [new Y.XmlElement('callout')])],
  ['mention', (page) => at(page, 0).insert(0, [new Y.XmlElement('mention')])],
  [
    'highlight',
    (page) => (at(page, 0).get(0) as Y.XmlText).format(0, 2, { highlight: { colour: 'red' } }),
  ],
  [
    'comment--0aB+/=xy',
    (page) => (at(page, 0).get(0) as Y.XmlText).format(0, 2, { 'comment--0aB+/=xy': { id: 'x' } }),
  ],
  [
    'link@title',
    (page) => (at(page, 0).get(0) as Y.XmlText).format(0, 2, { link: { href: '/a', title: 'x' } }),
  ],
  ['textBlock@align', (page) => at(page, 0).setAttribute('align', 'end')],
  ['textBlock@kind', (page) => at(page, 0).setAttribute('kind', 'heading4')],
  ['quote > hardBreak', (page) => at(page, 6).insert(0, [new Y.XmlElement('hardBreak')])],
])('a page with %s may not, wherever it is', (name, add) => {
  const page = pageOf();
  add(page);
  expect(inspectPage(page, SCHEMA_VERSION)).toEqual({ kind: 'newer', unknown: [name] });
});

test('what was deleted does not count', () => {
  const page = pageOf();
  page.getXmlFragment('content').insert(0, [new Y.XmlElement('callout')]);
  page.getXmlFragment('content').delete(0, 1);
  expect(inspectPage(page, SCHEMA_VERSION)).toEqual({ kind: 'ok' });
});

test('a limit that merging has passed keeps nobody from shortening the text', () => {
  const page = pageOf();
  (at(page, 0).get(0) as Y.XmlText).insert(0, 'x'.repeat(MAX_TEXT_LENGTH));
  expect(inspectPage(page, SCHEMA_VERSION)).toEqual({ kind: 'ok' });
});
