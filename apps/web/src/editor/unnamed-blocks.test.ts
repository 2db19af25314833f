import { expect, test } from 'vitest';

import { insertDivider, moveBlocks, splitBlock } from './block-commands.ts';
import { outlineOf, type Page, sharedPage, text } from './headless-page.ts';
import { blockWith, dragBlock, paragraph, press, topBlocks } from './simulation/page-edits.ts';
import { outline } from './simulation/page-outline.ts';

/**
 * Text behind a divider without a marker (RD2): A inserts the divider where B types concurrently.
 */
function pageWithUnnamedBlock(): { a: Page; b: Page; outlines: () => string[] } {
  const { pages, sync } = sharedPage([text('alpha'), text('bravo')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.select('alpha', 5);
  a.view.run(insertDivider);
  b.view.select('alpha', 5);
  b.view.type('unnamed');
  sync();
  const outlines = (): string[] => {
    sync();
    return pages.map(({ view }) => outline(view.state.doc));
  };
  return { a, b, outlines };
}

test('text behind a divider is an unnamed block', () => {
  const { a, outlines } = pageWithUnnamedBlock();
  expect(outlines()).toEqual(Array(2).fill('alpha / --- / unnamed / bravo'));
  expect(blockWith(a.view.state.doc, 'unnamed').node.attrs['id']).toBeNull();
});

test('an unnamed block stays when its last character goes, and takes what the other types in it', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  a.view.select('unnamed', 0, 'unnamed'.length);
  press(a.view, 'Backspace');
  expect(outline(a.view.state.doc)).toBe('alpha / --- / ∅ / bravo');
  b.view.select('unnamed', 2);
  b.view.type('!');
  expect(outlines()).toEqual(Array(2).fill('alpha / --- / ! / bravo'));
});

test('an unnamed block before which another is moved stays behind it, and what the other does there counts', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  a.view.select('alpha', 1);
  press(a.view, 'Alt-Shift-ArrowDown');
  b.view.select('alpha', 1);
  press(b.view, 'Backspace');
  expect(outlines()).toEqual(Array(2).fill('--- / lpha / unnamed / bravo'));
});

test('an unnamed block that is moved takes along what the other types in it', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  a.view.select('unnamed', 1);
  press(a.view, 'Alt-Shift-ArrowUp');
  b.view.select('unnamed', 2);
  b.view.type('!');
  expect(outlines()).toEqual(Array(2).fill('alpha / un!named / --- / bravo'));
});

test('an unnamed block that makes way for another takes along what the other types in it', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  a.view.select('bravo', 1);
  press(a.view, 'Alt-Shift-ArrowUp');
  b.view.select('unnamed', 2);
  b.view.type('!');
  expect(outlines()).toEqual(Array(2).fill('alpha / --- / bravo / un!named'));
});

test('an unnamed block that is dragged takes along what the other types in it', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  dragBlock(a.view, blockWith(a.view.state.doc, 'unnamed'), 0);
  b.view.select('unnamed', 2);
  b.view.type('!');
  expect(outlines()).toEqual(Array(2).fill('un!named / alpha / --- / bravo'));
});

test('a divider that is dragged away leaves the unnamed block behind it where it is', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  const divider = topBlocks(a.view.state.doc)[1]!;
  dragBlock(a.view, divider, 0);
  b.view.select('unnamed', 2);
  b.view.type('!');
  expect(outlines()).toEqual(Array(2).fill('--- / alpha / un!named / bravo'));
});

test('two people who type in an unnamed block at once type in one block', () => {
  const { a, b, outlines } = pageWithUnnamedBlock();
  a.view.select('unnamed', 0);
  a.view.type('an ');
  b.view.select('unnamed', 7);
  b.view.type(' block');
  expect(outlines()).toEqual(Array(2).fill('alpha / --- / an unnamed block / bravo'));
});

test('WR7: the first block of a new page is named with the second, so two people move it once', () => {
  const { pages, sync } = sharedPage([], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.type('alpha');
  a.view.run(splitBlock);
  a.view.type('bravo');
  sync();
  for (const { view } of [a, b]) {
    view.select('alpha', 1);
    view.run(moveBlocks(1));
  }
  sync();
  for (const { view } of [a, b]) expect(outlineOf(view)).toEqual(['text "bravo"', 'text "alpha"']);
});

test('WR7: the empty first block of a new page stays when another is put behind it', () => {
  const { pages, sync } = sharedPage([], 2);
  const { view } = pages[0]!;
  view.dispatch(view.state.tr.insert(2, paragraph('alpha')));
  sync();
  for (const page of pages) expect(outline(page.view.state.doc)).toBe('∅ / alpha');
});
