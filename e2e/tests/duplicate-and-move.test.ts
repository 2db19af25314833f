/** Copies of documents, moves by a search, and the menu that has both. */
import type { Page } from '@playwright/test';
import { chooseFiles, expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  expectSaved,
  NETWORK_ERRORS,
  openSharedDocument,
  startDocument,
  textOf,
  titleOf,
  writeLines,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

// A reader sees a file that is not there yet.
test.use({ allowedErrors: [NETWORK_ERRORS] });

const pathOf = (page: Page) =>
  page.getByRole('navigation', { name: 'Documents around this one' }).getByRole('link');

async function chooseInMenu(page: Page, item: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('FI12 a reader copies a document with its files, and without its roles', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, ['High water at nine.', '']);
  await chooseFiles(ada, 'image', [picture('pier.png', 320, 180)]);
  await expectShown(imagesOf(ben).first());
  await ada.getByRole('button', { name: 'Share' }).click();
  await ada.getByRole('button', { name: /^Access by the link/ }).click();
  await ada.getByRole('menuitemradio', { name: 'Can view' }).click();
  await ada.keyboard.press('Escape');
  await expect(ben.getByRole('banner').getByText('View only')).toBeVisible();

  await chooseInMenu(ben, 'Duplicate');
  await expect(titleOf(ben)).toHaveValue('Copy of Tide log');
  await expect(textOf(ben)).toContainText('High water at nine.');
  await expectShown(imagesOf(ben).first());
  await expectSaved(ben);
  await ben.reload();
  await expectShown(imagesOf(ben).first());
  await expect(textOf(ada)).toContainText('High water at nine.');
  await expect(ada.getByText('Copy of Tide log')).toHaveCount(0);
});

test('TR3 a document is moved into another by a search, and back', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await page.getByRole('link', { name: 'All documents' }).click();
  await startDocument(page, 'Tides');
  await chooseInMenu(page, 'Move to…');
  const search = page.getByRole('dialog').getByRole('combobox');
  await expect(search).toBeFocused();
  await expect(page.getByRole('option', { name: 'Tides' })).toHaveCount(0);
  await page.keyboard.type('alma');
  await expect(page.getByRole('option')).toHaveText(['Almanac']);
  await page.keyboard.press('Enter');
  await expect(pathOf(page)).toHaveText(['Almanac']);
  await expectSaved(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(pathOf(page)).toHaveCount(0);
});

for (const screen of ['a phone', 'a low window'] as const)
  test(`the menu of a document fits ${screen}`, async ({ openAsGuest }) => {
    const { page } = await openAsGuest('/', screen === 'a phone' ? phone : {});
    if (screen === 'a low window') await page.setViewportSize({ width: 1280, height: 640 });
    await startDocument(page, 'Almanac');
    await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
    await expect(page.getByRole('menuitem', { name: 'Add to favourites' })).toBeInViewport();
    await expect(page.getByRole('menuitem', { name: 'Move to the trash' })).toBeInViewport();
  });
