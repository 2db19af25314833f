/**
 * Input methods as simulated by Chromium's protocol: a composition changes a few times, then is
 * committed. Real keyboards and their dictionaries may behave differently. The composed text must
 * occur once, on both screens and for a reader who opens the document later.
 */

import type { CDPSession, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clickInto, makeSelected, openSelectionBar, selectBlock } from '../harness/gestures.ts';
import type { Outline } from './pairs.ts';

const STEP_MS = 120;
const UNIDENTIFIED_KEY = 229;

export interface InputMethod {
  readonly name: string;
  readonly steps: readonly string[];
  readonly committed: string;
  /** Android reports each key as unidentified. */
  readonly saysKeys?: boolean;
}

export const JAPANESE: InputMethod = { name: 'Japanese', steps: ['k', 'か'], committed: '蟹' };

export const INPUT_METHODS: readonly InputMethod[] = [
  JAPANESE,
  { name: 'Korean', steps: ['ㅎ', '하'], committed: '한' },
  { name: 'a dead key', steps: ['´'], committed: 'é' },
  { name: 'Android', steps: ['t', 'ti', 'tid', 'tide'], committed: 'tide', saysKeys: true },
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
    for (const text of method.steps) await composition.#change(text);
    return composition;
  }

  async commit(): Promise<void> {
    await this.#sayKey();
    await this.#cdp.send('Input.insertText', { text: this.#method.committed });
    await sleep(STEP_MS);
    await this.#cdp.detach();
  }

  async #change(text: string): Promise<void> {
    await this.#sayKey();
    const caret = { selectionStart: text.length, selectionEnd: text.length };
    await this.#cdp.send('Input.imeSetComposition', { text, ...caret });
    await sleep(STEP_MS);
  }

  async #sayKey(): Promise<void> {
    if (this.#method.saysKeys !== true) return;
    const key = { key: 'Unidentified', windowsVirtualKeyCode: UNIDENTIFIED_KEY };
    await this.#cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }
}

export interface Interference {
  readonly name: string;
  readonly at: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
  /** The outlines that are correct once 蟹 is committed. */
  readonly right: readonly Outline[];
}

/** The composition takes place at the end of `line`. */
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
const inBar = (page: Page): Promise<void> => openSelectionBar(page, COMPOSED_LINE);

export const INTERFERENCES: readonly Interference[] = [
  {
    name: 'does nothing',
    at: atLine(2),
    act: async () => undefined,
    right: [['above', 'line蟹', 'below']],
  },
  {
    name: 'splits the block before the caret',
    at: atLine(2),
    act: press('Enter'),
    right: [['above', 'li', 'ne蟹', 'below']],
  },
  {
    name: 'joins the block with the one before',
    at: atLine(0),
    act: press('Backspace'),
    right: [['aboveline蟹', 'below']],
  },
  {
    name: 'joins the next block with it',
    at: (page) => clickInto(page, 'below', 0),
    act: press('Backspace'),
    right: [['above', 'line蟹below']],
  },
  {
    name: 'moves the block down',
    at: atLine(2),
    act: press('Alt+Shift+ArrowDown'),
    right: [['above', 'below', 'line蟹']],
  },
  {
    name: 'moves the block up',
    at: atLine(2),
    act: press('Alt+Shift+ArrowUp'),
    right: [['line蟹', 'above', 'below']],
  },
  {
    name: 'makes it a heading',
    at: atLine(2),
    act: press('ControlOrMeta+Alt+2'),
    right: [['above', '## line蟹', 'below']],
  },
  {
    name: 'makes it a list item',
    at: atLine(2),
    act: press('ControlOrMeta+Shift+8'),
    right: [['above', '- line蟹', 'below']],
  },
  {
    name: 'makes it a task',
    at: atLine(2),
    act: press('ControlOrMeta+Shift+9'),
    right: [['above', '[ ] line蟹', 'below']],
  },
  {
    name: 'makes it a quote',
    at: inBar,
    act: (page) => makeSelected(page, 'Quote'),
    right: [['above', '> line蟹', 'below']],
  },
  {
    name: 'makes it code',
    at: inBar,
    act: (page) => makeSelected(page, 'Code'),
    right: [['above', '``` line蟹', 'below']],
  },
  {
    name: 'types at the place',
    at: atLine(COMPOSED_LINE.length),
    act: press('Z'),
    right: [
      ['above', 'line蟹Z', 'below'],
      ['above', 'lineZ蟹', 'below'],
    ],
  },
  {
    name: 'deletes the block',
    at: (page) => selectBlock(page, COMPOSED_LINE),
    act: press('Backspace'),
    // Text committed after the deletion stays: in a neighbouring block or its own.
    right: [
      ['above蟹', 'below'],
      ['above', '蟹', 'below'],
      ['above', '蟹below'],
    ],
  },
];
