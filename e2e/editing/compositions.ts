/**
 * Input methods as simulated by Chromium's protocol: a composition changes a few times, then is
 * committed. Real keyboards and their dictionaries may behave differently. The composed text must
 * occur once, on both screens and for a reader who opens the document later.
 */

import type { CDPSession, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clickInto, setBlockKind, openSelectionBar, selectBlock } from '../harness/gestures.ts';
import type { Outline } from './edit-pairs.ts';

const STEP_MS = 120;
const UNIDENTIFIED_KEY = 229;

export interface InputMethod {
  readonly name: string;
  readonly steps: readonly string[];
  readonly committed: string;
  readonly reportsKeys?: boolean;
}

export const JAPANESE: InputMethod = {
  name: 'Japanese',
  steps: ['k', 'か', 'かn', 'かに'],
  committed: '蟹',
};

export const INPUT_METHODS: readonly InputMethod[] = [
  JAPANESE,
  { name: 'Korean', steps: ['ㅎ', '하', '한'], committed: '한' },
  { name: 'a dead key', steps: ['´'], committed: 'é' },
  { name: 'Android', steps: ['t', 'ti', 'tid', 'tide'], committed: 'tide', reportsKeys: true },
];

export class Composition {
  readonly #cdp: CDPSession;
  readonly #method: InputMethod;

  private constructor(cdp: CDPSession, method: InputMethod) {
    this.#cdp = cdp;
    this.#method = method;
  }

  static async begin(page: Page, method: InputMethod): Promise<Composition> {
    const composition = new Composition(await page.context().newCDPSession(page), method);
    for (const text of method.steps) await composition.change(text);
    return composition;
  }

  async commit(): Promise<void> {
    await this.#reportKey();
    await this.#cdp.send('Input.insertText', { text: this.#method.committed });
    await sleep(STEP_MS);
    await this.#cdp.detach();
  }

  async change(text: string): Promise<void> {
    await this.#reportKey();
    const caret = { selectionStart: text.length, selectionEnd: text.length };
    await this.#cdp.send('Input.imeSetComposition', { text, ...caret });
    await sleep(STEP_MS);
  }

  async #reportKey(): Promise<void> {
    if (this.#method.reportsKeys !== true) return;
    const key = { key: 'Unidentified', windowsVirtualKeyCode: UNIDENTIFIED_KEY };
    await this.#cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }
}

export interface ConcurrentEdit {
  readonly name: string;
  readonly prepare: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
  readonly expected: readonly Outline[];
}

export const COMPOSED_LINE = 'line';
export const BEFORE_COMPOSITION: Outline = ['above', COMPOSED_LINE, 'below'];

const atLine =
  (offset: number) =>
  (page: Page): Promise<void> =>
    clickInto(page, COMPOSED_LINE, offset);
const press =
  (...keys: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
const selectLineInBar = (page: Page): Promise<void> => openSelectionBar(page, COMPOSED_LINE);

export const CONCURRENT_EDITS: readonly ConcurrentEdit[] = [
  {
    name: 'does nothing',
    prepare: atLine(2),
    act: async () => undefined,
    expected: [['above', 'line蟹', 'below']],
  },
  {
    name: 'splits the block before the caret',
    prepare: atLine(2),
    act: press('Enter'),
    expected: [['above', 'li', 'ne蟹', 'below']],
  },
  {
    name: 'joins the block with the one before',
    prepare: atLine(0),
    act: press('Backspace'),
    expected: [['aboveline蟹', 'below']],
  },
  {
    name: 'joins the next block with it',
    prepare: (page) => clickInto(page, 'below', 0),
    act: press('Backspace'),
    expected: [['above', 'line蟹below']],
  },
  {
    name: 'moves the block down',
    prepare: atLine(2),
    act: press('Alt+Shift+ArrowDown'),
    expected: [['above', 'below', 'line蟹']],
  },
  {
    name: 'moves the block up',
    prepare: atLine(2),
    act: press('Alt+Shift+ArrowUp'),
    expected: [['line蟹', 'above', 'below']],
  },
  {
    name: 'makes it a heading',
    prepare: atLine(2),
    act: press('ControlOrMeta+Alt+2'),
    expected: [['above', '## line蟹', 'below']],
  },
  {
    name: 'makes it a list item',
    prepare: atLine(2),
    act: press('ControlOrMeta+Shift+8'),
    expected: [['above', '- line蟹', 'below']],
  },
  {
    name: 'makes it a task',
    prepare: atLine(2),
    act: press('ControlOrMeta+Shift+9'),
    expected: [['above', '[ ] line蟹', 'below']],
  },
  {
    name: 'makes it a quote',
    prepare: selectLineInBar,
    act: (page) => setBlockKind(page, 'Quote'),
    expected: [['above', '> line蟹', 'below']],
  },
  {
    name: 'makes it code',
    prepare: selectLineInBar,
    act: (page) => setBlockKind(page, 'Code'),
    expected: [['above', '``` line蟹', 'below']],
  },
  {
    name: 'types at the place',
    prepare: atLine(COMPOSED_LINE.length),
    act: press('Z'),
    expected: [
      ['above', 'line蟹Z', 'below'],
      ['above', 'lineZ蟹', 'below'],
    ],
  },
  {
    name: 'deletes the block',
    prepare: (page) => selectBlock(page, COMPOSED_LINE),
    act: press('Backspace'),
    // Text committed after the deletion stays: in a neighbouring block or its own.
    expected: [
      ['above蟹', 'below'],
      ['above', '蟹', 'below'],
      ['above', '蟹below'],
    ],
  },
];
