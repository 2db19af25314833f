/** Mouse and keyboard gestures in the text. */

import { expect, type Page } from '@playwright/test';
import { pointAt } from './blocks.ts';

/**
 * Clicks before the character at `offset` (by default the end) of the block with exactly this text.
 */
export async function clickInto(page: Page, text: string, offset = text.length): Promise<void> {
  const { x, y } = await pointAt(page, text, offset);
  await page.mouse.click(x, y);
  await waitForTwoFrames(page);
}

export async function blockMainThread(page: Page, durationMs: number): Promise<void> {
  await page.evaluate((ms) => {
    setTimeout(() => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    });
  }, durationMs);
}

const KEY_CODES: Readonly<Record<string, number>> = {
  ArrowUp: 38,
  ArrowDown: 40,
  ArrowLeft: 37,
  ArrowRight: 39,
  Home: 36,
  End: 35,
  Enter: 13,
};
const MODIFIERS: Readonly<Record<string, number>> = { Control: 2, Shift: 8 };

export async function pressWithoutWaiting(
  page: Page,
  keys: readonly string[],
  click?: { readonly x: number; readonly y: number },
): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const sent: Promise<unknown>[] = [];
  for (const type of click ? (['mousePressed', 'mouseReleased'] as const) : [])
    sent.push(
      cdp.send('Input.dispatchMouseEvent', { type, ...click!, button: 'left', clickCount: 1 }),
    );
  for (const combination of keys) {
    const [key, ...held] = combination.split('+').reverse() as [string, ...string[]];
    const code = KEY_CODES[key];
    const text = code === undefined ? key : key === 'Enter' ? '\r' : undefined;
    const named = {
      key,
      ...(code === undefined ? {} : { code: key, windowsVirtualKeyCode: code }),
      modifiers: held.reduce((sum, name) => sum + MODIFIERS[name]!, 0),
    };
    const down =
      text === undefined
        ? ({ type: 'rawKeyDown', ...named } as const)
        : ({ type: 'keyDown', ...named, text } as const);
    sent.push(cdp.send('Input.dispatchKeyEvent', down));
    sent.push(cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...named }));
  }
  await Promise.all(sent);
  await cdp.detach();
}

export async function selectLine(page: Page, text: string): Promise<void> {
  await clickInto(page, text);
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
}

/** Selects as a triple click or drag does: from a block's start to the start of the next. */
export async function selectBlock(page: Page, text: string): Promise<void> {
  await clickInto(page, text, 0);
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await waitForTwoFrames(page);
}

export async function setBlockKind(page: Page, kind: 'Quote' | 'Code' | 'Text'): Promise<void> {
  const bar = page.getByRole('toolbar', { name: 'Selected text' });
  await bar.getByRole('combobox', { name: 'Kind of block' }).selectOption({ label: kind });
}

/** From the menu at the caret. @param word that its first item has, once typed */
export async function chooseBlock(page: Page, word: string): Promise<void> {
  await page.keyboard.type(`/${word}`);
  const first = page.getByRole('listbox', { name: 'Blocks' }).getByRole('option').first();
  await expect(first).toContainText(new RegExp(word, 'iu'));
  await page.keyboard.press('Enter');
}

export async function waitForTwoFrames(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }),
  );
}

/** Edits within half a second form one undo step. */
const UNDO_STEP_MS = 600;

export async function waitForNextUndoStep(page: Page): Promise<void> {
  await page.waitForTimeout(UNDO_STEP_MS);
}

export async function openSelectionBar(page: Page, text: string): Promise<void> {
  await selectLine(page, text);
  await expect(page.getByRole('toolbar', { name: 'Selected text' })).toBeVisible();
}
