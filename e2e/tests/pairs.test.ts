/**
 * Two people edit the same place concurrently. Both, and a reader who opens the document later, see
 * the same text, and it preserves both intentions.
 */

import type { Page } from '@playwright/test';
import { PAIRS, THREE_PARAGRAPHS, type Outline } from '../editing/pairs.ts';
import { outlineOf } from '../harness/blocks.ts';
import { expect } from '../harness/test.ts';
import { SOON } from '../harness/writer-pair.ts';
import { test } from '../harness/writer-test.ts';

/** Edits within half a second form one undo step. */
const NEXT_STEP_MS = 600;

async function expectOneOf(page: Page, right: readonly Outline[]): Promise<Outline> {
  await expect(async () => expect(right).toContainEqual(await outlineOf(page))).toPass(SOON);
  return outlineOf(page);
}

/** Runs an edit and checks that it changed the page: a pair with only one edit proves nothing. */
async function act(page: Page, does: (page: Page) => Promise<unknown>): Promise<void> {
  const before = await outlineOf(page);
  await does(page);
  await expect(async () => expect(await outlineOf(page)).not.toEqual(before)).toPass(SOON);
}

for (const pair of PAIRS) {
  test(`${pair.id}: one ${pair.ada}, the other ${pair.ben}`, async ({ writers }) => {
    const { ada, ben } = writers;
    await writers.startDocument(pair.before ?? THREE_PARAGRAPHS);
    await ada.page.waitForTimeout(NEXT_STEP_MS);
    await pair.prepare?.(ada.page);
    await writers.settle();
    await pair.adaAt?.(ada.page);
    await pair.benAt?.(ben.page);

    writers.hold();
    await act(ada.page, pair.adaDoes);
    await act(ben.page, pair.benDoes);
    writers.release();

    // A page may look right before the other edit arrives; a reader who opens it once both are
    // saved has both.
    await writers.settle();
    const seen = await expectOneOf(await writers.openAfresh(), pair.right);
    for (const { page } of [ada, ben]) await expectOneOf(page, [seen]);

    if (pair.undone === undefined) return;
    await ada.page.keyboard.press('ControlOrMeta+z');
    for (const { page } of [ada, ben]) await expectOneOf(page, [pair.undone]);
  });
}
