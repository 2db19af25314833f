/**
 * How text comes to a page beside plain keys: input methods, phones' keyboards, dictation, corrections and what
 * extensions do. Each acts at the caret, in a field or in the text, and what it adds must be there once.
 */

import type { CDPSession, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Composition, INPUT_METHODS, type InputMethod } from './compositions.ts';

/** The key code of a key that an input method has taken; Safari says it of the Enter that ended a composition. */
const PROCESS_KEY = 229;
const ENTER_KEY = 13;
const ENTER = { key: 'Enter', code: 'Enter' };
/** A page reads what happened to its text in a task of its own. */
const READING_MS = 60;

export interface InputWay {
  readonly name: string;
  readonly act: (page: Page) => Promise<unknown>;
  /** What it adds before the caret. */
  readonly adds: string;
}

export const INPUT_WAYS: readonly InputWay[] = [
  ...INPUT_METHODS.map(composed),
  composed({
    name: 'dictation',
    steps: ['low', 'low water', 'low water at'],
    committed: 'low water at nine',
  }),
  {
    name: 'a keyboard without keys',
    act: (page) => page.keyboard.insertText('word'),
    adds: 'word',
  },
  {
    name: 'a keyboard that replaces a word by a composition',
    act: async (page) => {
      await page.keyboard.insertText('teh');
      await selectBack(page, 3);
      const method = { name: 'Android', steps: ['the'], committed: 'the', saysKeys: true };
      await (await Composition.begin(page, method)).commit();
    },
    adds: 'the',
  },
  {
    name: 'a keyboard that deletes without keys',
    act: async (page) => {
      await page.keyboard.insertText('ab');
      await execute(page, 'delete');
    },
    adds: 'a',
  },
  {
    name: 'a program that inserts',
    act: (page) => execute(page, 'insertText', 'bot'),
    adds: 'bot',
  },
  {
    name: 'a correction',
    act: async (page) => {
      await page.keyboard.insertText('teh');
      await page.evaluate(correctWord, { wrong: 'teh', right: 'the' });
    },
    adds: 'the',
  },
];

/** Ends with the Enter that takes the candidate, in Chrome's way and in Safari's. */
function composed(method: InputMethod): InputWay {
  return {
    name: method.name,
    act: async (page) => {
      const cdp = await page.context().newCDPSession(page);
      const composition = await Composition.begin(page, method);
      await pressEnter(cdp, ENTER_KEY);
      await composition.commit();
      await pressEnter(cdp, PROCESS_KEY);
      await cdp.detach();
    },
    adds: method.committed,
  };
}

async function pressEnter(cdp: CDPSession, windowsVirtualKeyCode: number): Promise<void> {
  for (const type of ['rawKeyDown', 'keyUp'] as const)
    await cdp.send('Input.dispatchKeyEvent', { type, ...ENTER, windowsVirtualKeyCode });
}

/** What extensions, and the keyboards of phones through the browser, still do. */
async function execute(page: Page, command: 'delete' | 'insertText', text = ''): Promise<void> {
  // oxlint-disable-next-line typescript/no-deprecated -- it is what is tested
  await page.evaluate(([name, value]) => document.execCommand(name, false, value), [
    command,
    text,
  ] as const);
}

async function selectBack(page: Page, letters: number): Promise<void> {
  for (let i = 0; i < letters; i++) await page.keyboard.press('Shift+ArrowLeft');
  await sleep(READING_MS);
}

/**
 * Replaces the word before the caret as a browser does that corrects: an event, the change, an event. The protocol
 * cannot ask a browser for it. Runs in the page.
 */
function correctWord({ wrong, right }: { readonly wrong: string; readonly right: string }): void {
  const target = document.activeElement as HTMLElement;
  const about = { inputType: 'insertReplacementText', data: right, bubbles: true };
  if (!target.dispatchEvent(new InputEvent('beforeinput', { ...about, cancelable: true }))) return;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) {
    const at = target.selectionStart! - wrong.length;
    target.setRangeText(right, at, at + wrong.length, 'end');
  } else {
    const { anchorNode, anchorOffset } = getSelection()!;
    (anchorNode as Text).replaceData(anchorOffset - wrong.length, wrong.length, right);
    getSelection()!.collapse(anchorNode, anchorOffset - wrong.length + right.length);
  }
  target.dispatchEvent(new InputEvent('input', about));
}

/** Presses Option and a key as a Mac does: the key says what it writes, which comes by itself unless it was taken. */
export async function pressOption(
  page: Page,
  press: { readonly key: string; readonly code: string; readonly vk: number; readonly ctrl?: true },
): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const { key, code, vk: windowsVirtualKeyCode, ctrl } = press;
  const [ALT, CTRL] = [1, 2];
  const modifiers = ctrl ? ALT + CTRL : ALT;
  const about = { key, code, windowsVirtualKeyCode, modifiers };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...about });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...about });
  await cdp.detach();
}
