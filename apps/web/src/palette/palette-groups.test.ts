import { expect, test } from 'vitest';
import type { ShownDocument } from '../documents/shown-document.ts';
import { paletteGroups, type PaletteAction } from './palette-groups.ts';

const document = (id: string, title: string): ShownDocument => ({
  id,
  kind: 'page',
  title,
  role: 'owner',
  parent: null,
  position: 'a0',
  excerpt: `about ${title}`,
  createdAt: 0,
  updatedAt: 0,
  chatRead: 0,
  unread: 0,
});
const action = (label: string): PaletteAction => ({ kind: 'action', id: label, label, run() {} });
const result = (id: string, excerpt: string, matches = [{ from: 0, to: 4 }]) =>
  ({ document: id, kind: 'page', title: `Title ${id}`, updatedAt: 0, excerpt, matches }) as const;

const documents = [document('a', 'Tide log'), document('b', 'Menu'), document('c', 'Ébb tide')];
const actions = [action('New document'), action('Trash')];
const shown = (search: string, results: ReturnType<typeof result>[] = []) =>
  paletteGroups(search, { documents, results, people: [], actions }).map(({ value, items }) => [
    value,
    items.map(({ id }) => id),
  ]);

test('without a search: the documents that changed last, and all actions', () => {
  expect(shown('')).toEqual([
    ['documents', ['a', 'b', 'c']],
    ['actions', ['New document', 'Trash']],
  ]);
});

test('titles that are known first, then what the server found in texts, each document once', () => {
  expect(shown('tide', [result('b', 'tide here'), result('c', 'tide there')])).toEqual([
    ['documents', ['a', 'c', 'b']],
  ]);
  expect(shown('EBB')).toEqual([['documents', ['c']]]);
});

test('a known title shows where the text matches, if it does', () => {
  const [group] = paletteGroups('tide', {
    documents,
    results: [result('a', 'tide mark'), result('c', 'no match', [])],
    people: [],
    actions,
  });
  expect(group?.items).toMatchObject([
    { id: 'a', excerpt: 'tide mark', matches: [{ from: 0, to: 4 }] },
    { id: 'c', excerpt: 'about Ébb tide', matches: [] },
  ]);
});

test('actions by their names, and nothing for what nothing matches', () => {
  expect(shown('doc new')).toEqual([['actions', ['New document']]]);
  expect(shown('xyz')).toEqual([]);
});
