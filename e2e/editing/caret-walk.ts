/**
 * One person moves the caret by keys and clicks and types a probe letter to reveal it, while
 * another types elsewhere in the document. A model of four equal lines predicts where the letter
 * must be.
 */

import type { Page } from '@playwright/test';
import { SeededRandom } from '@tandem/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { blocksOf, pointAt } from '../harness/blocks.ts';
import {
  clickInto,
  blockMainThread,
  pressWithoutWaiting,
  waitForTwoFrames,
} from '../harness/gestures.ts';
import type { WriterPair } from '../harness/writer-pair.ts';
import { TYPIST_KEY_MS } from './typist.ts';

/** All lines are equal, so Up and Down keep the column in any font. */
const LINE = 'alpha bravo cargo delta';
const LINES: readonly string[] = [LINE, LINE, LINE, LINE];
const ABOVE = 'above';
const BELOW = 'below';
const PROBE = 'X';
const TYPED = 'z';
/** The typist deletes again from this length, so that the line never wraps. */
const MAX_TYPED = 30;
const ACTION_INTERVAL_MS = 30;
const ACTIONS_PER_PROBE = 4;
const BUSY_MS = 200;

export type TypistPlace = 'none' | 'above' | 'below' | 'same block';

export interface WalkOptions {
  readonly typist: TypistPlace;
  readonly latencyMs: number;
  readonly isBusy?: boolean;
  readonly actions: number;
  readonly seed: number;
}

export interface WalkOutcome {
  readonly actions: number;
  readonly probes: number;
  readonly wrong: readonly string[];
}

export async function walkDuringTyping(
  writers: WriterPair,
  options: WalkOptions,
): Promise<WalkOutcome> {
  const random = new SeededRandom(options.seed);
  const wrong: string[] = [];
  let actions = 0;
  let probes = 0;
  await writers.startDocument([]);
  while (actions < options.actions) {
    // A misplaced letter leaves lines that differ from the model.
    writers.ben.network.latencyMs = 0;
    await writers.replaceText([ABOVE, ...LINES, BELOW]);
    writers.ben.network.latencyMs = options.latencyMs;
    await using _typist = await startTypist(writers.ben.page, options.typist);
    for (let isRight = true; isRight && actions < options.actions; probes++) {
      const walk = new Walk(random, options.typist === 'same block');
      const seen = await probe(writers.ada.page, walk, options.isBusy ?? false);
      actions += walk.keys.length;
      isRight = seen === walk.expected();
      if (!isRight)
        wrong.push(`${walk.keys.join(', ')}: ${placeOf(seen)}, not ${placeOf(walk.expected())}`);
      else await removeProbe(writers.ada.page, walk);
    }
  }
  writers.ben.network.latencyMs = 0;
  return { actions, probes, wrong };
}

class Walk {
  readonly keys: string[] = [];
  readonly start: { readonly line: number; readonly column: number };
  readonly #random: SeededRandom;
  readonly #isLastShared: boolean;
  #line: number;
  #column: number;
  #anchor: number;

  constructor(random: SeededRandom, isLastShared: boolean) {
    this.#random = random;
    this.#isLastShared = isLastShared;
    this.#line = random.int(0, LINES.length - 1);
    this.#column = random.int(0, LINE.length - 1);
    this.#anchor = this.#column;
    this.start = { line: this.#line, column: this.#column };
    this.keys.push(`click ${this.#line}:${this.#column}`);
    while (this.keys.length < ACTIONS_PER_PROBE) this.#step(false);
    if (random.chance(1 / 3)) this.#step(true);
  }

  get selected(): string {
    return LINE.slice(...this.#range);
  }

  expected(): string {
    const [from, to] = this.#range;
    const line = LINE.slice(0, from) + PROBE + LINE.slice(to);
    return LINES.toSpliced(this.#line, 1, line).join(' / ');
  }

  get #range(): [number, number] {
    return [Math.min(this.#anchor, this.#column), Math.max(this.#anchor, this.#column)];
  }

  #step(selects: boolean): void {
    const moves = this.#moves().filter(({ line }) => !selects || line === this.#line);
    const move = this.#random.pick(moves);
    this.keys.push(selects ? `Shift+${move.key}` : move.key);
    this.#line = move.line;
    this.#column = move.column;
    if (!selects) this.#anchor = move.column;
  }

  #moves(): { key: string; line: number; column: number }[] {
    const [line, column, end] = [this.#line, this.#column, LINE.length];
    const moves = [
      { key: 'ArrowUp', line: line - 1, column },
      { key: 'ArrowDown', line: line + 1, column },
      { key: 'Home', line, column: 0 },
      { key: 'End', line, column: end },
      column > 0
        ? { key: 'ArrowLeft', line, column: column - 1 }
        : { key: 'ArrowLeft', line: line - 1, column: end },
      column < end
        ? { key: 'ArrowRight', line, column: column + 1 }
        : { key: 'ArrowRight', line: line + 1, column: 0 },
    ];
    const wordStart = LINE.slice(0, column).trimEnd().lastIndexOf(' ') + 1;
    if (column > 0) moves.push({ key: 'Control+ArrowLeft', line, column: wordStart });
    const wordEnd = /^ *\w+/.exec(LINE.slice(column))?.[0].length;
    if (wordEnd) moves.push({ key: 'Control+ArrowRight', line, column: column + wordEnd });
    const last = LINES.length - 1;
    return moves.filter(
      (move) =>
        move.line >= 0 &&
        move.line <= last &&
        // At the end of the shared line both people would write at one position.
        !(this.#isLastShared && move.line === last && move.column === end),
    );
  }
}

async function probe(page: Page, walk: Walk, isBusy: boolean): Promise<string> {
  const point = await pointAt(page, 1 + walk.start.line, walk.start.column);
  const keys = [...walk.keys.slice(1), PROBE];
  if (isBusy) {
    await blockMainThread(page, BUSY_MS);
    await pressWithoutWaiting(page, keys, point);
  } else {
    await page.mouse.click(point.x, point.y);
    for (const key of keys) {
      await sleep(ACTION_INTERVAL_MS);
      await page.keyboard.press(key);
    }
  }
  await waitForTwoFrames(page);
  return walkedLinesOf(page);
}

async function removeProbe(page: Page, { selected }: Walk): Promise<void> {
  await page.keyboard.press('Backspace');
  if (selected !== '') await page.keyboard.insertText(selected);
}

async function walkedLinesOf(page: Page): Promise<string> {
  const blocks = await blocksOf(page);
  const lines = blocks.map(({ text }) => text.replaceAll(TYPED, ''));
  return lines.filter((text) => text !== ABOVE && text !== BELOW).join(' / ');
}

function placeOf(lines: string): string {
  const index = lines.split(' / ').findIndex((text) => text.includes(PROBE));
  return index === -1 ? lines : `${index}: ${lines.split(' / ')[index]}`;
}

async function startTypist(page: Page, place: TypistPlace): Promise<AsyncDisposable> {
  if (place === 'none') return { [Symbol.asyncDispose]: async () => undefined };
  if (place === 'same block') {
    const { x, y } = await pointAt(page, LINES.length, LINE.length);
    await page.mouse.click(x, y);
  } else await clickInto(page, place === 'above' ? ABOVE : BELOW);
  let isTyping = true;
  const type = async (): Promise<void> => {
    const started = performance.now();
    for (let count = 0; isTyping; count++) {
      const isGrowing = count % (2 * MAX_TYPED) < MAX_TYPED;
      await page.keyboard.press(isGrowing ? TYPED : 'Backspace');
      await sleep(Math.max(0, started + (count + 1) * TYPIST_KEY_MS - performance.now()));
    }
  };
  const typing = type();
  return {
    async [Symbol.asyncDispose]() {
      isTyping = false;
      await typing;
    },
  };
}
