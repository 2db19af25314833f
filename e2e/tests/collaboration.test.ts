/** Several people in one document. */

import type { Page } from '@playwright/test';
import {
  expectSaved,
  goToEndOfLine,
  linesOf,
  peopleOf,
  startDocument,
  textOf,
  openSharedDocument,
  writeLines,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ serviceWorkers: 'allow' });

const KEY_MS = 40;
/** Ten seconds after its connection was lost; the rest is for a busy machine. */
const DEPARTURE_TIMEOUT = { timeout: 30_000 };

test('a copied link opens the same document in another browser', async ({ openAsGuest }) => {
  const { page: ada, context } = await openAsGuest();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await startDocument(ada, 'Tide log');
  await ada.keyboard.type('High water at nine.');
  await ada.getByRole('button', { name: 'Share' }).click();
  const share = ada.getByRole('dialog', { name: 'Share' });
  await share.getByRole('button', { name: 'Copy link' }).click();
  await expect(share.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await ada.evaluate(() => navigator.clipboard.readText());
  await expect(share.getByRole('textbox', { name: 'Link to this document' })).toHaveValue(link);

  const { page: ben } = await openAsGuest(link);
  await goToEndOfLine(ben, 'High water at nine.');
  await ben.keyboard.type(' Low at three.');
  await expect(textOf(ada)).toHaveText('High water at nine. Low at three.');
});

test('two people type at once, each in a paragraph', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, ['Ada:', 'Ben:']);
  await expect.poll(() => linesOf(ben)).toEqual(['Ada:', 'Ben:']);
  await goToEndOfLine(ada, 'Ada:');
  await goToEndOfLine(ben, 'Ben:');
  await Promise.all([
    ada.keyboard.type(' the north slip is dry', { delay: KEY_MS }),
    ben.keyboard.type(' and the south is not', { delay: KEY_MS }),
  ]);
  const lines = ['Ada: the north slip is dry', 'Ben: and the south is not'];
  await expect.poll(() => linesOf(ada)).toEqual(lines);
  await expect.poll(() => linesOf(ben)).toEqual(lines);
  await expectSaved(ada, ben);
});

test('two people type at once in one paragraph', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ada.keyboard.type('|');
  await expect(textOf(ben)).toHaveText('|');
  await ada.keyboard.press('Home');
  await goToEndOfLine(ben, '|');
  await Promise.all([
    ada.keyboard.type('abcdefghijklmnopqrstuvwxyz', { delay: KEY_MS }),
    ben.keyboard.type('01234567890123456789012345', { delay: KEY_MS }),
  ]);
  const line = 'abcdefghijklmnopqrstuvwxyz|01234567890123456789012345';
  await expect(textOf(ada)).toHaveText(line);
  await expect(textOf(ben)).toHaveText(line);
});

test('two people type at once at one position, and each letter arrives once', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ben).click();
  await Promise.all([
    ada.keyboard.type('abcdefghijklmnopqrstuvwxyz', { delay: KEY_MS }),
    ben.keyboard.type('01234567890123456789012345', { delay: KEY_MS }),
  ]);
  await expectSaved(ada, ben);
  await expect(textOf(ada)).toHaveText(/^.{52}$/);
  const line = (await textOf(ada).textContent()) ?? '';
  expect(line.replaceAll(/\d/g, '')).toBe('abcdefghijklmnopqrstuvwxyz');
  expect(line.replaceAll(/\D/g, '')).toBe('01234567890123456789012345');
  await expect(textOf(ben)).toHaveText(line);
});

test('three people see who is present, and who leaves', async ({ openAsGuest }) => {
  const pages = await openSharedDocument(openAsGuest, ['Ada', 'Ben', 'Cai']);
  const [ada, ben, cai] = pages;
  for (const page of pages) await expect(peopleOf(page)).toHaveAccessibleName(/^3 people here:/);
  await peopleOf(ben).click();
  const people = ben.getByRole('dialog', { name: 'Here now' }).getByRole('listitem');
  await expect(people).toHaveCount(3);
  await expect(people.first()).toHaveText(/Ben.*\(you\).*here/);
  // In the order in which the server has heard of them; another server, in its own.
  for (const name of ['Ada', 'Cai'])
    await expect(people.filter({ hasText: name })).toHaveText(/here$/);
  await ben.keyboard.press('Escape');

  await cai.getByRole('link', { name: 'All documents' }).click();
  await expect(peopleOf(ada)).toHaveAccessibleName('2 people here: Ben and Ada');
  await ada.close();
  await expect(peopleOf(ben)).toHaveAccessibleName('1 person here: Ben', DEPARTURE_TIMEOUT);
});

test('a writer’s name shows at the cursor and below the text', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ada.keyboard.type('High water', { delay: KEY_MS });
  const typing = ben.getByText('Ada is typing…');
  await expect(typing).toBeVisible();
  await expect(cursorOf(ben, 'Ada')).toBeVisible();
  await expect(textOf(ben)).toHaveText('High water');
  const before = await cursorOf(ben, 'Ada').boundingBox();
  await ada.keyboard.type(' at nine');
  await expect
    .poll(async () => (await cursorOf(ben, 'Ada').boundingBox())?.x)
    .toBeGreaterThan(before?.x ?? Infinity);
  await expect(typing).toBeHidden();

  await ada.getByRole('link', { name: 'All documents' }).click();
  await expect(cursorOf(ben, 'Ada')).toHaveCount(0);
});

test('a writer’s cursor label stays in place when it arrives before the letters', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ada.keyboard.type('High water', { delay: KEY_MS });
  const label = await cursorOf(ben, 'Ada').elementHandle();
  await expect(textOf(ben)).toHaveText('High water');
  await ada.keyboard.type(' at nine, low water at three', { delay: KEY_MS });
  await expect(textOf(ben)).toHaveText('High water at nine, low water at three');
  expect(await label?.evaluate((element) => element.isConnected)).toBe(true);
});

test('the list of documents shows who is in a document', async ({ openAsGuest }) => {
  const [, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ben.getByRole('link', { name: 'All documents' }).click();
  const row = ben.getByRole('main').getByRole('listitem').filter({ hasText: 'Tide log' });
  await expect(row.getByRole('img', { name: 'Here now: Ada' })).toBeVisible();
});

/**
 * The label beside another person's cursor. It is visual only; typing is announced below the text.
 */
function cursorOf(page: Page, name: string) {
  // The line under the title also contains the names.
  return page.getByRole('main').locator('.person-label', { hasText: name });
}
