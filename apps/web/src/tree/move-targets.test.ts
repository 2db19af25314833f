import type { Role } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { moveTargets } from './move-targets.ts';
import { toChildren, type TreeDocument } from './tree-rows.ts';

function listed(id: string, parent: string | null = null, role: Role = 'owner'): TreeDocument {
  return { id, title: `Title ${id}`, parent, role, position: 'a0', chatRead: 0 };
}

const documents = [
  listed('plans'),
  listed('summer', 'plans'),
  listed('trip', 'summer'),
  listed('read', null, 'viewer'),
  listed('notes'),
];

function targets(moved: string, search = '', found: { document: string; title: string }[] = []) {
  return moveTargets(search, {
    documents,
    children: toChildren(documents),
    moved: documents.find(({ id }) => id === moved)!,
    found,
  });
}

const parents = (...from: Parameters<typeof targets>) =>
  targets(...from).map(({ parent }) => parent);

test('TR4 TR7 a document may go to the top, and into others in which the person may write, but not into itself', () => {
  expect(parents('trip')).toEqual([null, 'plans', 'trip', 'notes'].filter((id) => id !== 'trip'));
  expect(parents('plans')).toEqual(['notes']);
  expect(parents('notes')).toEqual(['plans', 'summer', 'trip']);
});

test('a search keeps what has its words in the title, and adds what the server found', () => {
  expect(parents('notes', 'trip')).toEqual(['trip']);
  const found = [
    { document: 'far', title: 'A trip far away' },
    { document: 'text', title: 'Its text has the word' },
    { document: 'trip', title: 'Title trip' },
  ];
  expect(parents('notes', 'trip', found)).toEqual(['trip', 'far']);
});

test('the documents around one are told', () => {
  expect(targets('notes').find(({ parent }) => parent === 'trip')?.path).toEqual([
    'Title plans',
    'Title summer',
  ]);
});
