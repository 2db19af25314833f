import { pageRoots } from '@tandem/document';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';

import { undo } from './binding/binding.ts';
import { moveBlocks, setKind, splitBlock } from './block-commands.ts';
import { type HeadlessView, openPage, outlineOf, type Page } from './headless-page.ts';
import { press, run, selectRange } from './simulation/page-edits.ts';

/** Text before the first marker, behind dividers, and beside blocks shown elsewhere (RD2). */
const STREAMS: readonly (readonly (string | object)[])[] = [
  ['zero'],
  [{ id: 'line', type: 'divider' }, 'behind'],
  [
    ...['zero', { id: 'one' }, 'one', { id: 'line', type: 'divider' }, 'behind'],
    ...[{ id: 'line2', type: 'divider' }, 'again', { id: 'two', at: 'slot' }, 'two'],
    { place: 'slot' },
  ],
  [{ place: 'slot' }, 'zero', { id: 'one', at: 'slot' }, 'one', { id: 'two' }, 'two'],
];

const COMMANDS = {
  Enter: run(splitBlock),
  'move up': run(moveBlocks(-1)),
  'move down': run(moveBlocks(1)),
  heading: run(setKind('heading1')),
  Backspace: (view: HeadlessView) => press(view, 'Backspace'),
  Delete: (view: HeadlessView) => press(view, 'Delete'),
};

function open(stream: readonly (string | object)[]): Page {
  const doc = new Y.Doc();
  const { text } = pageRoots(doc);
  for (const part of stream) {
    if (typeof part === 'string') text.insert(text.length, part);
    else text.insertEmbed(text.length, part);
  }
  return openPage(Y.encodeStateAsUpdate(doc), 1);
}

function resultOf(view: HeadlessView, command: (view: HeadlessView) => void): string[] {
  let wanted = outlineOf(view);
  const { dispatch } = view;
  Object.assign(view, {
    dispatch: (tr: Parameters<typeof dispatch>[0]) => {
      wanted = outlineOf({ state: view.state.applyTransaction(tr).state });
      Object.assign(view, { dispatch });
      dispatch(tr);
    },
  });
  command(view);
  Object.assign(view, { dispatch });
  return wanted;
}

describe.each(Object.entries(COMMANDS))('%s', (_, command) => {
  test.each([...STREAMS.keys()])('does what it shows, and is undone: stream %i', (index) => {
    const parts = STREAMS[index]!;
    const before = outlineOf(open(parts).view);
    const { size } = open(parts).view.state.doc.content;
    for (let position = 0; position <= size; position++) {
      const { view } = open(parts);
      selectRange(view, position, position);
      const wanted = resultOf(view, command);
      expect(outlineOf(view), `at ${position}`).toEqual(wanted);
      undo(view.asView);
      expect(outlineOf(view), `at ${position}, undone`).toEqual(before);
    }
  });
});

test('text typed in an unnamed block moves with the block', () => {
  const mine = open(STREAMS[2]!);
  const theirs = openPage(Y.encodeStateAsUpdate(mine.doc), 2);
  mine.view.select('behind');
  mine.view.run(moveBlocks(-1));
  theirs.view.select('behind', 2);
  theirs.view.type('XX');
  Y.applyUpdate(mine.doc, Y.encodeStateAsUpdate(theirs.doc), 'network');
  expect(outlineOf(mine.view)[2]).toBe('text "beXXhind"');
});

test('two people who type in an unnamed block make no other block', () => {
  const a = open(STREAMS[1]!);
  const b = openPage(Y.encodeStateAsUpdate(a.doc), 2);
  for (const { view } of [a, b]) {
    view.select('behind', 6);
    view.type('!');
  }
  Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc), 'network');
  expect(outlineOf(a.view)).toEqual(['divider', 'text "behind!!"']);
});

test('two people who begin an empty page make no empty block', () => {
  const a = open([]);
  const b = openPage(Y.encodeStateAsUpdate(a.doc), 2);
  for (const { view } of [a, b]) {
    view.type('one');
    view.run(splitBlock);
    view.type('two');
  }
  Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc), 'network');
  expect(outlineOf(a.view)).not.toContain('text ""');
});
