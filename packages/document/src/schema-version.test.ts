import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { MARKS, NODES, SCHEMA_VERSION } from './nodes.ts';
import { neededSchema, neededSchemaOfChange, type SchemaVersions } from './schema-version.ts';
import { copyOf, merge, pageOf } from './testing/pages.ts';

/** Version 2 brought callouts, version 3 their tones and highlights. */
const LATER: SchemaVersions = {
  newest: 3,
  ofAttribute: (name, value) =>
    name === 'tone' ? 3 : name === 'type' && value === 'callout' ? 2 : 1,
  ofMark: (name) => (name === 'highlight' ? 3 : 1),
};

const callout = (page: Y.Doc): void =>
  page.getText('text').insertEmbed(0, { id: 'a', type: 'callout', free: true });
const tone = (page: Y.Doc): void => void page.getMap('attributes').set('title.tone', 'warm');
const highlight = (page: Y.Doc): void => page.getText('text').format(1, 2, { highlight: true });
const states = (page: Y.Doc): void => void page.getMap('meta').set('schemaVersion', 2);

test('a page needs no version before it has content, then the one of its newest content', () => {
  expect(neededSchema(new Y.Doc())).toBe(0);
  expect(neededSchema(pageOf())).toBe(1);
  expect(neededSchema(pageOf(), LATER)).toBe(1);
});

test.each([
  ['a block', callout, 2],
  ['an attribute', tone, 3],
  ['a mark', highlight, 3],
  ['the version that it states', states, 2],
] as const)('%s raises the version, in the page and in the change', (_, change, version) => {
  const page = pageOf();
  const versions: number[] = [];
  page.on('afterTransaction', (transaction) =>
    versions.push(neededSchemaOfChange(transaction, LATER)),
  );
  page.getText('text').insert(1, 'x');
  change(page);
  page.getText('text').insert(1, 'x');
  expect(versions).toEqual([1, version, 1]);
  expect(neededSchema(page, LATER)).toBe(version);
});

test('two who raise the version at once leave the higher one', () => {
  const [one, other] = [pageOf(), copyOf(pageOf(), 2)];
  callout(one);
  highlight(other);
  merge(one, other);
  expect(neededSchema(one, LATER)).toBe(3);
  expect(neededSchema(other, LATER)).toBe(3);
});

test('deleted content needs no version', () => {
  const page = pageOf();
  callout(page);
  page.getText('text').delete(0, 1);
  expect(neededSchema(page, LATER)).toBe(1);
});

test('the newest version is the highest of any definition', () => {
  const versions = [...Object.values(NODES), ...Object.values(MARKS)].map(({ since }) => since);
  expect(Math.max(...versions)).toBeLessThanOrEqual(SCHEMA_VERSION);
});
