import type { Block } from '@tandem/document';
import { Fragment, Slice } from '@tiptap/pm/model';
import { EditorState } from '@tiptap/pm/state';
import { expect, test } from 'vitest';

import { blockIds, renewIds } from './block-ids.ts';
import { schema, text } from './headless-page.ts';

function page(blocks: readonly Block[]): EditorState {
  return EditorState.create({
    schema,
    plugins: [blockIds()],
    doc: schema.node(
      'doc',
      null,
      blocks.map((block) => schema.nodeFromJSON(block)),
    ),
  });
}

const ids = (state: EditorState): unknown[] =>
  state.doc.content.content.map((node) => node.attrs['id'] as unknown);

test('a block that is split by any command gets an id, and the other half keeps its own', () => {
  const state = page([text('one two', { id: 'a' }), text('three', { id: 'b' })]);
  const next = state.apply(state.tr.split(5));
  const [first, second, third] = ids(next);
  expect([first, third]).toEqual(['a', 'b']);
  expect(second).toMatch(/^[\w-]{10}$/);
});

test('blocks without an id get one where the page was changed, and only there', () => {
  const state = page([text('far'), text('x'), text('near', { id: 'n' })]);
  const next = state.apply(
    state.tr.insert(state.doc.content.size, schema.nodes['textBlock']!.create()),
  );
  const [far, x, near, added] = ids(next);
  expect([far, x, near]).toEqual([null, null, 'n']);
  expect(added).toMatch(/^[\w-]{10}$/);
});

test('pasted blocks are new, at every depth', () => {
  const quote = schema.nodeFromJSON({
    type: 'quote',
    attrs: { id: 'q' },
    content: [text('a', { id: 'x' })],
  });
  const renewed = renewIds(new Slice(Fragment.from(quote), 0, 0)).content.firstChild!;
  expect(renewed.attrs['id']).not.toBe('q');
  expect(renewed.firstChild!.attrs['id']).not.toBe('x');
  expect(renewed.textContent).toBe('a');
});

test('the only block of a page needs no id', () => {
  const state = page([text('a', { id: 'x' }), text('b', { id: 'y' })]);
  const next = state.apply(state.tr.delete(0, state.doc.content.size));
  expect(ids(next)).toEqual([null]);
});
