import type { Node } from '@tiptap/pm/model';
import { EditorState } from '@tiptap/pm/state';
import type { DecorationSet } from '@tiptap/pm/view';
import { expect, test } from 'vitest';

import { sectionAttributes, sectionStyle } from './section-style.ts';
import { countBlocks, editorSchema, lastBlock } from './sections.ts';

const schema = editorSchema;

const text = (attrs: object = {}): object => ({ type: 'textBlock', attrs });
const ordered = (indent: number | null = null): object => text({ list: 'ordered', indent });
const section = (...content: object[]): object => ({ type: 'section', content });
const page = (...content: object[]): Node => schema.nodeFromJSON({ type: 'doc', content });

test('a page without sections needs nothing', () => {
  const doc = page(ordered(), ordered());
  expect(sectionAttributes(doc)).toEqual([]);
  expect(countBlocks(doc)).toBe(2);
  expect(lastBlock(doc)).toEqual({ block: doc.lastChild, end: doc.content.size });
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
    { 'data-first': 'quote', 'data-after': 'list' },
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
        (decoration as unknown as { type: { attrs: Record<string, string> } }).type.attrs[
          'data-after'
        ] ?? '',
      ]);
  const doc = page(section(ordered()), section(ordered()), section(ordered()));
  let state = EditorState.create({ doc, plugins: [plugin] });
  expect(seen(state)).toEqual([
    [0, ''],
    [4, 'list'],
    [8, 'list'],
  ]);
  state = state.apply(state.tr.insertText('ab', 6));
  expect(seen(state)).toEqual([
    [0, ''],
    [4, 'list'],
    [10, 'list'],
  ]);
  state = state.apply(state.tr.replaceWith(4, 10, schema.nodeFromJSON(section(ordered()))));
  expect(seen(state)).toEqual([
    [0, ''],
    [4, 'list'],
    [8, 'list'],
  ]);
  state = state.apply(state.tr.setNodeAttribute(5, 'list', null));
  expect(seen(state)).toEqual([
    [0, ''],
    [4, 'list'],
    [8, 'text'],
  ]);
});
