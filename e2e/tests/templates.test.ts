/** Documents made from templates: built in, one's own, and those of others. */
import type { Locator, Page } from '@playwright/test';
import { chooseFiles, expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  documentPathOf,
  expectInstalled,
  expectSaved,
  NETWORK_ERRORS,
  openSharedDocument,
  startDocument,
  textOf,
  titleOf,
  writeLines,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

async function openTemplates(page: Page): Promise<void> {
  await page.goto('/templates');
  await expect(page.getByRole('heading', { name: 'Templates', exact: true })).toBeVisible();
}

const startingFrom = (page: Page, title: string): Locator =>
  page.getByRole('main').getByRole('button', { name: `New document from ${title}` });

const ownTemplates = (page: Page): Locator => page.getByRole('region', { name: 'Your templates' });

async function saveAsTemplate(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Save as template' }).click();
  await expect(page.getByText(/is now one of your templates/)).toBeVisible();
}

test('TM5 a built-in template becomes a document to write in', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await openTemplates(page);
  await page.screenshot({ path: test.info().outputPath('gallery.png') });
  await startingFrom(page, 'Meeting notes').click();
  await expect(titleOf(page)).toHaveValue('Meeting notes');
  await expect(textOf(page).getByRole('heading', { name: 'Next steps' })).toBeVisible();
  await expect(textOf(page)).toBeEditable();
  await expectSaved(page);
  await page.screenshot({ path: test.info().outputPath('meeting.png'), fullPage: true });
  await page.reload();
  await expect(titleOf(page)).toHaveValue('Meeting notes');
  await expect(textOf(page)).toContainText('Who does what by when');
});

test('TM1 TM3 a template of one’s own has text and files, and is changed, renamed and given up', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide table');
  await writeLines(page, ['High water at', '']);
  await chooseFiles(page, 'image', [picture('pier.png', 320, 180)]);
  await expectShown(imagesOf(page).first());
  await expectSaved(page);
  await saveAsTemplate(page);
  // The document is still here, and still a document.
  await expect(page.getByText('This is a template.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(ownTemplates(page)).toContainText('High water at');
  await startingFrom(page, 'Tide table').click();
  await expect(titleOf(page)).toHaveValue('Tide table');
  await expect(textOf(page)).toContainText('High water at');
  await expectShown(imagesOf(page).first());
  await expectSaved(page);
  await expect(page.getByText('This is a template.')).toHaveCount(0);

  await openTemplates(page);
  const actions = page.getByRole('main').getByRole('button', { name: 'Actions for Tide table' });
  await actions.click();
  await page.screenshot({ path: test.info().outputPath('menu.png') });
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name of the template' }).fill('Tides of a month');
  await page.keyboard.press('Enter');
  await expect(startingFrom(page, 'Tides of a month')).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Actions for Tides' }).click();
  await page.getByRole('menuitem', { name: 'Open to change' }).click();
  await expect(page.getByText('This is a template.')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('template.png') });
  await textOf(page).focus();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('Low water at');
  await expectSaved(page);
  await page.getByRole('main').getByRole('button', { name: 'New document from it' }).click();
  await expect(page.getByText('This is a template.')).toHaveCount(0);
  await expect(textOf(page)).toContainText('Low water at');
  await expectSaved(page);

  await openTemplates(page);
  await page.getByRole('main').getByRole('button', { name: 'Actions for Tides' }).click();
  await page.getByRole('menuitem', { name: 'Turn into an ordinary document' }).click();
  await expect(ownTemplates(page).getByRole('button')).toHaveCount(0);
  await expect(ownTemplates(page)).toContainText('Save as template');
});

test('TM2 TM3 who may read a template of another person makes documents of their own from it', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).focus();
  await writeLines(ada, ['High water at nine.']);
  await expectSaved(ada);
  await saveAsTemplate(ada);
  await ada.getByRole('button', { name: 'Show', exact: true }).click();
  await ada.getByRole('button', { name: 'Actions for Tide log' }).last().click();
  await ada.getByRole('menuitem', { name: 'Open to change' }).click();
  await expect(ada.getByText('This is a template.')).toBeVisible();
  await ada.getByRole('button', { name: 'Share' }).click();
  await ada.getByRole('button', { name: /^Access by the link/ }).click();
  await ada.getByRole('menuitemradio', { name: 'Can view' }).click();
  await ada.keyboard.press('Escape');
  await expectSaved(ada);

  await openTemplates(ben);
  await expect(startingFrom(ben, 'Tide log')).toHaveCount(0);
  await ben.goto(documentPathOf(ada));
  await expect(ben.getByText('Make a document from it to write in.')).toBeVisible();
  await openTemplates(ben);
  await expect(ownTemplates(ben)).toContainText('Shared with you');
  await startingFrom(ben, 'Tide log').click();
  await expect(textOf(ben)).toContainText('High water at nine.');
  await expect(textOf(ben)).toBeEditable();
  await expectSaved(ben);
  await expect(ben.getByText('This is a template.')).toHaveCount(0);
  await expect(ben.getByRole('banner').getByRole('button', { name: 'Share' })).toBeVisible();

  // Ada takes the template away, and Ben's document stays.
  await ada.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await ada.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await ben.reload();
  await expect(textOf(ben)).toContainText('High water at nine.');
  await openTemplates(ben);
  await expect(startingFrom(ben, 'Tide log')).toHaveCount(0);
});

test('TM5 a template is found in the palette', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Almanac');
  await page.getByRole('link', { name: 'All documents' }).click();
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('option', { name: 'Templates' })).toBeVisible();
  await expect(page.getByRole('option', { name: /^New document from/ })).toHaveCount(0);
  await page.keyboard.type('decision');
  await expect(page.getByRole('option')).toHaveText(['New document from Decision record']);
  await page.screenshot({ path: test.info().outputPath('palette.png') });
  await page.keyboard.press('Enter');
  await expect(titleOf(page)).toHaveValue('Decision record');
  await expectSaved(page);
});

test.describe('without a network', () => {
  test.use({ serviceWorkers: 'allow' });

  test('TM2 TM5 built-in templates work, and own ones that are on the device', async ({
    openAsGuest,
  }) => {
    const { page } = await openAsGuest();
    await expectInstalled(page);
    await startDocument(page, 'Tide table');
    await writeLines(page, ['High water at']);
    await expectSaved(page);
    await page.context().setOffline(true);
    await expect(page.getByText('Offline').first()).toBeVisible();
    await saveAsTemplate(page);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(page.getByText('Built-in templates work')).toBeVisible();
    await startingFrom(page, 'Weekly review').click();
    await expect(titleOf(page)).toHaveValue('Weekly review');
    await page.goto('/templates');
    await startingFrom(page, 'Tide table').click();
    await expect(titleOf(page)).toHaveValue('Tide table');
    await expect(textOf(page)).toContainText('High water at');
    await page.context().setOffline(false);
    await expectSaved(page);
    await page.reload();
    await expect(textOf(page)).toContainText('High water at');
    await openTemplates(page);
    await expect(startingFrom(page, 'Tide table')).toHaveCount(1);
  });

  test('TM3 a template that is not on the device does not become an empty document', async ({
    openAsGuest,
  }) => {
    const { page: elsewhere, context } = await openAsGuest();
    await startDocument(elsewhere, 'Tide table');
    await writeLines(elsewhere, ['High water at']);
    await expectSaved(elsewhere);
    await saveAsTemplate(elsewhere);
    await expectSaved(elsewhere);
    const { cookies } = await context.storageState();
    const { page } = await openAsGuest('/', { storageState: { cookies, origins: [] } });
    await expectInstalled(page);
    await openTemplates(page);
    await expect(startingFrom(page, 'Tide table')).toBeVisible();
    await page.context().setOffline(true);
    await expect(page.getByText('Built-in templates work')).toBeVisible();
    await startingFrom(page, 'Tide table').click();
    await expect(page.getByText('has not arrived on this device')).toBeVisible();
    expect(documentPathOf(page)).toBe('/templates');
    await page.context().setOffline(false);
    await expect(page.getByText('Built-in templates work')).toHaveCount(0);
    await startingFrom(page, 'Tide table').click();
    await expect(textOf(page)).toContainText('High water at');
  });
});
