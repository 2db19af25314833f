/**
 * Input methods as Chromium's protocol plays them: a composition changes a few times, then is committed.
 * It cannot show what keyboards and their dictionaries do by themselves. What was composed must be there
 * once, on the screens of both and for a reader who opens the document later.
 */

import type { CDPSession, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clickInto, makeSelected, openSelectionBar, selectBlock } from '../harness/gestures.ts';
import type { Outline } from './pairs.ts';

/** Between two steps of a composition: as people type with an input method. */
const STEP_MS = 120;
/** The key code of a key that an input method has taken. */
const UNIDENTIFIED_KEY = 229;

export interface InputMethod {
  readonly name: string;
  /** What the composition holds, step by step. */
  readonly steps: readonly string[];
  readonly committed: string;
  /** Android says each key as an unidentified one. */
  readonly saysKeys?: boolean;
}

export const JAPANESE: InputMethod = { name: 'Japanese', steps: ['k', 'か'], committed: '蟹' };

export const INPUT_METHODS: readonly InputMethod[] = [
  JAPANESE,
  { name: 'Korean', steps: ['ㅎ', '하'], committed: '한' },
  { name: 'a dead key', steps: ['´'], committed: 'é' },
  { name: 'Android', steps: ['t', 'ti', 'tid', 'tide'], committed: 'tide', saysKeys: true },
];

/** One composition in a page. */
export class Composition {
  readonly #cdp: CDPSession;
  readonly #method: InputMethod;

  private constructor(cdp: CDPSession, method: InputMethod) {
    this.#cdp = cdp;
    this.#method = method;
  }

  /** Composes up to the last step, which stays open. */
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

/** What the other does while `line` has a composition at its end. */
export interface Interference {
  readonly name: string;
  /** Where the other stands before the composition begins. */
  readonly at: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
  /** What all must see once 蟹 is committed. */
  readonly right: readonly Outline[];
}

/** What is there before: the composition is at the end of `line`. */
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
    // What is committed after the deletion stays: with a neighbour, or as a block.
    right: [
      ['above蟹', 'below'],
      ['above', '蟹', 'below'],
      ['above', '蟹below'],
    ],
  },
];
