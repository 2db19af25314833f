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

test('FI12 a copy whose files were not all copied before a reload says that it is unfinished', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await writeLines(page, ['High water at nine.', '']);
  await chooseFiles(page, 'image', [picture('pier.png', 320, 180)]);
  await expectShown(imagesOf(page).first());
  await expectSaved(page);
  const asked = page.waitForRequest(/\/copy$/u);
  await page.route(/\/copy$/u, () => undefined);
  await chooseInMenu(page, 'Duplicate');
  await asked;
  await expect(page.getByText('Copying Tide log…')).toBeVisible();
  await page.reload();
  await expect(titleOf(page)).toHaveValue('Tide log');
  await expect(page.getByText('Unfinished copy of Tide log')).toBeVisible();
  await page.getByText('Unfinished copy of Tide log').click();
  await expect(titleOf(page)).toHaveValue('Unfinished copy of Tide log');
  await expect(textOf(page)).not.toContainText('High water');
});

test('a document without files is copied without a connection', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await writeLines(page, ['High water at nine.']);
  await expectSaved(page);
  // Its code is loaded by now.
  await chooseInMenu(page, 'Duplicate');
  await expect(titleOf(page)).toHaveValue('Copy of Almanac');
  await expectSaved(page);
  await page.context().setOffline(true);
  await expect(page.getByText('Offline').first()).toBeVisible();
  await chooseInMenu(page, 'Duplicate');
  await expect(titleOf(page)).toHaveValue('Copy of Copy of Almanac');
  await expect(textOf(page)).toContainText('High water at nine.');
  await page.context().setOffline(false);
  await expectSaved(page);
  await page.reload();
  await expect(titleOf(page)).toHaveValue('Copy of Copy of Almanac');
  await expect(textOf(page)).toContainText('High water at nine.');
});

test('TR5 a copy of a restricted document comes to the own list', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Team');
  await page.getByRole('treeitem', { name: 'Team' }).hover();
  await page.getByRole('button', { name: 'New document inside Team' }).click();
  await expect(titleOf(page)).toBeFocused();
  await page.keyboard.type('Salaries');
  await expectSaved(page);
  await chooseInMenu(page, 'Duplicate');
  await expect(titleOf(page)).toHaveValue('Copy of Salaries');
  await expect(pathOf(page)).toHaveText(['Team']);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Restrict' }).click();
  await page.keyboard.press('Escape');
  await expectSaved(page);
  await chooseInMenu(page, 'Duplicate');
  await expect(titleOf(page)).toHaveValue('Copy of Copy of Salaries');
  await expect(pathOf(page)).toHaveCount(0);
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
