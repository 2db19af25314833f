/**
 * Ways in which text enters a page besides plain keys: input methods, phone keyboards, dictation,
 * corrections and extensions. Each acts at the caret, and its text must appear once.
 */

import type { CDPSession, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Composition, INPUT_METHODS, type InputMethod } from './compositions.ts';

/**
 * The key code of keys taken by an input method; Safari also reports it for the Enter that ends a
 * composition.
 */
const PROCESS_KEY = 229;
const ENTER_KEY = 13;
const ENTER = { key: 'Enter', code: 'Enter' };
const READING_MS = 60;

export interface InputSource {
  readonly name: string;
  readonly act: (page: Page) => Promise<unknown>;
  readonly adds: string;
}

export const INPUT_SOURCES: readonly InputSource[] = [
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

function composed(method: InputMethod): InputSource {
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
 * Replaces the word before the caret as a browser's autocorrection does: event, change, event. The
 * protocol cannot trigger it. Runs in the page.
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

/** Presses Option and a key as on a Mac: the key produces its character unless it was handled. */
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
