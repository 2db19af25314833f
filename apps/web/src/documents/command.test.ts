import { documentCreate, type DocumentSummary } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { enqueue, newDocumentId, replay, type Command } from './command.ts';

const me = { id: 'u1', name: 'Mara', color: 3 };
const listed = (id: string, title: string): DocumentSummary => ({
  id,
  kind: 'page',
  title,
  access: 'edit',
  excerpt: '',
  createdAt: 1,
  updatedAt: 1,
  present: [],
});
const list = [listed('a', 'First'), listed('b', 'Second')];
const rename = (document: string, title: string, at = 5): Command => ({
  kind: 'rename',
  document,
  title,
  at,
});

describe('the list as it will be', () => {
  test('a new document is first, with oneself in it', () => {
    const [first] = replay(list, [{ kind: 'create', document: 'c', at: 7 }], me);
    expect(first).toMatchObject({ id: 'c', title: '', createdAt: 7, present: [me] });
  });

  test('a new document that the server has listed already is not there twice', () => {
    expect(replay(list, [{ kind: 'create', document: 'a', at: 7 }], me)).toEqual(list);
  });

  test('a new title, a document taken off, and both of a new one', () => {
    const commands: Command[] = [
      rename('a', 'New'),
      { kind: 'forget', document: 'b', at: 6 },
      { kind: 'create', document: 'c', at: 7 },
      rename('c', 'Third'),
    ];
    expect(replay(list, commands, null).map(({ id, title }) => [id, title])).toEqual([
      ['c', 'Third'],
      ['a', 'New'],
    ]);
  });
});

test('only the newest title of a document waits', () => {
  const pending = [rename('a', 'T'), rename('b', 'B'), rename('a', 'Ti', 6)].reduce<
    readonly Command[]
  >(enqueue, []);
  expect(pending).toEqual([rename('b', 'B'), rename('a', 'Ti', 6)]);
});

test('an id is long enough for the server and never the same', () => {
  const ids = new Set(Array.from({ length: 100 }, newDocumentId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(documentCreate.shape.id.safeParse(id).success).toBe(true);
});
