/** axe on each screen, light and dark, including everything that opens on it. */

import type { BrowserContextOptions, Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import {
  saveStatusOf,
  expectSaved,
  NETWORK_ERRORS,
  openProfile,
  peopleOf,
  startDocument,
  textOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { expect, phone, test, type OpenAsGuest } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

async function openWelcome(
  openAsGuest: OpenAsGuest,
  options?: BrowserContextOptions,
): Promise<Page> {
  const { page } = await openAsGuest('/', options);
  await page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' }).click();
  await expect(textOf(page)).toContainText('You can change everything in it');
  await expectSaved(page);
  return page;
}

test('the list of documents, with its menus', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1);
  await expectSaved(page);
  await expectAccessible(page, 'list');
  await page.getByRole('button', { name: 'Actions for Welcome to Tandem' }).click();
  await expect(page.getByRole('menuitem', { name: 'Remove from my list' })).toBeVisible();
  await expectAccessible(page, 'menu of a row');
  await page.getByRole('menuitem', { name: 'Remove from my list' }).click();
  await expect(page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
  await expectAccessible(page, 'empty list');
  await openProfile(page);
  await expectAccessible(page, 'profile');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+/');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(page, 'shortcuts');
});

test('a document with every kind of block', async ({ openAsGuest }) => {
  const page = await openWelcome(openAsGuest);
  await expectAccessible(page, 'document');
});

test('a document with people in it', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ben.keyboard.type('High water at nine.');
  await expect(textOf(ada)).toHaveText('High water at nine.');
  await expect(ada.getByText('Ben is typing…')).toBeVisible();
  await expectAccessible(ada, 'document with people');
  await peopleOf(ada).click();
  await expect(ada.getByRole('dialog', { name: 'Here now' })).toBeVisible();
  await expectAccessible(ada, 'people');
  await ada.keyboard.press('Escape');
  await ada.getByRole('button', { name: 'Share' }).click();
  await expect(ada.getByRole('dialog', { name: 'Share' })).toBeVisible();
  await expectAccessible(ada, 'share');
  await ada.keyboard.press('Escape');
  await ada.getByRole('button', { name: 'More' }).click();
  await expect(ada.getByRole('menu')).toBeVisible();
  await expectAccessible(ada, 'menu of the document');
});

test('the toolbar, the link field and the menu of blocks', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('high [water](https://example.org) ');
  await page.keyboard.press('ControlOrMeta+Shift+ArrowLeft');
  await expect(page.getByRole('toolbar', { name: 'Selected text' })).toBeVisible();
  await expectAccessible(page, 'toolbar');
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('textbox', { name: 'Address' })).toBeVisible();
  await expectAccessible(page, 'link');
  await page.keyboard.press('Escape');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/');
  await expect(page.getByRole('listbox', { name: 'Blocks' })).toBeVisible();
  await expectAccessible(page, 'slash menu');
});

test('the save status, its dialog and the drawer, offline', async ({ openAsGuest }) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await context.setOffline(true);
  await page.keyboard.type('not yet');
  await expect(saveStatusOf(page)).toHaveText('Offline: kept on this device');
  await saveStatusOf(page).click();
  await expect(page.getByRole('dialog', { name: 'Connection' })).toBeVisible();
  await expectAccessible(page, 'connection');
  await page.getByRole('button', { name: 'Show 1 document with unsaved changes' }).click();
  await expect(page.getByRole('dialog', { name: 'Not saved yet' })).toBeVisible();
  await expectAccessible(page, 'drawer');
});

test('missing pages and documents, and the help on connections', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/no/such/page');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await expectAccessible(page, 'no page');
  await page.goto(`/d/${'x'.repeat(24)}`);
  await expect(page.getByRole('heading', { name: 'You need access' })).toBeVisible();
  await expectAccessible(page, 'no document');
  await page.goto('/help/connection');
  await expect(page.getByRole('heading', { name: 'nginx' })).toBeVisible();
  await expectAccessible(page, 'help');
});

test('the list, the navigation and a document on a phone', async ({ openAsGuest }) => {
  const { page: list } = await openAsGuest('/', phone);
  await expect(list.getByRole('main').getByRole('listitem')).toHaveCount(1);
  await expectAccessible(list, 'list on the list, the navigation and a document on a phone');
  await list.getByRole('button', { name: 'Open the list of documents' }).tap();
  await expect(list.getByRole('dialog', { name: 'Documents' })).toBeVisible();
  await expectAccessible(list, 'navigation on the list, the navigation and a document on a phone');
  const page = await openWelcome(openAsGuest, phone);
  await expectAccessible(page, 'document on the list, the navigation and a document on a phone');
});
