/** Documents inside documents: the tree in the sidebar, moves by mouse and by keys, and breadcrumbs. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../harness/test.ts';
import { expectSaved, openSharedDocument, startDocument, titleOf } from '../harness/screens.ts';

test.skip(({ isMobile }) => isMobile, 'The tree is beside the page on wide screens only.');

const treeOf = (page: Page): Locator => page.getByRole('tree', { name: 'Documents' });

const itemOf = (page: Page, title: string): Locator =>
  treeOf(page).getByRole('treeitem', { name: title, exact: true });

async function createInside(page: Page, parent: string, title: string): Promise<void> {
  await itemOf(page, parent).hover();
  await page.getByRole('button', { name: `New document inside ${parent}` }).click();
  await expect(titleOf(page)).toBeFocused();
  await page.keyboard.type(title);
  await expectSaved(page);
  await expect(itemOf(page, title)).toBeVisible();
}

async function outline(page: Page): Promise<string[]> {
  const items = await treeOf(page).getByRole('treeitem').all();
  return await Promise.all(
    items.map(
      async (item) =>
        `${await item.getAttribute('aria-level')} ${(await item.getAttribute('aria-label')) ?? ''}`,
    ),
  );
}

const expectOutline = async (page: Page, expected: readonly string[]): Promise<void> =>
  await expect
    .poll(async () => (await outline(page)).filter((line) => !line.includes('Welcome')))
    .toEqual(expected);

test('TR2 a document is created inside another, and found again by the tree and by breadcrumbs', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await createInside(page, 'Almanac', 'Tides');
  await createInside(page, 'Tides', 'April');
  await expectOutline(page, ['1 Almanac', '2 Tides', '3 April']);
  const path = page.getByRole('navigation', { name: 'Documents around this one' });
  await expect(path.getByRole('link')).toHaveText(['Almanac', 'Tides']);
  await page.reload();
  await expectOutline(page, ['1 Almanac', '2 Tides', '3 April']);
  await path.getByRole('link', { name: 'Tides' }).click();
  await expect(titleOf(page)).toHaveValue('Tides');
  await expect(path.getByRole('link')).toHaveText(['Almanac']);
});

test('TR3 documents are moved by dragging, and others see it', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  for (const title of ['Spring', 'Neap']) await createInside(ada, 'Tide log', title);
  await ben.reload();
  await itemOf(ben, 'Tide log').press('ArrowRight');
  await expectOutline(ben, ['1 Tide log', '2 Spring', '2 Neap']);
  await itemOf(ada, 'Neap').dragTo(itemOf(ada, 'Spring'), { targetPosition: { x: 90, y: 3 } });
  await expectOutline(ada, ['1 Tide log', '2 Neap', '2 Spring']);
  await expectOutline(ben, ['1 Tide log', '2 Neap', '2 Spring']);
  await itemOf(ada, 'Neap').dragTo(itemOf(ada, 'Spring'), { targetPosition: { x: 90, y: 15 } });
  await expectOutline(ada, ['1 Tide log', '2 Spring', '3 Neap']);
  await itemOf(ben, 'Spring').press('ArrowRight');
  await expectOutline(ben, ['1 Tide log', '2 Spring', '3 Neap']);
});

test('TR3 documents are moved by keys', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  for (const title of ['One', 'Two', 'Three']) await createInside(page, 'Almanac', title);
  await itemOf(page, 'Three').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expectOutline(page, ['1 Almanac', '2 One', '2 Three', '2 Two']);
  await page.keyboard.press('Alt+ArrowRight');
  await expectOutline(page, ['1 Almanac', '2 One', '3 Three', '2 Two']);
  await expect(page.getByText('Moved into One')).toBeAttached();
  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(async () => await outline(page)).toContain('1 Three');
  await expectSaved(page);
});

test('TR8 what is inside a document goes to the trash with it, and comes back with it', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await createInside(page, 'Almanac', 'Tides');
  await itemOf(page, 'Almanac').hover();
  await page.getByRole('button', { name: 'Actions for Almanac' }).click();
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await expectOutline(page, []);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectOutline(page, ['1 Almanac', '2 Tides']);
});

test('TR9 favourites are in the sidebar', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Add to favourites' }).click();
  const favourites = page.getByRole('region', { name: 'Favourites' });
  await expect(favourites.getByRole('link')).toHaveText(['Almanac']);
  await expectSaved(page);
  await page.reload();
  await expect(favourites.getByRole('link')).toHaveText(['Almanac']);
});
