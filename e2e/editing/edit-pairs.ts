/**
 * Pairs of concurrent edits and their correct results: neither person has seen the other's edit.
 * Outlines are in the notation of `outlineOf`.
 */

import type { Page } from '@playwright/test';
import {
  clickInto,
  setBlockKind,
  openSelectionBar,
  selectBlock,
  selectLine,
  waitForTwoFrames,
} from '../harness/gestures.ts';

export type Outline = readonly string[];
type Act = (page: Page) => Promise<unknown>;

export interface EditPair {
  readonly id: string;
  readonly ada: string;
  readonly ben: string;
  readonly before?: Outline;
  readonly prepare?: Act;
  readonly adaAt?: Act;
  readonly benAt?: Act;
  readonly adaDoes: Act;
  readonly benDoes: Act;
  /** The correct results; several where client ids decide the order at one position. */
  readonly expected: readonly Outline[];
  readonly expectedAfterUndo?: Outline;
}

export const THREE_PARAGRAPHS: Outline = ['alpha one', 'bravo two', 'charlie three'];
const BULLETS: Outline = ['- alpha one', 'bravo two', 'charlie three'];
const WORDS_KEPT: Outline = ['alpha one', 'bravo two WORDS', 'charlie three'];

const press =
  (...keys: readonly string[]): Act =>
  async (page) => {
    for (const key of keys) await page.keyboard.press(key);
  };
const type =
  (text: string): Act =>
  (page) =>
    page.keyboard.type(text);
const at =
  (text: string, offset?: number): Act =>
  (page) =>
    clickInto(page, text, offset);
const inSequence =
  (...acts: readonly Act[]): Act =>
  async (page) => {
    for (const act of acts) await act(page);
  };
const repeat = (count: number, key: string): string[] => Array.from({ length: count }, () => key);

const WORDS = ' WORDS';
const benTypes = {
  ben: 'types in bravo',
  benAt: at('bravo two'),
  benDoes: type(WORDS),
} as const;
const JOINED: Outline = ['alpha onebravo two WORDS', 'charlie three'];
const moveDown = press('Alt+Shift+ArrowDown');
const makeQuote: Act = (page) => setBlockKind(page, 'Quote');
const makeCode: Act = (page) => setBlockKind(page, 'Code');
const selectBravo: Act = (page) => openSelectionBar(page, 'bravo two');

export const EDIT_PAIRS: readonly EditPair[] = [
  {
    id: '7a',
    ada: 'joins bravo to alpha by Backspace',
    ...benTypes,
    adaAt: at('bravo two', 0),
    adaDoes: press('Backspace'),
    expected: [JOINED],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7b',
    ada: 'moves alpha down',
    ...benTypes,
    adaAt: at('alpha one'),
    adaDoes: moveDown,
    expected: [['bravo two WORDS', 'alpha one', 'charlie three']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7c',
    ada: 'moves bravo down',
    ...benTypes,
    adaAt: at('bravo two', 2),
    adaDoes: moveDown,
    expected: [['alpha one', 'charlie three', 'bravo two WORDS']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7d',
    ada: 'selects bravo and deletes it',
    ...benTypes,
    adaAt: (page) => selectBlock(page, 'bravo two'),
    adaDoes: press('Backspace'),
    // The words survive in a neighbouring block or their own.
    expected: [
      ['alpha one WORDS', 'charlie three'],
      ['alpha one', ' WORDS', 'charlie three'],
      ['alpha one', ' WORDScharlie three'],
    ],
  },
  {
    id: '7e',
    ada: 'presses Enter behind “br”',
    ...benTypes,
    adaAt: at('bravo two', 2),
    adaDoes: press('Enter'),
    expected: [['alpha one', 'br', 'avo two WORDS', 'charlie three']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7f',
    ada: 'makes bravo a quote',
    ...benTypes,
    adaAt: selectBravo,
    adaDoes: makeQuote,
    expected: [['alpha one', '> bravo two WORDS', 'charlie three']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7g',
    ada: 'makes bravo code',
    ...benTypes,
    adaAt: selectBravo,
    adaDoes: makeCode,
    expected: [['alpha one', '``` bravo two WORDS', 'charlie three']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7h',
    ada: 'takes bravo out of a quote',
    ...benTypes,
    before: ['alpha one', '> bravo two', '', 'charlie three'],
    adaAt: at('bravo two', 0),
    adaDoes: press('Backspace'),
    expected: [WORDS_KEPT],
    expectedAfterUndo: ['alpha one', '> bravo two WORDS', 'charlie three'],
  },
  {
    id: '7i',
    ada: 'makes bravo a heading',
    ...benTypes,
    adaAt: at('bravo two', 2),
    adaDoes: press('ControlOrMeta+Alt+2'),
    expected: [['alpha one', '## bravo two WORDS', 'charlie three']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7j',
    ada: 'makes bravo bold',
    ben: 'types in its middle',
    adaAt: (page) => selectLine(page, 'bravo two'),
    adaDoes: press('ControlOrMeta+b'),
    benAt: at('bravo two', 6),
    benDoes: type('WORDS '),
    expected: [['alpha one', '**bravo WORDS two**', 'charlie three']],
    expectedAfterUndo: ['alpha one', 'bravo WORDS two', 'charlie three'],
  },
  {
    id: '7k',
    ada: 'joins bravo to alpha by Delete',
    ...benTypes,
    adaAt: at('alpha one'),
    adaDoes: press('Delete'),
    expected: [JOINED],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7l',
    ada: 'makes bravo a list item',
    ...benTypes,
    adaAt: at('bravo two', 2),
    adaDoes: press('ControlOrMeta+Shift+8'),
    expected: [['alpha one', '- bravo two WORDS', 'charlie three']],
    expectedAfterUndo: WORDS_KEPT,
  },
  {
    id: '7m',
    ada: 'presses Enter behind “br”',
    ben: 'presses Enter behind “br”',
    adaAt: at('bravo two', 2),
    adaDoes: press('Enter'),
    benAt: at('bravo two', 2),
    benDoes: press('Enter'),
    expected: [['alpha one', 'br', '', 'avo two', 'charlie three']],
  },
  {
    id: '7n',
    ada: 'adds a line behind bravo',
    ben: 'adds another',
    adaAt: at('bravo two'),
    adaDoes: inSequence(press('Enter'), type('from A')),
    benAt: at('bravo two'),
    benDoes: inSequence(press('Enter'), type('from B')),
    expected: [
      ['alpha one', 'bravo two', 'from A', 'from B', 'charlie three'],
      ['alpha one', 'bravo two', 'from B', 'from A', 'charlie three'],
    ],
  },
  {
    id: '7o',
    ada: 'presses Enter behind “br”',
    ben: 'joins bravo to alpha',
    adaAt: at('bravo two', 2),
    adaDoes: press('Enter'),
    benAt: at('bravo two', 0),
    benDoes: press('Backspace'),
    expected: [['alpha onebr', 'avo two', 'charlie three']],
  },
  {
    id: '7p',
    ada: 'joins bravo to alpha',
    ben: 'does the same',
    adaAt: at('bravo two', 0),
    adaDoes: press('Backspace'),
    benAt: at('bravo two', 0),
    benDoes: press('Backspace'),
    expected: [['alpha onebravo two', 'charlie three']],
  },
  {
    id: '7q',
    ada: 'moves alpha down',
    ben: 'does the same',
    adaAt: at('alpha one'),
    adaDoes: moveDown,
    benAt: at('alpha one'),
    benDoes: moveDown,
    expected: [['bravo two', 'alpha one', 'charlie three']],
  },
  {
    id: '7r',
    ada: 'moves alpha down',
    ben: 'moves charlie up',
    adaAt: at('alpha one'),
    adaDoes: moveDown,
    benAt: at('charlie three'),
    benDoes: press('Alt+Shift+ArrowUp'),
    expected: ordersOf(THREE_PARAGRAPHS),
  },
  {
    id: '7s',
    ada: 'deletes a word',
    ben: 'deletes the same',
    adaAt: at('bravo two'),
    adaDoes: press('ControlOrMeta+Backspace'),
    benAt: at('bravo two'),
    benDoes: press('ControlOrMeta+Backspace'),
    expected: [['alpha one', 'bravo ', 'charlie three']],
  },
  {
    id: '7t',
    ada: 'makes bravo a quote',
    ben: 'does the same',
    adaAt: selectBravo,
    adaDoes: makeQuote,
    benAt: selectBravo,
    benDoes: makeQuote,
    expected: [['alpha one', '> bravo two', 'charlie three']],
  },
  {
    id: '7u',
    ada: 'makes bravo code',
    ben: 'does the same',
    adaAt: selectBravo,
    adaDoes: makeCode,
    benAt: selectBravo,
    benDoes: makeCode,
    expected: [['alpha one', '``` bravo two', 'charlie three']],
  },
  {
    id: '7v',
    ada: 'selects all and types',
    ben: 'types in charlie',
    adaAt: press('ControlOrMeta+a'),
    adaDoes: type('new'),
    benAt: at('charlie three'),
    benDoes: type(WORDS),
    expected: [['new WORDS'], [' WORDSnew'], ['new', ' WORDS']],
  },
  {
    id: '7w',
    ada: 'cuts bravo and pastes it above',
    ...benTypes,
    adaAt: (page) => selectBlock(page, 'bravo two'),
    adaDoes: inSequence(press('ControlOrMeta+x'), at('alpha one', 0), press('ControlOrMeta+v')),
    // A cut deletes and a paste inserts new text, so the words stay in place or move along.
    expected: [
      ['bravo two', 'alpha one WORDS', 'charlie three'],
      ['bravo two', 'alpha one', ' WORDS', 'charlie three'],
      ['bravo two', 'alpha one', ' WORDScharlie three'],
      ['bravo two WORDS', 'alpha one', 'charlie three'],
    ],
  },
  {
    id: '7x',
    ada: 'indents an item',
    ...benTypes,
    before: BULLETS,
    adaAt: at('bravo two', 2),
    adaDoes: press('Tab'),
    expected: [['- alpha one', '  - bravo two WORDS', '- charlie three']],
    expectedAfterUndo: ['- alpha one', '- bravo two WORDS', '- charlie three'],
  },
  {
    id: '7y',
    ada: 'empties bravo by Backspace and joins it',
    ...benTypes,
    adaAt: at('bravo two'),
    adaDoes: press(...repeat('bravo two'.length + 1, 'Backspace')),
    expected: [['alpha one WORDS', 'charlie three']],
  },
  {
    id: '7z',
    ada: 'deletes an empty block',
    ben: 'begins to type in it',
    before: ['alpha one', '', 'charlie three'],
    adaAt: at(''),
    adaDoes: press('Backspace'),
    benAt: at(''),
    benDoes: type(WORDS),
    expected: [['alpha one WORDS', 'charlie three']],
  },
  {
    id: '7A',
    ada: 'undoes the making of a block',
    ben: 'types in it',
    prepare: inSequence(at('bravo two'), press('Enter'), waitForTwoFrames),
    adaDoes: press('ControlOrMeta+z'),
    benAt: at(''),
    benDoes: type(WORDS),
    expected: [WORDS_KEPT, ['alpha one', 'bravo two', ' WORDS', 'charlie three']],
  },
];

function ordersOf(lines: Outline): Outline[] {
  if (lines.length <= 1) return [lines];
  return lines.flatMap((line, index) =>
    ordersOf(lines.toSpliced(index, 1)).map((rest) => [line, ...rest]),
  );
}
