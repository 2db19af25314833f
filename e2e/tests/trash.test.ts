/** The trash: away for everyone at once, back as it was, gone for good when its owner says so. */

import type { Page } from '@playwright/test';
import {
  documentPathOf,
  expectInstalled,
  expectSaved,
  NETWORK_ERRORS,
  openSharedDocument,
  saveStatusOf,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

/** A change of rights must take effect within a second; the rest is for a busy machine. */
const ACCESS_TIMEOUT = { timeout: 10_000 };
const IN_TRASH = 'This document is in the trash, and only you can see it.';

test.use({ allowedErrors: [/status of 40[34]/] });

async function moveToTrash(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
}

const rowsOf = (page: Page) => page.getByRole('main').getByRole('listitem');

test('a document in the trash can be read and restored by its owner alone', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('High water at nine.');
  await expectSaved(ada);
  await moveToTrash(ada);
  await expect(ada.getByText(IN_TRASH)).toBeVisible();
  await expect(textOf(ada)).not.toBeEditable();
  await expect(textOf(ada)).toHaveText('High water at nine.');
  await expect(ben.getByRole('heading', { name: 'This document is in the trash' })).toBeVisible(
    ACCESS_TIMEOUT,
  );
  const path = documentPathOf(ada);

  await ada.getByRole('link', { name: 'All documents' }).click();
  await expect(ada.locator(`a[href="${path}"]`)).toHaveCount(0);
  await ada.getByRole('link', { name: 'Trash' }).click();
  await expect(rowsOf(ada)).toHaveCount(1);
  await ada.getByRole('button', { name: /^Restore/ }).click();
  await expect(ada.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();

  await expect(textOf(ben)).toBeEditable();
  await expect(textOf(ben)).toHaveText('High water at nine.');
  await ada.goto(path);
  await expect(textOf(ada)).toBeEditable();
  await expect(saveStatusOf(ada)).toHaveText('Saved');
});

test('deleting for good asks once more, and leaves nothing', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine.');
  await expectSaved(page);
  const path = documentPathOf(page);
  await moveToTrash(page);
  const main = page.getByRole('main');
  await main.getByRole('button', { name: /^Delete .* for good/ }).click();
  await main.getByRole('button', { name: 'Keep it' }).click();
  await main.getByRole('button', { name: /^Delete .* for good/ }).click();
  await main.getByRole('button', { name: /^Delete .* for good/ }).click();
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
  await page.goto(path);
  await expect(page.getByRole('heading', { name: 'You need access' })).toBeVisible();
});

test('a document moved from the list comes back by undo', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await expectSaved(page);
  await page.getByRole('link', { name: 'All documents' }).click();
  const row = rowsOf(page).filter({ hasText: 'Tide log' });
  await row.hover();
  await row.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toHaveCount(1);
});

test.describe('without a network', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

  test('a document goes to the trash when the network is back', async ({ openAsGuest }) => {
    const { page } = await openAsGuest();
    await startDocument(page, 'Tide log');
    await page.keyboard.type('High water at nine.');
    await expectSaved(page);
    await expectInstalled(page);
    await page.context().setOffline(true);
    await moveToTrash(page);
    await expect(page.getByText(IN_TRASH)).toBeVisible();
    await expect(textOf(page)).not.toBeEditable();
    await page.context().setOffline(false);
    await page.getByRole('link', { name: 'Trash' }).click();
    await expect(rowsOf(page)).toHaveText([/Tide log/], { timeout: 20_000 });
  });
});
