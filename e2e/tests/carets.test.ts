/** The caret keeps its place beside edits of others and on a busy page. `pnpm carets` runs more. */

import type { Page } from '@playwright/test';
import { walkDuringTyping } from '../editing/caret-walk.ts';
import { outlineOf } from '../harness/blocks.ts';
import {
  clickInto,
  blockMainThread,
  setBlockKind,
  openSelectionBar,
  pressWithoutWaiting,
} from '../harness/gestures.ts';
import { expect } from '../harness/test.ts';
import { test } from '../harness/writer-test.ts';

const ACTIONS = 30;
const LATENCY_MS = 100;
const SEED = 1;
const BUSY_MS = 400;

for (const typist of ['above', 'below', 'same block'] as const) {
  test(`arrow keys, clicks and shortcuts beside a typist: ${typist}`, async ({ writers }) => {
    const walk = { typist, latencyMs: LATENCY_MS, actions: ACTIONS, seed: SEED };
    expect((await walkDuringTyping(writers, walk)).wrong).toEqual([]);
  });
}

test('clicks, arrow keys and shortcuts beside a typist on a busy page', async ({ writers }) => {
  const walk = { typist: 'above', latencyMs: LATENCY_MS, actions: ACTIONS, seed: SEED } as const;
  expect((await walkDuringTyping(writers, { ...walk, isBusy: true })).wrong).toEqual([]);
});

test('keys pressed while the page is busy act where the keys before them led', async ({
  writers,
}) => {
  const { page } = writers.ada;
  await writers.startDocument(['line', 'line', 'line', 'line!']);
  await clickInto(page, 'line!', 'line'.length);
  await blockMainThread(page, BUSY_MS);
  await pressWithoutWaiting(page, ['ArrowUp', 'ArrowUp', 'Enter']);
  await expect.poll(() => outlineOf(page)).toHaveLength(5);
  expect(await outlineOf(page)).toEqual(['line', 'line', '', 'line', 'line!']);
});

test('an Enter that waited for a busy page acts where the arrow before it led', async ({
  writers,
}) => {
  const { page } = writers.ada;
  await writers.startDocument(['one', 'two']);
  await clickInto(page, 'two', 0);
  await blockMainThread(page, BUSY_MS);
  await pressWithoutWaiting(page, ['ArrowUp', 'Enter']);
  await expect.poll(() => outlineOf(page)).toEqual(['', 'one', 'two']);
});

const PARAGRAPH = 'bravo two';
const changes: readonly {
  readonly name: string;
  readonly signs: string;
  readonly change: (page: Page) => Promise<unknown>;
}[] = [
  { name: 'a quote', signs: '>', change: (page) => setBlockKind(page, 'Quote') },
  { name: 'code', signs: '```', change: (page) => setBlockKind(page, 'Code') },
  {
    name: 'a heading',
    signs: '##',
    change: (page) => page.keyboard.press('ControlOrMeta+Alt+2'),
  },
];
for (const { name, signs, change } of changes) {
  test(`the caret stays at its letter while another makes the paragraph ${name}`, async ({
    writers,
  }) => {
    const [ada, ben] = [writers.ada.page, writers.ben.page];
    await writers.startDocument([]);
    for (const offset of [0, 'bra'.length, PARAGRAPH.length]) {
      await writers.replaceText(['alpha one', PARAGRAPH, 'charlie three']);
      await clickInto(ada, PARAGRAPH, offset);
      await openSelectionBar(ben, PARAGRAPH);
      await change(ben);
      await expect.poll(() => outlineOf(ada)).toContain(`${signs} ${PARAGRAPH}`);
      await ada.keyboard.press('X');
      const written = `${PARAGRAPH.slice(0, offset)}X${PARAGRAPH.slice(offset)}`;
      const expected = ['alpha one', `${signs} ${written}`, 'charlie three'];
      await expect.poll(() => outlineOf(ada)).toEqual(expected);
    }
  });
}
