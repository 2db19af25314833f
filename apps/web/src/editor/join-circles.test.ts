import { pause, repeatable } from './simulation/environment.ts';

import { pageRoots } from '@tandem/document';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { moveBlocks, splitBlock } from './block-commands.ts';
import { openPage, outlineOf, type Page, sharedPage, text } from './headless-page.ts';
import {
  blockWith,
  deleteBlock,
  dragToEnd,
  press,
  selectEdge,
  selectRange,
} from './simulation/page-edits.ts';

function joinThroughSlot({ view }: Page, first: string, second: string): void {
  dragToEnd(view, second);
  const { node, pos } = blockWith(view.state.doc, first);
  const start = blockWith(view.state.doc, second).pos + 1;
  selectRange(view, pos + 1 + node.content.size, start);
  press(view, 'Backspace');
}

function typeAtEnd({ view }: Page, words: string): void {
  view.dispatch(view.state.tr.insertText(words, view.state.doc.content.size - 1));
}

function joinedToEachOther(): ReturnType<typeof sharedPage> {
  const shared = sharedPage([text('one'), text('two'), text('three')], 2);
  const [a, b] = [shared.pages[0]!, shared.pages[1]!];
  joinThroughSlot(a, 'one', 'two');
  joinThroughSlot(b, 'two', 'one');
  typeAtEnd(a, 'AA');
  typeAtEnd(b, 'BB');
  shared.sync();
  expect(outlineOf(a.view)).toEqual(['text "onetwoAABB"']);
  return shared;
}

test('Enter in two blocks that two people have joined to each other (RD7)', () => {
  const { pages, sync } = joinedToEachOther();
  const a = pages[0]!;
  a.view.select('BB', 1);
  a.view.run(splitBlock);
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(['text "onetwoAAB"', 'text "B"']);
});

test('a half of two such blocks is moved', () => {
  const { pages, sync } = joinedToEachOther();
  const { view } = pages[0]!;
  view.select('twoAABB');
  view.run(splitBlock);
  expect(outlineOf(view)).toEqual(['text "one"', 'text "twoAABB"']);
  view.run(moveBlocks(-1));
  sync();
  for (const page of pages) expect(outlineOf(page.view)).toEqual(['text "twoAABB"', 'text "one"']);
});

test('the first block of a page is deleted with those that stand before it in the stream and were joined to it', () => {
  repeatable(1, () => {
    const { pages, sync } = sharedPage([text('one'), text('two'), text('three')], 2);
    const { view } = pages[0]!;
    view.select('two');
    view.run(moveBlocks(-1));
    selectEdge(view, 'two', 'end');
    press(view, 'Delete');
    expect(outlineOf(view)).toEqual(['text "twoone"', 'text "three"']);
    pause();
    deleteBlock(view, blockWith(view.state.doc, 'twoone'));
    expect(outlineOf(view)).toEqual(['text "three"']);
    sync();
    expect(outlineOf(pages[1]!.view)).toEqual(['text "three"']);
    press(view, 'Mod-z');
    sync();
    for (const page of pages)
      expect(outlineOf(page.view)).toEqual(['text "twoone"', 'text "three"']);
  });
});

test('the first block of a page is deleted behind one that is a part of the block after it', () => {
  const { pages, sync } = sharedPage([text('one'), text('twothree')], 2);
  const { view } = pages[0]!;
  view.select('three');
  view.run(splitBlock);
  dragToEnd(view, 'one');
  deleteBlock(view, blockWith(view.state.doc, 'one'));
  deleteBlock(view, blockWith(view.state.doc, 'two'));
  sync();
  for (const page of pages) expect(outlineOf(page.view)).toEqual(['text "three"']);
});

test('a block whose slot stands in its own run stays where it is when that run is cut', () => {
  const doc = new Y.Doc();
  const stream = pageRoots(doc).text;
  const parts = [
    { id: 'one', free: true, at: 'slot' },
    'one',
    { id: 'two' },
    'tw',
    { join: 'slot' },
    'o',
    { id: 'three' },
    'three',
  ];
  for (const part of parts) {
    if (typeof part === 'string') stream.insert(stream.length, part);
    else stream.insertEmbed(stream.length, part);
  }
  const { view } = openPage(Y.encodeStateAsUpdate(doc), 1);
  expect(outlineOf(view)).toEqual(['text "one"', 'text "two"', 'text "three"']);
  view.select('two');
  view.run(moveBlocks(1));
  expect(outlineOf(view)).toEqual(['text "one"', 'text "three"', 'text "two"']);
});

test('a moved block that is deleted leaves two units, which keep a place for words that were typed in it', () => {
  const { pages, sync } = sharedPage([text('one'), text('two'), text('three')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  const { text: stream } = pageRoots(a.doc);
  const length = stream.length;
  dragToEnd(a.view, 'one');
  sync();
  deleteBlock(a.view, blockWith(a.view.state.doc, 'one'));
  expect(outlineOf(a.view)).toEqual(['text "two"', 'text "three"']);
  expect(stream.length).toBe(length - 'one'.length + 1);
  b.view.select('one', 3);
  b.view.type('!');
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(['text "two"', 'text "three!"']);
});

test('words of a block that one joins elsewhere while another deletes it stay where it stood (WR6)', () => {
  const { pages, sync } = sharedPage([text('one'), text('two'), text('three')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.select('two', 3);
  a.view.type('AA');
  joinThroughSlot(a, 'three', 'twoAA');
  expect(outlineOf(a.view)).toEqual(['text "one"', 'text "threetwoAA"']);
  deleteBlock(b.view, blockWith(b.view.state.doc, 'two'));
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(['text "oneAA"', 'text "three"']);
});
