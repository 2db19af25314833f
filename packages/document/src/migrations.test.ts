import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { copyOf, merge, pageOf } from './testing/pages.ts';
import { migratePage, type Migration, MIGRATIONS } from './migrations.ts';
import { SCHEMA_VERSION } from './nodes.ts';
import { pageRoots, readPage, schemaVersion } from './page.ts';

const eachBlock = (content: Y.XmlFragment, change: (block: Y.XmlElement) => void): void => {
  for (const block of content.toArray()) if (block instanceof Y.XmlElement) change(block);
};

/** Version 2 has no tasks; version 3 indents what was checked. */
const LATER: readonly Migration[] = [
  {
    to: 2,
    migrate: ({ content }) =>
      eachBlock(
        content,
        (block) => block.getAttribute('list') === 'task' && block.setAttribute('list', 'bullet'),
      ),
  },
  {
    to: 3,
    migrate: ({ content }) =>
      eachBlock(content, (block) => {
        if (block.getAttribute('checked') === undefined) return;
        block.setAttribute('indent', 1 as never);
        block.removeAttribute('checked');
      }),
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
    ((writer.getXmlFragment('content').get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(1, 'nd');
    merge(...order.map((index) => peers[index]!), writer);
    for (const peer of [...peers, writer]) {
      expect(version(peer)).toBe(3);
      expect(readPage(peer)).toEqual([
        { ...migrated[0], content: [{ type: 'text', text: 'and' }] },
      ]);
    }
  },
);
