/**
 * One person types steadily over a slow line while another changes the structure around the caret.
 * Every letter must arrive, in order, contiguous, in the block where typing began.
 */

import type { Page } from '@playwright/test';
import { outlineOf } from '../harness/blocks.ts';
import {
  clickInto,
  setBlockKind,
  openSelectionBar,
  selectLine,
  waitForNextUndoStep,
  waitForTwoFrames,
} from '../harness/gestures.ts';
import type { WriterPair } from '../harness/writer-pair.ts';
import { THREE_PARAGRAPHS, type Outline } from './edit-pairs.ts';

/** 25 keys a second: the fastest human typing. */
export const TYPIST_KEY_MS = 40;
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const EDIT_AFTER_LETTERS = 10;

export interface StructuralEdit {
  readonly id: string;
  readonly name: string;
  readonly earlierEdit?: (page: Page) => Promise<unknown>;
  readonly prepare: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
  readonly typistAt?: readonly [line: string, offset: number];
  readonly expected: Outline;
}

export const STRUCTURAL_EDITS: readonly StructuralEdit[] = [
  {
    id: '7a',
    name: 'joins the block with the one before',
    prepare: (page) => clickInto(page, 'bravo two', 0),
    act: (page) => page.keyboard.press('Backspace'),
    expected: [`alpha onebravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7b',
    name: 'moves the block before down',
    prepare: (page) => clickInto(page, 'alpha one'),
    act: (page) => page.keyboard.press('Alt+Shift+ArrowDown'),
    expected: [`bravo two${LETTERS}`, 'alpha one', 'charlie three'],
  },
  {
    id: '7c',
    name: 'moves the block down',
    prepare: (page) => clickInto(page, 'bravo two', 2),
    act: (page) => page.keyboard.press('Alt+Shift+ArrowDown'),
    expected: ['alpha one', 'charlie three', `bravo two${LETTERS}`],
  },
  {
    id: '7e',
    name: 'presses Enter before the caret',
    prepare: (page) => clickInto(page, 'bravo two', 2),
    act: (page) => page.keyboard.press('Enter'),
    expected: ['alpha one', 'br', `avo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7f',
    name: 'makes it a quote',
    prepare: (page) => openSelectionBar(page, 'bravo two'),
    act: (page) => setBlockKind(page, 'Quote'),
    expected: ['alpha one', `> bravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7g',
    name: 'makes it code',
    prepare: (page) => openSelectionBar(page, 'bravo two'),
    act: (page) => setBlockKind(page, 'Code'),
    expected: ['alpha one', `\`\`\` bravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7i',
    name: 'makes it a heading',
    prepare: (page) => clickInto(page, 'bravo two', 2),
    act: (page) => page.keyboard.press('ControlOrMeta+Alt+2'),
    expected: ['alpha one', `## bravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7j',
    name: 'makes it bold',
    prepare: (page) => selectLine(page, 'bravo two'),
    act: (page) => page.keyboard.press('ControlOrMeta+b'),
    typistAt: ['bravo two', 6],
    expected: ['alpha one', `**bravo ${LETTERS}two**`, 'charlie three'],
  },
  {
    id: 'undo',
    name: 'undoes an Enter before the caret',
    earlierEdit: (page) => splitBravo(page),
    prepare: waitForNextUndoStep,
    act: (page) => page.keyboard.press('ControlOrMeta+z'),
    typistAt: ['avo two', 'avo two'.length],
    expected: ['alpha one', `bravo two${LETTERS}`, 'charlie three'],
  },
];

export interface TypistOutcome {
  readonly isCorrect: boolean;
  readonly lost: number;
  readonly isContiguous: boolean;
  readonly outline: Outline;
}

export async function typeDuringEdit(
  writers: WriterPair,
  edit: StructuralEdit,
  latencyMs: number,
): Promise<TypistOutcome> {
  const { ada, ben } = writers;
  const {
    earlierEdit,
    prepare,
    act,
    typistAt = ['bravo two', 'bravo two'.length],
    expected,
  } = edit;
  await writers.startDocument(THREE_PARAGRAPHS);
  await waitForNextUndoStep(ada.page);
  await earlierEdit?.(ada.page);
  await writers.settle();
  await prepare(ada.page);
  await clickInto(ben.page, ...typistAt);

  ben.network.latencyMs = latencyMs;
  await ben.page.keyboard.type(LETTERS.slice(0, EDIT_AFTER_LETTERS), KEYS);
  await Promise.all([
    ben.page.keyboard.type(LETTERS.slice(EDIT_AFTER_LETTERS), KEYS),
    act(ada.page),
  ]);
  ben.network.latencyMs = 0;
  await waitForTwoFrames(ben.page);
  await writers.settle();

  const outline = await outlineOf(ada.page);
  const text = outline.join('\n');
  return {
    isCorrect: outline.join('\n') === expected.join('\n'),
    lost: LETTERS.split('').filter((letter) => !text.includes(letter)).length,
    isContiguous: text.includes(LETTERS),
    outline,
  };
}

const KEYS = { delay: TYPIST_KEY_MS };

async function splitBravo(page: Page): Promise<void> {
  await clickInto(page, 'bravo two', 2);
  await page.keyboard.press('Enter');
}
