/**
 * Clipboard and keys around code and links in a real browser. Pasted formats are tested headless.
 */

import type { Page } from '@playwright/test';
import { chooseBlock } from '../harness/gestures.ts';
import { expectSaved, paste, startDocument, textOf, writeLines } from '../harness/screens.ts';
import { expect, test, type OpenAsGuest } from '../harness/test.ts';

async function blankPage(openAsGuest: OpenAsGuest): Promise<Page> {
  const { page } = await openAsGuest();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await startDocument(page, 'Clipboard');
  return page;
}

function blocksOf(page: Page): Promise<string[]> {
  return textOf(page)
    .locator('.text-block, .code-block code')
    .evaluateAll((blocks) => blocks.map(({ textContent }) => textContent));
}

test('copied text is plain for other programs, and pastes back with its formats', async ({
  openAsGuest,
}) => {
  const page = await blankPage(openAsGuest);
  await writeLines(page, ['# Tides', '5. low *water*', 'high', '', '5 * 3 * 2 = 30']);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe('Tides\n5. low *water\n6. high\n5 * 3 * 2 = 30'.replace('*water', 'water'));
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ControlOrMeta+v');
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveText(['Tides', 'Tides']);
  await expect(textOf(page).locator('[data-start="5"]')).toHaveText(['low water', 'low water']);
});

test('Markdown is pasted and copied by a command', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await page.evaluate(() => navigator.clipboard.writeText('# Just a title'));
  await page.keyboard.press('ControlOrMeta+v');
  await expect.poll(() => blocksOf(page)).toEqual(['# Just a title']);
  await page.keyboard.press('Enter');
  await chooseBlock(page, 'paste');
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveText('Just a title');
  await page.keyboard.press('Shift+Home');
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('# Just a title');
});

test('a line too long for browsers is rejected with a notice', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await page.keyboard.type('kept');
  await paste(page, 'x'.repeat(2_000_000));
  await expect(page.getByText('This text is too long for a page')).toBeVisible();
  expect(await blocksOf(page)).toEqual(['kept']);
});

test('an address followed by Enter becomes a link and a new block', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await writeLines(page, ['https://example.org/Rust_(x)', '-', 'end']);
  await expect(textOf(page).getByRole('link')).toHaveAttribute(
    'href',
    'https://example.org/Rust_(x)',
  );
  expect(await blocksOf(page)).toEqual(['https://example.org/Rust_(x)', '-', 'end']);
});

test('the link shortcut without a selection applies to the word, or asks for text', async ({
  openAsGuest,
}) => {
  const page = await blankPage(openAsGuest);
  await page.keyboard.type('low water');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('textbox', { name: 'Address' }).fill('example.org');
  await page.keyboard.press('Enter');
  await expect(textOf(page).getByRole('link', { name: 'water' })).toHaveAttribute(
    'href',
    'https://example.org',
  );
  await page.keyboard.type(' and ');
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('textbox', { name: 'Text' })).toBeFocused();
  await page.keyboard.type('high');
  await page.getByRole('textbox', { name: 'Address' }).fill('example.com');
  await page.keyboard.press('Enter');
  await page.keyboard.type('!');
  await expect(textOf(page).getByRole('link', { name: 'high' })).toHaveAttribute(
    'href',
    'https://example.com',
  );
  expect(await blocksOf(page)).toEqual(['low water and high!']);
});

test('keys reach the ends of a page that begins and ends with code', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await writeLines(page, ['```', 'first', '', 'more']);
  await page.keyboard.press('ControlOrMeta+Enter');
  await writeLines(page, ['middle', '```', 'last']);
  await expect.poll(() => blocksOf(page)).toEqual(['first\n\nmore', 'middle', 'last']);
  await textOf(page).getByText('middle').click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('1');
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.type('2');
  await textOf(page).getByText('middle').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type('3');
  await expect.poll(() => blocksOf(page)).toEqual(['2first\n\nmore', 'middle', 'last13']);
  await textOf(page).getByText('middle').click();
  await page.keyboard.press('End');
  await page.keyboard.press('ControlOrMeta+Shift+End');
  await page.keyboard.type('!');
  await expect.poll(() => blocksOf(page)).toEqual(['2first\n\nmore', 'middle!']);
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.type('above');
  await expect.poll(() => blocksOf(page)).toEqual(['above', '2first\n\nmore', 'middle!']);
  await expectSaved(page);
});
