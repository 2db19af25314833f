import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { inspectPage } from './validation.ts';
import { MAX_PAGE_LENGTH } from './limits.ts';
import { SCHEMA_VERSION } from './nodes.ts';
import { pageOf } from './testing/pages.ts';

test('a page of our version may be edited, and an empty one', () => {
  expect(inspectPage(pageOf())).toEqual({ kind: 'ok' });
  expect(inspectPage(new Y.Doc())).toEqual({ kind: 'ok' });
});

test('a page of a newer version may not, even when nothing in it is unknown', () => {
  const page = pageOf();
  page.getMap('meta').set('schemaVersion', SCHEMA_VERSION + 1);
  expect(inspectPage(page)).toMatchObject({ kind: 'newer' });
});

test.each<[string, (text: Y.Text, page: Y.Doc) => void]>([
  ['mention', (text) => text.insertEmbed(3, { mention: 'ada' })],
  ['block@type', (text) => text.insertEmbed(3, { id: 'a', type: 'unknown' })],
  ['block@align', (text) => text.insertEmbed(3, { id: 'a', align: 'end' })],
  ['block@kind', (_, page) => page.getMap('attributes').set('title.kind', 'heading4')],
  ['block@zoom', (_, page) => page.getMap('attributes').set('quote.zoom', 3)],
  ['highlight', (text) => text.format(1, 2, { highlight: { colour: 'red' } })],
  ['comment--0aB+/=xy', (text) => text.format(1, 2, { 'comment--0aB+/=xy': { id: 'x' } })],
  ['link', (text) => text.format(1, 2, { link: { href: '/a', title: 'x' } })],
  ['tables', (_, page) => page.getMap('tables').set('a', 1)],
])('a page with %s may not, wherever it is', (name, add) => {
  const page = pageOf();
  add(page.getText('text'), page);
  expect(inspectPage(page)).toEqual({ kind: 'newer', unknown: [name] });
});

test('deleted content does not count', () => {
  const page = pageOf();
  page.getText('text').insertEmbed(0, { mention: 'ada' });
  page.getText('text').delete(0, 1);
  expect(inspectPage(page)).toEqual({ kind: 'ok' });
});

test('a text that merging made too long can be shortened', () => {
  const page = pageOf();
  page.getText('text').insert(1, 'x'.repeat(MAX_PAGE_LENGTH));
  expect(inspectPage(page)).toEqual({ kind: 'ok' });
});
