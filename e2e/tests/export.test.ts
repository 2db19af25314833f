/** Export: what lands in the downloads, offline and for readers too. */

import { readFile } from 'node:fs/promises';
import type { Download, Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import { chooseFiles, expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import { expectSaved, NETWORK_ERRORS, paste, startDocument, textOf } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

const PAGE = `## Slack water

Read the [tide table](https://example.org/tides) first, or [https://example.org/bare](https://example.org/bare) there.

- [x] charts
- [ ] lamp oil

> At *nine*.

\`\`\`ts
const depth = '<script>';
\`\`\`
`;

async function openExport(page: Page) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Export or print' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export' });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function exportAs(page: Page, format: string): Promise<Download> {
  const dialog = await openExport(page);
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: format }).click();
  const done = await download;
  await expect(dialog.getByRole('status')).toContainText(done.suggestedFilename());
  await dialog.getByRole('button', { name: 'Close' }).click();
  return done;
}

const textIn = async (download: Download): Promise<string> =>
  await readFile(await download.path(), 'utf8');

test('a document becomes a Markdown file and a web page, without a network too', async ({
  openAsGuest,
}) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Tides: 2026/11 潮');
  await paste(page, PAGE);
  await expect(textOf(page).locator('pre')).toHaveCount(1);
  await expectSaved(page);
  const dialog = await openExport(page);
  await expectAccessible(page, 'export');
  await page.screenshot({ path: test.info().outputPath('export.png') });
  await dialog.getByRole('button', { name: 'Close' }).click();
  // The library for DOCX is not loaded before it is needed.
  const word = await exportAs(page, 'Word');
  expect(word.suggestedFilename()).toBe('Tides 2026 11 潮.docx');
  expect((await textIn(word)).slice(0, 2)).toBe('PK');
  await context.setOffline(true);
  const markdown = await exportAs(page, 'Markdown');
  expect(markdown.suggestedFilename()).toBe('Tides 2026 11 潮.md');
  expect(await textIn(markdown)).toBe(`# Tides: 2026/11 潮\n\n${PAGE.replace('*nine*', '_nine_')}`);
  const html = await exportAs(page, 'Web page');
  expect(html.suggestedFilename()).toBe('Tides 2026 11 潮.html');
  const shown = await context.newPage();
  await shown.setContent(await textIn(html));
  await expect(shown.locator('script')).toHaveCount(0);
  await expect(shown.locator('h1')).toHaveText('Tides: 2026/11 潮');
  await expect(shown.locator('pre')).toHaveText("const depth = '<script>';");
  await expect(shown.locator('li input[checked]')).toHaveCount(1);
  await shown.screenshot({ path: test.info().outputPath('page.png') });
});

test('images are in the web page, and beside Markdown in a zip file', async ({ openAsGuest }) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await textOf(page).click();
  await chooseFiles(page, 'image', [picture('quay.png', 320, 180)]);
  await expectShown(imagesOf(page).first());
  await expectSaved(page);
  expect((await exportAs(page, 'Markdown')).suggestedFilename()).toBe('Tide log.zip');
  const html = await exportAs(page, 'Web page');
  const shown = await context.newPage();
  await shown.setContent(await textIn(html));
  await expectShown(shown.locator('img'));
});

test('paper has addresses beside links, unless they are the text', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await paste(page, PAGE);
  await expect(textOf(page).locator('a')).toHaveCount(2);
  const dialog = await openExport(page);
  await page.evaluate(() => {
    window.print = () => (document.title = 'printing');
  });
  await dialog.getByRole('button', { name: 'Print or save as PDF' }).click();
  await expect(page).toHaveTitle('printing');
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  const after = (text: string) =>
    page
      .locator('.page-text a', { hasText: text })
      .evaluate((link) => getComputedStyle(link, '::after').content);
  expect(await after('tide table')).toContain('https://example.org/tides');
  expect(await after('bare')).toBe('none');
  await page.emulateMedia({ media: null });
  await page.pdf({ path: test.info().outputPath('page.pdf'), format: 'A4' });
});
