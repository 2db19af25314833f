import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { MARKS, NODES, SCHEMA_VERSION } from './nodes.ts';
import { integer, matches, oneOf } from './nodes/definition.ts';
import { neededSchema, neededSchemaOfChange, type SchemaVersions } from './schema-version.ts';
import { copyOf, merge, pageOf as pageWith } from './testing/pages.ts';

const LATER: SchemaVersions = {
  newest: 3,
  ofAttribute: (name, value) =>
    name === 'colour' ? 3 : name === 'type' && value === 'banner' ? 2 : 1,
  ofMark: (name) => (name === 'underline' ? 3 : 1),
};

const pageOf = (): Y.Doc =>
  pageWith([{ type: 'textBlock', attrs: { id: 'a' }, content: [{ type: 'text', text: 'text' }] }]);
const banner = (page: Y.Doc): void =>
  page.getText('text').insertEmbed(0, { id: 'b', type: 'banner', free: true });
const colour = (page: Y.Doc): void => void page.getMap('attributes').set('a.colour', 'red');
const underline = (page: Y.Doc): void => page.getText('text').format(1, 2, { underline: true });
const states = (page: Y.Doc): void => void page.getMap('meta').set('schemaVersion', 2);

test('a page needs no version before it has content, then the one of its newest content', () => {
  expect(neededSchema(new Y.Doc())).toBe(0);
  expect(neededSchema(pageOf())).toBe(1);
  expect(neededSchema(pageOf(), LATER)).toBe(1);
});

test.each([
  ['a block', banner, 2],
  ['an attribute', colour, 3],
  ['a mark', underline, 3],
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

test.each([
  ['a list of values', oneOf(['red'], 2), 'red', 'blue'],
  ['a range', integer({ least: 1, most: 8 }, 2), 8, 9],
  ['a pattern', matches(/^r/, 2), 'red', 'blue'],
] as const)(
  'SV1 %s needs the version that introduced it, and no other value is stored',
  (_, rule, value, other) => {
    expect([rule(value), rule(other)]).toEqual([2, null]);
    const page = pageOf();
    page.getMap('attributes').set('a.colour', value);
    expect(neededSchema(page, { ...LATER, ofAttribute: (_name, given) => rule(given) })).toBe(2);
  },
);

test('SV1 without a version, a rule is of version 1; a value that joins an attribute has its own', () => {
  const colour = (value: unknown) => oneOf(['red'])(value) ?? oneOf(['blue'], 2)(value);
  expect(['red', 'blue', 'green'].map(colour)).toEqual([1, 2, null]);
  expect([integer({ least: 0, most: 1 })(1), matches(/^r/)('red')]).toEqual([1, 1]);
});

test('two concurrent raises leave the higher version', () => {
  const [one, other] = [pageOf(), copyOf(pageOf(), 2)];
  banner(one);
  underline(other);
  merge(one, other);
  expect(neededSchema(one, LATER)).toBe(3);
  expect(neededSchema(other, LATER)).toBe(3);
});

test('deleted content needs no version', () => {
  const page = pageOf();
  banner(page);
  page.getText('text').delete(0, 1);
  expect(neededSchema(page, LATER)).toBe(1);
});

test('the newest version is the highest of any definition', () => {
  const versions = [...Object.values(NODES), ...Object.values(MARKS)].map(({ since }) => since);
  expect(Math.max(...versions)).toBeLessThanOrEqual(SCHEMA_VERSION);
});
