/**
 * Two people edit the same place concurrently. Both, and a reader who opens the document later, see
 * the same text, and it preserves both intentions.
 */

import type { Page } from '@playwright/test';
import { EDIT_PAIRS, THREE_PARAGRAPHS, type Outline } from '../editing/edit-pairs.ts';
import { outlineOf } from '../harness/blocks.ts';
import { waitForNextUndoStep } from '../harness/gestures.ts';
import { expect } from '../harness/test.ts';
import { FAST_POLLING } from '../harness/writer-pair.ts';
import { test } from '../harness/writer-test.ts';

async function expectOneOf(page: Page, expected: readonly Outline[]): Promise<Outline> {
  await expect(async () => expect(expected).toContainEqual(await outlineOf(page))).toPass(
    FAST_POLLING,
  );
  return outlineOf(page);
}

/** Runs an edit and checks that it changed the page: a pair with only one edit proves nothing. */
async function actAndCheck(page: Page, does: (page: Page) => Promise<unknown>): Promise<void> {
  const before = await outlineOf(page);
  await does(page);
  await expect(async () => expect(await outlineOf(page)).not.toEqual(before)).toPass(FAST_POLLING);
}

for (const pair of EDIT_PAIRS) {
  test(`${pair.id}: one ${pair.ada}, the other ${pair.ben}`, async ({ writers }) => {
    const { ada, ben } = writers;
    await writers.startDocument(pair.before ?? THREE_PARAGRAPHS);
    await waitForNextUndoStep(ada.page);
    await pair.prepare?.(ada.page);
    await writers.settle();
    await pair.adaAt?.(ada.page);
    await pair.benAt?.(ben.page);

    writers.pauseNetworks();
    await actAndCheck(ada.page, pair.adaDoes);
    await actAndCheck(ben.page, pair.benDoes);
    writers.resumeNetworks();

    // A page may look right before the other edit arrives; a reader who opens it once both are
    // saved has both.
    await writers.settle();
    const seen = await expectOneOf(await writers.openAsReader(), pair.expected);
    for (const { page } of [ada, ben]) await expectOneOf(page, [seen]);

    if (pair.expectedAfterUndo === undefined) return;
    await ada.page.keyboard.press('ControlOrMeta+z');
    for (const { page } of [ada, ben]) await expectOneOf(page, [pair.expectedAfterUndo]);
  });
}
