import { baseKeymap } from '@tiptap/pm/commands';
import { type Command, TextSelection } from '@tiptap/pm/state';
import { describe, expect, test, vi } from 'vitest';

import { indent, moveBlocks, toggleQuote } from './block-commands.ts';
import { type HeadlessView, outlineOf, sharedPage, text } from './headless-page.ts';
import { keyBindings } from './keymap.ts';
import { throughSections } from './section-commands.ts';
import { blocksIn, isSectioned } from './sections.ts';

vi.mock('./limits.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  LONG_DOCUMENT_BLOCKS: 3,
  SECTION_BLOCKS: { least: 1, usual: 2, most: 3 },
}));

function longPage(): HeadlessView {
  const blocks = ['one', 'two', 'three', 'four', 'five', 'six'].map((words) => text(words));
  return sharedPage(blocks, 1).pages[0]!.view;
}

function press(view: HeadlessView, key: string): void {
  const bound = keyBindings(
    view.state.schema,
    () => false,
    () => {},
  )[key];
  const commands = [bound, throughSections(baseKeymap[key] ?? (() => false))];
  commands.find((command) => command?.(view.state, view.dispatch));
}

const lines = (view: HeadlessView): string[] =>
  blocksIn(view.state.doc).map(({ textContent }) => textContent);

describe('over the edge of two sections', () => {
  test('there is one', () => {
    const { doc } = longPage().state;
    expect(isSectioned(doc)).toBe(true);
    expect(doc.firstChild!.childCount).toBe(2);
  });

  test('Backspace at the start joins the block to the one before', () => {
    const view = longPage();
    view.select('three');
    press(view, 'Backspace');
    expect(lines(view)).toEqual(['one', 'twothree', 'four', 'five', 'six']);
  });

  test('Delete at the end joins the next block', () => {
    const view = longPage();
    view.select('two', 3);
    press(view, 'Delete');
    expect(lines(view)).toEqual(['one', 'twothree', 'four', 'five', 'six']);
  });

  test.each([
    ['down', 1, 'two', ['one', 'three', 'two', 'four', 'five', 'six']],
    ['up', -1, 'three', ['one', 'three', 'two', 'four', 'five', 'six']],
  ] as const)('a block moves %s', (_name, direction, words, expected) => {
    const view = longPage();
    view.select(words, 1);
    view.run(moveBlocks(direction));
    expect(lines(view)).toEqual(expected);
    view.type('X');
    expect(lines(view)).toContain(`${words[0]}X${words.slice(1)}`);
  });

  test('a quote takes blocks of both, and gives them back', () => {
    const view = longPage();
    select(view, 'two', 'three');
    view.run(toggleQuote);
    expect(outlineOf(view).filter((line) => line.includes('quote'))).toHaveLength(1);
    expect(outlineOf(view)).toContain('  text "three"');
    select(view, 'two', 'three');
    view.run(toggleQuote);
    expect(outlineOf(view).filter((line) => line.includes('quote'))).toHaveLength(0);
  });

  test('an item may stand deeper than the one before', () => {
    const view = longPage();
    for (const words of ['two', 'three']) {
      view.select(words);
      press(view, 'Mod-Shift-8');
    }
    view.run(indent(1));
    expect(outlineOf(view)).toContain('  bullet "three"');
  });

  test('Enter in an empty block makes another one', () => {
    const view = longPage();
    view.select('one', 3);
    press(view, 'Enter');
    press(view, 'Enter');
    expect(lines(view)).toEqual(['one', '', '', 'two', 'three', 'four', 'five', 'six']);
  });

  test('a range that is deleted leaves one block', () => {
    const view = longPage();
    select(view, 'two', 'five');
    view.run(((state, dispatch) => {
      dispatch?.(state.tr.deleteSelection());
      return true;
    }) satisfies Command);
    expect(lines(view)).toEqual(['one', 'tve', 'six']);
    expect(isSectioned(view.state.doc)).toBe(true);
  });
});

test('a page that gets long is cut, and one that gets short is not any more', () => {
  const view = sharedPage([text('one'), text('two')], 1).pages[0]!.view;
  view.select('two', 3);
  press(view, 'Enter');
  press(view, 'Enter');
  expect(isSectioned(view.state.doc)).toBe(true);
  view.dispatch(view.state.tr.delete(0, view.state.doc.content.size));
  expect(isSectioned(view.state.doc)).toBe(false);
});

function select(view: HeadlessView, from: string, to: string): void {
  view.select(to, 2);
  const end = view.state.selection.from;
  view.select(from, 1);
  const { doc, tr, selection } = view.state;
  view.dispatch(tr.setSelection(TextSelection.create(doc, selection.from, end)));
}
