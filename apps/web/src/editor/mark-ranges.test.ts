import { pageRoots } from '@tandem/document';
import { toggleMark } from '@tiptap/pm/commands';
import { AllSelection } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { type Page, schema, sharedPage, text } from './headless-page.ts';

function formatItems({ doc }: Page): number {
  let count = 0;
  for (let item = pageRoots(doc).text._start; item; item = item.right)
    if (!item.deleted && item.content instanceof Y.ContentFormat) count++;
  return count;
}

test('WR9: a mark over several blocks is written once, and taken away without a rest', () => {
  const page = sharedPage([text('one'), text(''), text('two'), text('three')], 1).pages[0]!;
  const { view } = page;
  const bold = toggleMark(schema.marks['bold']!);
  view.dispatch(view.state.tr.setSelection(new AllSelection(view.state.doc)));
  view.run(bold);
  expect(formatItems(page)).toBe(2);
  view.run(bold);
  expect(formatItems(page)).toBe(0);
});

test('WR9: what another person types between two marked blocks is marked', () => {
  const { pages, sync } = sharedPage([text('one'), text('two')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.dispatch(a.view.state.tr.setSelection(new AllSelection(a.view.state.doc)));
  a.view.run(toggleMark(schema.marks['bold']!));
  b.view.select('one', 3);
  b.view.type('!');
  sync();
  const { firstChild } = a.view.state.doc;
  expect(firstChild!.childCount).toBe(1);
  expect(firstChild!.textContent).toBe('one!');
});
