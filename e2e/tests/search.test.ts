/** The palette: documents by title and text, actions, by keys alone. */

import type { Page } from '@playwright/test';
import { comment } from '../harness/comments.ts';
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

/** The palette asks twice, and a busy machine may take longer: the index is waited for first. */
async function expectIndexed(page: Page, text: string): Promise<void> {
  const found = async () => {
    const answer = await page.request.get('/api/search', { params: { text } });
    return ((await answer.json()) as { readonly results: readonly unknown[] }).results.length;
  };
  await expect.poll(found, FRESH).toBeGreaterThan(0);
}

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
  await expectIndexed(page, 'nine wat');
  await page.getByRole('link', { name: 'All documents' }).click();
  await page.keyboard.press('ControlOrMeta+k');
  await expect(inputOf(page)).toBeFocused();
  for (const search of ['nine wat', '満潮']) {
    await inputOf(page).fill(search);
    await expect(optionsOf(page).first()).toContainText('High water at nine');
    await expect(optionsOf(page)).toHaveCount(1);
  }
  await expect(optionsOf(page).first().locator('mark')).toHaveText(['満潮']);
  await page.keyboard.press('Enter');
  await expect(titleOf(page)).toHaveValue('Tide log');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('forgives one wrong letter, and says so', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('The harbour is full.');
  await expectSaved(page);
  await expectIndexed(page, 'harbour');
  await page.getByRole('link', { name: 'All documents' }).click();
  await openPalette(page);
  await page.keyboard.type('habrour');
  await expect(optionsOf(page).locator('mark')).toHaveText(['harbour']);
  const note = page.getByText('Nothing has “habrour” in it as it is written.');
  await expect(note).toBeVisible();
  await inputOf(page).fill('harbour');
  await expect(optionsOf(page).locator('mark')).toHaveText(['harbour']);
  await expect(note).toHaveCount(0);
});

test('finds a comment, and opens its thread', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('The anchor is down.');
  await comment(ada, 'anchor', 'Is the chain long enough?');
  await expectSaved(ada);
  await expectIndexed(ben, 'chain enough');
  await ben.getByRole('link', { name: 'All documents' }).click();
  await openPalette(ben);
  await ben.keyboard.type('chain enough');
  const option = optionsOf(ben).first();
  await expect(option.locator('mark')).toHaveText(['chain', 'enough']);
  await expect(option.getByRole('img', { name: 'Comment:' })).toBeVisible();
  await ben.keyboard.press('Enter');
  await expect(titleOf(ben)).toHaveValue('Tide log');
  await expect(ben.getByRole('complementary', { name: 'Comments' })).toContainText(
    'Is the chain long enough?',
  );
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
  await expectIndexed(ben, 'anchor');
  await openPalette(ben);
  await ben.keyboard.type('anchor');
  await expect(optionsOf(ben).first()).toContainText('The anchor is down.');
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
