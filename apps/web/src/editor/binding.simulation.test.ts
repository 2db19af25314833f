import { readPage, validatePage } from '@tandem/document';
import type { Command } from '@tiptap/pm/state';
import { TextSelection } from '@tiptap/pm/state';
import { expect, test } from 'vitest';

import { redo, undo } from './binding/binding.ts';
import * as block from './block-commands.ts';
import * as code from './code-commands.ts';
import { type HeadlessView, outlineOf, type Page, sharedPage, text } from './headless-page.ts';

/**
 * Three simulated people edit online and offline with the real binding. At the end all pages are
 * equal and valid, and each editor shows the stored content.
 */

const SEEDS = 25;
const STEPS = 120;

const COMMANDS: readonly Command[] = [
  block.splitBlock,
  block.backspaceAtStart,
  block.deleteEmpty,
  block.indent(1),
  block.indent(-1),
  block.setKind('heading1'),
  block.setKind(null),
  block.toggleList('bullet'),
  block.toggleList('task'),
  block.toggleChecked,
  block.toggleQuote,
  block.toggleCode,
  block.insertDivider,
  block.insertHardBreak,
  block.moveBlocks(1),
  block.moveBlocks(-1),
  code.enterInCode,
  code.indentCode(1),
  code.leaveCode,
];

function random(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function step({ view }: Page, pick: (below: number) => number): void {
  const choice = pick(20);
  if (choice < 6) view.type('abcdefgh '[pick(9)]!.repeat(1 + pick(4)));
  else if (choice < 10) jump(view, pick, pick(3) === 0);
  else if (choice < 17) view.run(COMMANDS[pick(COMMANDS.length)]!);
  else if (choice < 18) view.dispatch(view.state.tr.deleteSelection());
  else if (choice < 19) undo(view.asView);
  else redo(view.asView);
}

function jump(view: HeadlessView, pick: (below: number) => number, range: boolean): void {
  const { doc, tr } = view.state;
  const at = doc.resolve(pick(doc.content.size + 1));
  const to = range ? doc.resolve(pick(doc.content.size + 1)) : at;
  view.dispatch(tr.setSelection(TextSelection.between(at, to)));
}

test.each(Array.from({ length: SEEDS }, (_, seed) => seed))('seed %d', (seed) => {
  const pick = random(seed);
  const { pages, sync } = sharedPage(
    [text('one'), text('two', { list: 'task' }), text('three')],
    3,
  );
  for (let i = 0; i < STEPS; i++) {
    step(pages[pick(pages.length)]!, pick);
    if (pick(8) === 0) sync();
  }
  for (let i = 0; i < 4; i++) sync();
  const [first] = pages;
  for (const { doc, view } of pages) {
    expect(outlineOf(view)).toEqual(outlineOf(first!.view));
    expect(() => view.state.doc.check()).not.toThrow();
    expect(validatePage(doc)).toEqual([]);
    expect(readPage(doc)).toEqual(readPage(first!.doc));
    expect(readPage(doc)).toHaveLength(view.state.doc.childCount);
  }
});
