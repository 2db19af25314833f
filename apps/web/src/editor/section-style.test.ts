import { getSchema } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { EditorState } from '@tiptap/pm/state';
import type { DecorationSet } from '@tiptap/pm/view';
import { expect, test } from 'vitest';

import { sectionAttributes, sectionStyle } from './section-style.ts';
import { countBlocks, editorSchema, lastBlock } from './sections.ts';

const schema = getSchema(editorSchema);

const text = (attrs: object = {}): object => ({ type: 'textBlock', attrs });
const ordered = (indent: number | null = null): object => text({ list: 'ordered', indent });
const section = (...content: object[]): object => ({ type: 'section', content });
const page = (...content: object[]): Node => schema.nodeFromJSON({ type: 'doc', content });
const starts = (doc: Node): string[] => sectionAttributes(doc).map(({ style }) => style ?? '');

test('a page without sections needs nothing', () => {
  const doc = page(ordered(), ordered());
  expect(sectionAttributes(doc)).toEqual([]);
  expect(countBlocks(doc)).toBe(2);
  expect(lastBlock(doc)).toEqual({ block: doc.lastChild, end: doc.content.size });
});

test('numbers go on in the next section, over sections that only hold deeper blocks', () => {
  const doc = page(
    section(ordered(), ordered(), ordered(1)),
    section(ordered(1), text({ list: 'bullet', indent: 2 }), ordered(1)),
    section(text({ indent: 1 }), ordered()),
    section(ordered(1)),
  );
  expect(starts(doc)).toEqual(['', '--n0:2;--n1:1', '--n0:2;--n1:3', '--n0:3']);
  expect(countBlocks(doc)).toBe(9);
});

test.each([
  ['a paragraph', text()],
  ['another list', text({ list: 'bullet' })],
  ['a line', { type: 'divider' }],
])('%s starts the numbers again', (_name, other) => {
  expect(starts(page(section(ordered(), ordered(1), other), section(ordered())))).toEqual(['', '']);
});

test('a shallower item starts deeper numbers again', () => {
  const doc = page(section(ordered(), ordered(1), ordered(2), ordered(1)), section(ordered(2)));
  expect(starts(doc)).toEqual(['', '--n0:1;--n1:2']);
});

test('the kinds that meet between sections are named', () => {
  const code = { type: 'codeBlock' };
  const quote = { type: 'quote', content: [text()] };
  const doc = page(
    section(text(), text({ kind: 'heading2' })),
    section(code, ordered()),
    section(quote, { type: 'divider' }),
    section(text()),
  );
  expect(sectionAttributes(doc)).toEqual([
    { 'data-first': 'text' },
    { 'data-first': 'codeBlock', 'data-after': 'heading2' },
    { 'data-first': 'quote', 'data-after': 'list', style: '--n0:1' },
    { 'data-first': 'text', 'data-after': 'divider' },
  ]);
  expect(lastBlock(doc).block).toBe(doc.lastChild!.lastChild);
  expect(doc.resolve(lastBlock(doc).end).parent.type.name).toBe('section');
});

test('the decorations follow every change, also the replacement of a section', () => {
  const plugin = sectionStyle();
  const seen = (state: EditorState): unknown[] =>
    (plugin.props.decorations!.call(plugin, state) as DecorationSet)
      .find()
      .map((decoration) => [
        decoration.from,
        (decoration as unknown as { type: { attrs: { style?: string } } }).type.attrs.style ?? '',
      ]);
  const doc = page(section(ordered()), section(ordered()), section(ordered()));
  let state = EditorState.create({ doc, plugins: [plugin] });
  expect(seen(state)).toEqual([
    [0, ''],
    [4, '--n0:1'],
    [8, '--n0:2'],
  ]);
  state = state.apply(state.tr.insertText('ab', 6));
  expect(seen(state)).toEqual([
    [0, ''],
    [4, '--n0:1'],
    [10, '--n0:2'],
  ]);
  state = state.apply(state.tr.replaceWith(4, 10, schema.nodeFromJSON(section(ordered()))));
  expect(seen(state)).toEqual([
    [0, ''],
    [4, '--n0:1'],
    [8, '--n0:2'],
  ]);
  state = state.apply(state.tr.setNodeAttribute(5, 'list', null));
  expect(seen(state)).toEqual([
    [0, ''],
    [4, '--n0:1'],
    [8, ''],
  ]);
});
