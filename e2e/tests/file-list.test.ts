/** The files of a document as a list, blocks that are pasted elsewhere, and files that signing out would delete. */

import type { Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import { chooseFiles, chooseImage, expectShown, imagesOf, pageTextOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  documentPathOf,
  expectSaved,
  goToEnd,
  NETWORK_ERRORS,
  openProfile,
  openSharedDocument,
  startDocument,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

const uploadOf = (page: Page) => pageTextOf(page).locator('.file-upload');

async function addPicture(page: Page, name: string): Promise<void> {
  await chooseImage(page, picture(name, 320, 180));
  await expect(uploadOf(page)).toHaveCount(0);
}

async function openFiles(page: Page) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Files', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Files of this document' });
  await expect(dialog).toBeVisible();
  return dialog;
}

test('FI11 an owner sees and deletes all files, others their own, and a deleted one says so', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await pageTextOf(ada).click();
  await addPicture(ada, 'quay.png');
  // Otherwise the image may take the place of the empty block with Ben's caret.
  await expect(imagesOf(ben)).toHaveCount(1);
  await goToEnd(ben);
  await addPicture(ben, 'mole.png');
  await expect(imagesOf(ada)).toHaveCount(2);
  await expectSaved(ada, ben);

  const bens = await openFiles(ben);
  await expect(bens.getByRole('listitem')).toHaveCount(1);
  await ben.keyboard.press('Escape');

  const dialog = await openFiles(ada);
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await expect(dialog.getByRole('status')).toContainText('2 files');
  await expectAccessible(ada, 'files');
  await dialog.getByRole('button', { name: 'Delete mole.png' }).click();
  await expect(dialog).toContainText('This cannot be undone');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  await expect(dialog.getByRole('status')).toContainText('1 file,');
  await ada.keyboard.press('Escape');
  await ben.reload();
  await expect(pageTextOf(ben).getByText('This file was deleted')).toBeVisible();
  await expectShown(imagesOf(ben).first());
});

test('FI12 an image that is pasted into another document is there for its people', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Source');
  await pageTextOf(page).click();
  await addPicture(page, 'quay.png');
  await expectSaved(page);
  await pageTextOf(page).press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  await page.goto('/');
  await startDocument(page, 'Target');
  await pageTextOf(page).click();
  await page.keyboard.press('ControlOrMeta+v');
  await expect(imagesOf(page)).toHaveCount(1);
  await expect(uploadOf(page)).toHaveCount(0);
  await expectSaved(page);
  await page.reload();
  await expectShown(imagesOf(page).first());
  expect(await imagesOf(page).first().getAttribute('src')).toContain(
    documentPathOf(page).replace('/d/', ''),
  );
});

test('signing out asks about files that are not on the server yet', async ({ openAsGuest }) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Offline');
  await pageTextOf(page).click();
  await addPicture(page, 'first.png');
  const question = async () => {
    const profile = await openProfile(page);
    await profile.getByRole('button', { name: 'Sign out' }).click();
    return profile.getByText('Some files that you added are not on the server yet');
  };
  await expect(await question()).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'You' })).toBeHidden();
  await context.setOffline(true);
  await goToEnd(page);
  await chooseFiles(page, 'image', [picture('second.png', 320, 180)]);
  await expect(uploadOf(page)).toHaveCount(1);
  await expect(await question()).toBeVisible();
});
