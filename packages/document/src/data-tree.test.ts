import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { describeRoots, type RootTree, type TreeEntry } from './data-tree.ts';
import { copyOf } from './testing/pages.ts';
import {
  MAX_TREE_CHILDREN,
  MAX_TREE_DEPTH,
  MAX_TREE_ENTRIES,
  MAX_TREE_PREVIEW_LENGTH,
} from './limits.ts';

function lines({ entries }: Pick<RootTree, 'entries'>, margin = ''): string[] {
  return entries.flatMap(({ name, kind, size, preview, children, omitted }) => [
    `${margin}${name}: ${kind} ${size}${preview && ` ${preview}`}${omitted ? ` (+${omitted})` : ''}`,
    ...lines({ entries: children }, `${margin}  `),
  ]);
}

function sample(): Y.Doc {
  const doc = new Y.Doc();
  const map = doc.getMap('map');
  map.set('name', 'Ada');
  map.set('gone', 1);
  map.delete('gone');
  map.set('nested', new Y.Map([['deep', [1, { a: null }]]]));
  map.set('bytes', new Uint8Array(3));
  map.set('sub', new Y.Doc({ guid: '../../etc/passwd' }));
  doc.getArray('array').insert(0, [1, 'two', true, null]);
  doc.getText('text').insert(0, 'Hello');
  doc.getText('text').format(0, 2, { bold: true });
  doc.getText('text').insertEmbed(5, { image: 'x' });
  const element = new Y.XmlElement('p');
  element.setAttribute('class', 'a');
  element.insert(0, [new Y.XmlText('inside')]);
  doc.getXmlFragment('xml').insert(0, [element]);
  return doc;
}

const SAMPLE = [
  'array: array 4',
  '  0: value 1 1',
  '  1: value 1 "two"',
  '  2: value 1 true',
  '  3: value 1 null',
  'map: map 4',
  '  name: value 1 "Ada"',
  '  nested: map 1',
  '    deep: value 1 [1,{"a":null}]',
  '  bytes: binary 3',
  '  sub: document 1 ../../etc/passwd',
  'text: text 5 Hello',
  'xml: xml 1',
  '  0: xml 1 <p>',
  '    class: value 1 "a"',
  '    0: text 6 inside',
];

test('roots with their content', () => {
  expect(lines(describeRoots(sample()))).toEqual(SAMPLE);
});

test('undefined roots are shown by their content, and stay undefined', () => {
  const copy = copyOf(sample(), 2);
  expect(lines(describeRoots(copy)).toSorted()).toEqual(SAMPLE.toSorted());
  for (const root of copy.share.values()) expect(root.constructor).toBe(Y.AbstractType);
  expect(copy.getText('text').toString()).toBe('Hello');
});

test('a root that is empty again', () => {
  const doc = new Y.Doc();
  doc.getArray('list').insert(0, [1]);
  doc.getArray('list').delete(0, 1);
  expect(lines(describeRoots(copyOf(doc, 2)))).toEqual(['list: empty 0']);
});

test('the tree is bounded in width, depth, length and all', () => {
  const doc = new Y.Doc();
  doc.getArray('wide').insert(
    0,
    Array.from({ length: MAX_TREE_CHILDREN + 5 }, (_, index) => index),
  );
  let map = doc.getMap('deep');
  for (let depth = 0; depth < MAX_TREE_DEPTH + 5; depth++) map = map.set('in', new Y.Map());
  doc.getText('long').insert(0, 'x'.repeat(100_000));
  doc.getMap('value').set('big', { a: Array.from({ length: 100_000 }, () => 'y'.repeat(100)) });
  const tree = describeRoots(doc);
  const [deep, long, value, wide] = tree.entries as [TreeEntry, TreeEntry, TreeEntry, TreeEntry];
  expect([wide.size, wide.children.length, wide.omitted]).toEqual([
    MAX_TREE_CHILDREN + 5,
    MAX_TREE_CHILDREN,
    5,
  ]);
  expect(lines({ entries: [deep] })).toHaveLength(MAX_TREE_DEPTH + 1);
  expect(lines({ entries: [deep] }).at(-1)).toContain('(+1)');
  expect([long.size, long.preview.length]).toEqual([100_000, MAX_TREE_PREVIEW_LENGTH]);
  expect(value.children[0]!.preview).toHaveLength(MAX_TREE_PREVIEW_LENGTH);

  const many = new Y.Doc();
  for (let root = 0; root < 50; root++)
    many.getArray(`r${root}`).insert(
      0,
      Array.from({ length: 90 }, () => 0),
    );
  const shown = describeRoots(many);
  expect(lines(shown)).toHaveLength(MAX_TREE_ENTRIES);
  expect(shown.entries.length + shown.omitted).toBe(50);
});
