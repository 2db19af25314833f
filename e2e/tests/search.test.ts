/** The palette: documents by title and text, actions, by keys alone. */

import type { Page } from '@playwright/test';
import {
  expectSaved,
  NETWORK_ERRORS,
  openSharedDocument,
  startDocument,
  textOf,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

/** Fresh within two seconds of a keystroke; the rest is for a busy machine. */
const FRESH = { timeout: 15_000 };

const inputOf = (page: Page) => page.getByRole('combobox', { name: 'Search' });
const optionsOf = (page: Page) => page.getByRole('option');

async function openPalette(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(inputOf(page)).toBeFocused();
}

test('finds a document by words in its text, and opens it by the keyboard', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine. 東京の満潮は九時。');
  await expectSaved(page);
  await page.getByRole('link', { name: 'All documents' }).click();
  await startDocument(page, 'Menu');
  await page.keyboard.type('Soup');
  await expectSaved(page);
  await page.getByRole('link', { name: 'All documents' }).click();
  await page.keyboard.press('ControlOrMeta+k');
  await expect(inputOf(page)).toBeFocused();
  for (const search of ['nine wat', '満潮']) {
    await inputOf(page).fill(search);
    await expect(optionsOf(page).first()).toContainText('High water at nine', FRESH);
    await expect(optionsOf(page)).toHaveCount(1);
  }
  await expect(optionsOf(page).first().locator('mark')).toHaveText(['満潮']);
  await page.keyboard.press('Enter');
  await expect(titleOf(page)).toHaveValue('Tide log');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('runs actions, and closes without one', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await openPalette(page);
  await page.keyboard.type('trash');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
  await openPalette(page);
  await page.keyboard.press('Escape');
  await expect(inputOf(page)).toHaveCount(0);
  await openPalette(page);
  await page.keyboard.type('nowhere');
  await expect(page.getByText('Nothing has “nowhere” in it.')).toBeVisible();
});

test('finds what others wrote in a shared document, and nothing that they may not read', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('The anchor is down.');
  await expectSaved(ada);
  await openPalette(ben);
  await ben.keyboard.type('anchor');
  await expect(optionsOf(ben).first()).toContainText('The anchor is down.', FRESH);
  const { page: eve } = await openAsGuest();
  await openPalette(eve);
  await eve.keyboard.type('anchor');
  await expect(eve.getByText('Nothing has “anchor” in it.')).toBeVisible();
});

test.describe('without a network', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS] });

  test('titles are found', async ({ openAsGuest }) => {
    const { page } = await openAsGuest();
    await startDocument(page, 'Tide log');
    await expectSaved(page);
    await openPalette(page);
    await page.context().setOffline(true);
    await page.keyboard.type('tide');
    await expect(optionsOf(page).first()).toContainText('Tide log');
    await expect(page.getByText('The server does not answer')).toBeVisible();
    await page.context().setOffline(false);
  });
});
