import { expect, test } from 'vitest';

import { outlineOf, schema, sharedPage, text } from './headless-page.ts';

// Yjs replaces both halves of a split surrogate pair, so an emoji must be inserted and deleted as a
// whole.

test('an emoji whose second half alone is replaced by a step', () => {
  const { pages, sync } = sharedPage([text('a😀b')], 2);
  const { view } = pages[0]!;
  view.dispatch(view.state.tr.insertText('😁'.slice(1), 3, 4));
  sync();
  for (const page of pages) expect(outlineOf(page.view)).toEqual(['text "a😁b"']);
});

test('an emoji in a block that a command builds again', () => {
  const { pages, sync } = sharedPage([text('😀 and 😀'), text('after')], 2);
  const { view } = pages[0]!;
  const { attrs, nodeSize } = view.state.doc.child(0);
  const again = schema.node('textBlock', attrs, schema.text('😁 or 😁'));
  view.dispatch(view.state.tr.replaceWith(0, nodeSize, again));
  sync();
  for (const page of pages)
    expect(outlineOf(page.view)).toEqual(['text "😁 or 😁"', 'text "after"']);
});

test('an emoji that stays is not written again', () => {
  const { pages, sync } = sharedPage([text('a😀b'), text('after')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  b.view.select('a😀b', 3);
  const { attrs, nodeSize } = a.view.state.doc.child(0);
  const again = schema.node('textBlock', attrs, schema.text('A😀B'));
  a.view.dispatch(a.view.state.tr.replaceWith(0, nodeSize, again));
  sync();
  expect(outlineOf(b.view)).toEqual(['text "A😀B"', 'text "after"']);
  expect(b.view.state.selection.$from.parentOffset).toBe(3);
});
