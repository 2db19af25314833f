/** Input methods in the browser: composition steps, then the chosen text. */

import type { Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { goToEnd, linesOf, startDocument, textOf, together } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

/** The pause between composition steps; some bugs need it. */
const STEP_MS = 120;

interface Composition {
  readonly steps: readonly string[];
  readonly text: string;
}

const COMPOSITIONS: readonly Composition[] = [
  { steps: ['k', 'か', 'かn', 'かに'], text: '蟹' },
  { steps: ['ㅎ', '하', '한'], text: '한' },
  { steps: ['´'], text: 'é' },
];

async function compose(
  page: Page,
  { steps, text }: Composition,
  during?: () => Promise<void>,
): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  for (const [index, step] of steps.entries()) {
    await cdp.send('Input.imeSetComposition', {
      text: step,
      selectionStart: step.length,
      selectionEnd: step.length,
    });
    await sleep(STEP_MS);
    if (index === 1) await during?.();
  }
  await cdp.send('Input.insertText', { text });
  await sleep(STEP_MS);
  await cdp.detach();
}

test('the first input of an empty block by an input method is there once', async ({ arrive }) => {
  const { page } = await arrive();
  await startDocument(page, 'Composition');
  for (const composition of COMPOSITIONS) {
    await compose(page, composition);
    await page.keyboard.press('Enter');
  }
  await expect.poll(() => linesOf(page)).toEqual(['蟹', '한', 'é', '']);
});

const CHANGES = {
  'a heading': 'ControlOrMeta+Alt+2',
  'a list item': 'ControlOrMeta+Shift+8',
  'a task': 'ControlOrMeta+Shift+9',
};
for (const [name, keys] of Object.entries(CHANGES)) {
  test(`a composition outlasts that another person makes its block ${name}`, async ({ arrive }) => {
    const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
    await ada.keyboard.type('line');
    await expect(textOf(ben)).toContainText('line');
    await goToEnd(ben);
    await compose(ada, COMPOSITIONS[0]!, async () => {
      await ben.keyboard.press(keys);
      await expect(textOf(ben).locator('[data-kind], [data-list]')).toHaveCount(1);
    });
    // Shown only after the composition: until then the block belongs to the input method.
    await expect(textOf(ada).locator('[data-kind], [data-list]')).toHaveCount(1);
    await ada.keyboard.type('x');
    for (const page of [ada, ben]) await expect.poll(() => linesOf(page)).toEqual(['line蟹x']);
  });
}

test('keys that a busy page has kept waiting act where the arrows have led', async ({ arrive }) => {
  const { page } = await arrive();
  await startDocument(page, 'Busy');
  await page.keyboard.type('one');
  await page.keyboard.press('Enter');
  await page.keyboard.type('two');
  await page.keyboard.press('Home');
  await sleep(STEP_MS);
  const cdp = await page.context().newCDPSession(page);
  const busy = page.evaluate(() => {
    const end = performance.now() + 400;
    while (performance.now() < end);
  });
  const press = (key: string, windowsVirtualKeyCode: number, text?: string): Promise<unknown> =>
    cdp.send('Input.dispatchKeyEvent', {
      type: text ? 'keyDown' : 'rawKeyDown',
      key,
      code: key,
      windowsVirtualKeyCode,
      ...(text && { text }),
    });
  await Promise.all([busy, press('ArrowUp', 38), press('Enter', 13, '\r')]);
  await expect.poll(() => linesOf(page)).toEqual(['', 'one', 'two']);
});
