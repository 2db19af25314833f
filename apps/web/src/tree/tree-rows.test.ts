import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inTreeOrder, positionBetween } from '@tandem/protocol';
import { dropInput, stepInput, type MoveInput } from './tree-moves.ts';
import {
  keyOfRow,
  pathOf,
  toChildren,
  treeRows,
  type LoadedPart,
  type TreeDocument,
} from './tree-rows.ts';

const LOADED: LoadedPart = { state: 'loaded', next: null };

function listed(id: string, parent: string | null, position: string): TreeDocument {
  return { id, title: id, role: 'owner', parent, position, chatRead: 0 };
}

const DOCUMENTS = [
  listed('plan', null, 'a0'),
  listed('tide', 'plan', 'a0'),
  listed('ebb', 'plan', 'a1'),
  listed('moon', null, 'a1'),
  listed('wave', 'tide', 'a0'),
];

const rowsOf = (
  documents: readonly TreeDocument[],
  expanded: readonly string[],
  parts: readonly (string | null)[] = [],
) =>
  treeRows({
    children: toChildren(documents),
    expanded: new Set(expanded),
    parts: new Map(parts.map((parent) => [parent, LOADED])),
  });

const treeOf = (documents: readonly TreeDocument[]) => ({
  documents,
  children: toChildren(documents),
});

describe('rows', () => {
  test('have what is inside expanded documents, one level further in', () => {
    const rows = rowsOf(DOCUMENTS, ['plan'], [null, 'plan']);
    expect(rows.map((row) => [keyOfRow(row), row.level])).toEqual([
      ['plan', 1],
      ['tide', 2],
      ['ebb', 2],
      ['moon', 1],
    ]);
    expect(rows[2]).toMatchObject({ place: 2, count: 2, isExpanded: false });
  });

  test('say what is not there: nothing inside, not loaded, or not all of it', () => {
    expect(rowsOf(DOCUMENTS, ['moon'], [null, 'moon']).at(-1)).toMatchObject({ kind: 'empty' });
    expect(rowsOf(DOCUMENTS, ['moon'], [null]).at(-1)).toMatchObject({ kind: 'loading' });
    expect(rowsOf(DOCUMENTS, ['plan'], [null]).map(keyOfRow)).toContain('more in plan');
    const parts = new Map([[null, { state: 'loaded', next: { position: 'a0', id: 'plan' } }]]);
    const rows = treeRows({
      children: toChildren(DOCUMENTS),
      expanded: new Set(),
      parts: parts as ReadonlyMap<null, LoadedPart>,
    });
    expect(rows.map(keyOfRow)).toEqual(['plan', 'more in ']);
    expect(rows[0]).toMatchObject({ count: -1 });
  });

  test('a path has the documents around one, and ends where one is unknown', () => {
    expect(pathOf(DOCUMENTS, 'wave').map(({ id }) => id)).toEqual(['plan', 'tide']);
    expect(pathOf(DOCUMENTS.slice(1), 'wave').map(({ id }) => id)).toEqual(['tide']);
    expect(pathOf(DOCUMENTS, 'plan')).toEqual([]);
  });
});

describe('moves', () => {
  const [plan, tide, ebb, moon] = DOCUMENTS as [
    TreeDocument,
    TreeDocument,
    TreeDocument,
    TreeDocument,
  ];
  const tree = treeOf(DOCUMENTS);

  test('go beside a document or into it', () => {
    expect(dropInput(tree, moon, { document: tide, where: 'inside' })).toEqual({
      document: 'moon',
      parent: 'tide',
    });
    expect(dropInput(tree, moon, { document: tide, where: 'after' })).toEqual({
      document: 'moon',
      parent: 'plan',
      position: positionBetween('a0', 'a1'),
    });
  });

  test('TR4 TR7 are not offered where they would be refused', () => {
    expect(dropInput(tree, plan, { document: tide, where: 'inside' })).toBeNull();
    expect(dropInput(tree, plan, { document: plan, where: 'inside' })).toBeNull();
    const guest = { ...moon, role: 'editor' } as const;
    expect(
      dropInput(tree, { ...tide, role: 'editor' }, { document: guest, where: 'after' }),
    ).toBeNull();
    const closed = treeOf([{ ...plan, role: 'viewer' }, moon]);
    expect(
      dropInput(closed, moon, { document: { ...plan, role: 'viewer' }, where: 'inside' }),
    ).toBeNull();
  });

  test('by key go up, down, in and out', () => {
    expect(stepInput(tree, ebb, 'up')).toMatchObject({ parent: 'plan' });
    expect(stepInput(tree, ebb, 'down')).toBeNull();
    expect(stepInput(tree, ebb, 'in')).toEqual({ document: 'ebb', parent: 'tide' });
    expect(stepInput(tree, ebb, 'out')).toMatchObject({ parent: null });
    expect(stepInput(tree, plan, 'out')).toBeNull();
  });

  test('after any of them, the document is where it was dropped', () => {
    const target = fc.record({
      moved: fc.nat(4),
      document: fc.nat(4),
      where: fc.constantFrom('before' as const, 'inside' as const, 'after' as const),
    });
    fc.assert(
      fc.property(fc.array(target, { maxLength: 12 }), (targets) => {
        let documents: readonly TreeDocument[] = DOCUMENTS;
        for (const { moved, document: at, where } of targets) {
          const [one, document] = [documents[moved]!, documents[at]!];
          const input = dropInput(treeOf(documents), one, { document, where });
          if (input === null) continue;
          documents = moveOn(documents, input);
          const children = treeOf(documents).children.get(input.parent) ?? [];
          const index = children.findIndex(({ id }) => id === one.id);
          const neighbour = {
            before: children[index + 1]?.id === document.id,
            after: children[index - 1]?.id === document.id,
            inside: index === children.length - 1,
          };
          expect(neighbour[where]).toBe(true);
        }
        const every = documents.map(({ id }) => id);
        expect(
          rowsOf(documents, every, [null, ...every]).filter((row) => row.kind === 'document'),
        ).toHaveLength(5);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

/** As the reducer of `document:moved` does with what the command predicts. */
function moveOn(documents: readonly TreeDocument[], input: MoveInput): readonly TreeDocument[] {
  const siblings = documents.filter(({ parent }) => parent === input.parent).toSorted(inTreeOrder);
  const last = siblings.at(-1)?.position ?? null;
  const position = input.position ?? positionBetween(last, null)!;
  return documents.map((document) =>
    document.id === input.document ? { ...document, parent: input.parent, position } : document,
  );
}
