import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { copyOf, merge, pageOf } from './testing/pages.ts';
import { migratePage, type Migration, MIGRATIONS } from './migrations.ts';
import { SCHEMA_VERSION } from './nodes.ts';
import { readPage, schemaVersion } from './page.ts';
import { attributeKey } from './stream/attributes.ts';
import { pageRoots, type PageRoots } from './stream/roots.ts';

interface StoredBlock {
  readonly get: (name: string) => unknown;
  readonly set: (name: string, value: unknown) => void;
}

/** Each marker's attributes in force, to read and to set. */
function* eachBlock({ text, attributes }: PageRoots): Generator<StoredBlock> {
  for (const { insert } of text.toDelta() as { insert: unknown }[]) {
    if (typeof insert !== 'object') continue;
    const fields = insert as Record<string, unknown>;
    const key = (name: string): string => attributeKey(String(fields['id']), name);
    yield {
      get: (name) => (attributes.has(key(name)) ? attributes.get(key(name)) : fields[name]),
      set: (name, value) => attributes.set(key(name), value),
    };
  }
}

/** Version 2 has no tasks; version 3 indents what was checked. */
const LATER: readonly Migration[] = [
  {
    to: 2,
    migrate: (roots) => {
      for (const block of eachBlock(roots))
        if (block.get('list') === 'task') block.set('list', 'bullet');
    },
  },
  {
    to: 3,
    migrate: (roots) => {
      for (const block of eachBlock(roots)) {
        if (block.get('checked') !== true) continue;
        block.set('indent', 1);
        block.set('checked', null);
      }
    },
  },
];

const tasks = [
  {
    type: 'textBlock',
    attrs: { id: 'a', list: 'task', checked: true },
    content: [{ type: 'text', text: 'a' }],
  },
] as const;
const migrated = [
  {
    type: 'textBlock',
    attrs: { id: 'a', list: 'bullet', indent: 1 },
    content: [{ type: 'text', text: 'a' }],
  },
];
const version = (page: Y.Doc): number => schemaVersion(pageRoots(page));

test('the list leads to the current version', () => {
  expect(MIGRATIONS.map(({ to }) => to)).toEqual(
    Array.from({ length: SCHEMA_VERSION - 1 }, (_, index) => index + 2),
  );
});

test('a written page is current, an empty one counts as the first version', () => {
  expect(version(pageOf())).toBe(SCHEMA_VERSION);
  expect(version(new Y.Doc())).toBe(1);
  expect(migratePage(pageOf())).toBe('unchanged');
});

test('a page takes the steps that it lacks, once, in one transaction', () => {
  const page = pageOf(tasks);
  let updates = 0;
  page.on('update', () => updates++);
  expect(migratePage(page, LATER)).toBe('migrated');
  expect(migratePage(page, LATER)).toBe('unchanged');
  expect(updates).toBe(1);
  expect(version(page)).toBe(3);
  expect(readPage(page)).toEqual(migrated);
});

test('a page from between takes the rest only', () => {
  const page = pageOf(tasks);
  page.getMap('meta').set('schemaVersion', 2);
  migratePage(page, LATER);
  expect(readPage(page)[0]!.attrs).toEqual({ id: 'a', list: 'task', indent: 1 });
});

test.each([[[0, 1]], [[1, 0]]])(
  'two peers that migrate at once, while a third writes, converge (%j)',
  (order) => {
    const peers = [pageOf(tasks)];
    peers.push(copyOf(peers[0]!, 2));
    const writer = copyOf(peers[0]!, 3);
    for (const peer of peers) migratePage(peer, LATER);
    writer.getText('text').insert(2, 'nd');
    merge(...order.map((index) => peers[index]!), writer);
    for (const peer of [...peers, writer]) {
      expect(version(peer)).toBe(3);
      expect(readPage(peer)).toEqual([
        { ...migrated[0], content: [{ type: 'text', text: 'and' }] },
      ]);
    }
  },
);
