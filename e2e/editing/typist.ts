/**
 * One person types steadily over a slow line while another changes the structure around the caret.
 * Every letter must arrive, in order, contiguous, in the block where typing began.
 */

import type { Page } from '@playwright/test';
import { outlineOf } from '../harness/blocks.ts';
import {
  clickInto,
  makeSelected,
  openSelectionBar,
  selectLine,
  twoFrames,
} from '../harness/gestures.ts';
import type { WriterPair } from '../harness/writer-pair.ts';
import { THREE_PARAGRAPHS, type Outline } from './pairs.ts';

/** 25 keys a second: the fastest human typing. */
export const TYPIST_KEY_MS = 40;
/** None of these letters occurs in the paragraphs. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ACTS_AFTER_LETTERS = 10;
/** Edits within half a second form one undo step. */
const NEXT_STEP_MS = 600;

export interface Disturbance {
  readonly id: string;
  readonly name: string;
  /** An earlier edit by the acting person, which both have received. */
  readonly before?: (page: Page) => Promise<unknown>;
  readonly at: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
  /** The typist's caret: an offset in this line. */
  readonly typistAt?: readonly [line: string, offset: number];
  readonly right: Outline;
}

export const DISTURBANCES: readonly Disturbance[] = [
  {
    id: '7a',
    name: 'joins the block with the one before',
    at: (page) => clickInto(page, 'bravo two', 0),
    act: (page) => page.keyboard.press('Backspace'),
    right: [`alpha onebravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7b',
    name: 'moves the block before down',
    at: (page) => clickInto(page, 'alpha one'),
    act: (page) => page.keyboard.press('Alt+Shift+ArrowDown'),
    right: [`bravo two${LETTERS}`, 'alpha one', 'charlie three'],
  },
  {
    id: '7c',
    name: 'moves the block down',
    at: (page) => clickInto(page, 'bravo two', 2),
    act: (page) => page.keyboard.press('Alt+Shift+ArrowDown'),
    right: ['alpha one', 'charlie three', `bravo two${LETTERS}`],
  },
  {
    id: '7e',
    name: 'presses Enter before the caret',
    at: (page) => clickInto(page, 'bravo two', 2),
    act: (page) => page.keyboard.press('Enter'),
    right: ['alpha one', 'br', `avo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7f',
    name: 'makes it a quote',
    at: (page) => openSelectionBar(page, 'bravo two'),
    act: (page) => makeSelected(page, 'Quote'),
    right: ['alpha one', `> bravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7g',
    name: 'makes it code',
    at: (page) => openSelectionBar(page, 'bravo two'),
    act: (page) => makeSelected(page, 'Code'),
    right: ['alpha one', `\`\`\` bravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7i',
    name: 'makes it a heading',
    at: (page) => clickInto(page, 'bravo two', 2),
    act: (page) => page.keyboard.press('ControlOrMeta+Alt+2'),
    right: ['alpha one', `## bravo two${LETTERS}`, 'charlie three'],
  },
  {
    id: '7j',
    name: 'makes it bold',
    at: (page) => selectLine(page, 'bravo two'),
    act: (page) => page.keyboard.press('ControlOrMeta+b'),
    typistAt: ['bravo two', 6],
    right: ['alpha one', `**bravo ${LETTERS}two**`, 'charlie three'],
  },
  {
    id: 'undo',
    name: 'undoes an Enter before the caret',
    before: (page) => splitBravo(page),
    at: (page) => page.waitForTimeout(NEXT_STEP_MS),
    act: (page) => page.keyboard.press('ControlOrMeta+z'),
    typistAt: ['avo two', 'avo two'.length],
    right: ['alpha one', `bravo two${LETTERS}`, 'charlie three'],
  },
];

export interface TypistOutcome {
  readonly isRight: boolean;
  readonly lost: number;
  readonly inOnePiece: boolean;
  readonly outline: Outline;
}

export async function typeBeside(
  writers: WriterPair,
  disturbance: Disturbance,
  latencyMs: number,
): Promise<TypistOutcome> {
  const { ada, ben } = writers;
  const { before, at, act, typistAt = ['bravo two', 'bravo two'.length], right } = disturbance;
  await writers.startDocument(THREE_PARAGRAPHS);
  await ada.page.waitForTimeout(NEXT_STEP_MS);
  await before?.(ada.page);
  await writers.settle();
  await at(ada.page);
  await clickInto(ben.page, ...typistAt);

  ben.network.latencyMs = latencyMs;
  await ben.page.keyboard.type(LETTERS.slice(0, ACTS_AFTER_LETTERS), KEYS);
  await Promise.all([
    ben.page.keyboard.type(LETTERS.slice(ACTS_AFTER_LETTERS), KEYS),
    act(ada.page),
  ]);
  ben.network.latencyMs = 0;
  await twoFrames(ben.page);
  await writers.settle();

  const outline = await outlineOf(ada.page);
  const text = outline.join('\n');
  return {
    isRight: outline.join('\n') === right.join('\n'),
    lost: LETTERS.split('').filter((letter) => !text.includes(letter)).length,
    inOnePiece: text.includes(LETTERS),
    outline,
  };
}

const KEYS = { delay: TYPIST_KEY_MS };

async function splitBravo(page: Page): Promise<void> {
  await clickInto(page, 'bravo two', 2);
  await page.keyboard.press('Enter');
}
