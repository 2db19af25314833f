import { readPage } from '@tandem/document';
import { restorationOf } from '@tandem/document/history';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { redo, restore, undo } from './binding/binding.ts';
import { type Page, outlineOf, sharedPage, text } from './headless-page.ts';

const PAGE = [text('one two'), text('three'), text('four')];

const momentOf = ({ doc }: Page): Y.Doc => {
  const moment = new Y.Doc();
  Y.applyUpdate(moment, Y.encodeStateAsUpdate(doc));
  return moment;
};

function edited(page: Page): Y.Doc {
  const { view } = page;
  const moment = momentOf(page);
  view.select('two', 0, 3);
  view.dispatch(view.state.tr.deleteSelection());
  view.select('three', 5);
  view.type(' new words');
  return moment;
}

test('HY8 a restore is shown to everyone, and is one step of undo', () => {
  const { pages, sync } = sharedPage(PAGE, 2);
  const [ada, ben] = pages as [Page, Page];
  const moment = edited(ada);
  sync();
  const now = outlineOf(ada.view);
  expect(restore(ada.view.asView, restorationOf(moment))).toBe(true);
  sync();
  const then = ['text "one two"', 'text "three"', 'text "four"'];
  for (const { view } of pages) expect(outlineOf(view)).toEqual(then);
  undo(ada.view.asView);
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(now);
  redo(ada.view.asView);
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(then);
  expect(readPage(ben.doc)).toEqual(readPage(moment));
});

test('HY9 words typed in what is deleted or brought back stay, and are where they were typed', () => {
  const { pages, sync } = sharedPage(PAGE, 2);
  const [ada, ben] = pages as [Page, Page];
  const moment = edited(ada);
  sync();
  ben.view.select('new', 0);
  ben.view.type('XYZ ');
  ben.view.select('one', 3);
  ben.view.type('KLM');
  restore(ada.view.asView, restorationOf(moment));
  sync();
  for (const { view } of pages)
    expect(outlineOf(view)).toEqual(['text "oneKLM two"', 'text "threeXYZ "', 'text "four"']);
});

test('HY8 what one person restores while another takes the deletion back is there once', () => {
  const { pages, sync } = sharedPage(PAGE, 2);
  const [ada, ben] = pages as [Page, Page];
  const moment = momentOf(ada);
  ben.view.select('two', 0, 3);
  ben.view.dispatch(ben.view.state.tr.deleteSelection());
  sync();
  restore(ada.view.asView, restorationOf(moment));
  undo(ben.view.asView);
  sync();
  sync();
  for (const { view } of pages)
    expect(outlineOf(view)).toEqual(['text "one two"', 'text "three"', 'text "four"']);
});
