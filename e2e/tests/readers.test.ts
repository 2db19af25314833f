/** Readers: what they see of a page and of each other. */

import type { Page } from '@playwright/test';
import { saveStatusOf, linesOf, textOf, openSharedDocument } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

async function makeLinkReadOnly(owner: Page): Promise<void> {
  await owner.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  const share = owner.getByRole('dialog', { name: 'Share' });
  await share.getByRole('button', { name: /^Access by the link/ }).click();
  await owner.getByRole('menuitemradio', { name: 'Can view' }).click();
  await owner.keyboard.press('Escape');
  await expect(share).toBeHidden();
}

test('an empty document says so to a reader until it has text', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  const note = (page: Page) => page.getByText('Nothing has been written here yet.');
  await expect(note(ben)).toBeHidden();
  await makeLinkReadOnly(ada);
  await expect(saveStatusOf(ben)).toHaveText('View only');
  await expect(note(ben)).toBeVisible();
  await expect(note(ada)).toBeHidden();
  await textOf(ada).focus();
  await ada.keyboard.type('low water');
  await expect.poll(() => linesOf(ben)).toEqual(['low water']);
  await expect(note(ben)).toBeHidden();
  await ada.keyboard.press('ControlOrMeta+A');
  await ada.keyboard.press('Delete');
  await expect(note(ben)).toBeVisible();
  await ben.reload();
  await expect(note(ben)).toBeVisible();
});

for (const end of ['End', 'Home'])
  test(`carets at one place do not cover each other’s names: ${end}`, async ({ openAsGuest }) => {
    const names = ['Ada', 'Bartholomew', 'Cleo', 'Dorothea'] as const;
    const [ada, ...others] = await openSharedDocument(openAsGuest, names);
    await ada.keyboard.type('low water at nine');
    for (const other of others) {
      await expect.poll(() => linesOf(other)).toEqual(['low water at nine']);
      await textOf(other).focus();
      await other.keyboard.press(`ControlOrMeta+${end}`);
    }
    const labels = ada.locator('.person-label');
    await expect(labels).toHaveCount(others.length);
    await expect
      .poll(() =>
        labels.evaluateAll((elements) => {
          const boxes = elements.map((element) => element.getBoundingClientRect());
          const layer = elements[0]!.closest('.caret-layer')!.getBoundingClientRect();
          const problems = boxes.flatMap((one, index) => [
            ...boxes
              .slice(index + 1)
              .filter(
                (other) =>
                  one.left < other.right &&
                  other.left < one.right &&
                  one.top < other.bottom &&
                  other.top < one.bottom,
              )
              .map(() => 'two overlap'),
            ...(one.left < layer.left - 1 || one.right > layer.right || one.top < layer.top
              ? ['one is cut off']
              : []),
          ]);
          const carets = elements.map((element) => element.parentElement!.getBoundingClientRect());
          const places = new Set(carets.map(({ left, top }) => `${left} ${top}`)).size;
          return [...problems, ...(places > 1 ? ['carets are apart'] : [])];
        }),
      )
      .toEqual([]);
    await ada.screenshot({ path: test.info().outputPath('carets.png') });
  });
