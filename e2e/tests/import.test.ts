/** Import: files of other programs become documents, with a report about what they lost. */

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import { expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  NETWORK_ERRORS,
  expectSaved,
  linesOf,
  startDocument,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

const FIXTURES = new URL('../../apps/web/src/import/fixtures/', import.meta.url);

interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const fileOf = (name: string, text: string, mimeType = 'text/markdown'): GivenFile => ({
  name,
  mimeType,
  buffer: Buffer.from(text),
});

const fixture = async (name: string): Promise<GivenFile> => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: await readFile(new URL(name, FIXTURES)),
});

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Import' });
const reportOf = (page: Page, name: string) =>
  dialogOf(page).getByRole('listitem').filter({ hasText: name }).first();

async function choose(page: Page, files: readonly GivenFile[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await dialogOf(page).getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles([...files]);
}

async function dropOn(page: Page, selector: string, files: readonly GivenFile[]): Promise<void> {
  const contents = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  await page.locator(selector).evaluate((element, given) => {
    const data = new DataTransfer();
    for (const { name, mimeType, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: mimeType }));
    }
    const event = { bubbles: true, cancelable: true, dataTransfer: data };
    element.dispatchEvent(new DragEvent('dragover', event));
    setTimeout(() => element.dispatchEvent(new DragEvent('drop', event)), 100);
  }, contents);
}

test('files become documents, with a report, and are there after a reload', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  const image = picture('quay.png', 320, 180);
  const html = `<title>x</title><h1>Harbour</h1><p>Boats</p><img src="data:image/png;base64,${image.buffer.toString('base64')}" alt="Quay"><table><tr><td>a<td>b</table>`;
  await page.goto('/');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expectAccessible(page, 'import');
  await page.screenshot({ path: test.info().outputPath('choose.png') });
  await choose(page, [
    fileOf('log.md', '# Tide log\n\n- [x] charts\n'),
    fileOf('harbour.html', html, 'text/html'),
    await fixture('simple-list.docx'),
    await fixture('comments.docx'),
    fileOf('deep.html', '<b>'.repeat(100_000), 'text/html'),
    fileOf('virus.exe', 'MZ'),
  ]);
  await expect(dialogOf(page).getByRole('status')).toHaveText('4 documents were imported.', {
    timeout: 30_000,
  });
  await expect(reportOf(page, 'log.md')).toContainText('Everything was carried over.');
  await expect(reportOf(page, 'harbour.html')).toContainText('1 table became lines of text.');
  await expect(reportOf(page, 'comments.docx')).toContainText('2 comments were left out.');
  await expect(reportOf(page, 'deep.html')).toContainText('nested too deeply');
  await expect(reportOf(page, 'virus.exe')).toContainText('cannot be imported');
  await expectAccessible(page, 'report');
  await page.screenshot({ path: test.info().outputPath('report.png') });
  await reportOf(page, 'harbour.html').getByRole('link').click();
  await expect(titleOf(page)).toHaveValue('Harbour');
  await expectSaved(page);
  await page.reload();
  await expect.poll(async () => (await linesOf(page)).filter(Boolean)).toEqual(['Boats', 'a\tb']);
  await expectShown(imagesOf(page).first());
  await page.getByRole('treeitem', { name: 'simple-list' }).click();
  await expect.poll(() => linesOf(page)).toEqual(['Apple', 'Banana']);
});

test('a file waits for the code that reads it', async ({ openAsGuest }) => {
  const { page, context } = await openAsGuest();
  await page.goto('/');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialogOf(page)).toBeVisible();
  await context.setOffline(true);
  await choose(page, [fileOf('log.md', '# Tide log')]);
  await expect(reportOf(page, 'log.md')).toContainText('could not be loaded');
  await context.setOffline(false);
  await dialogOf(page).getByRole('button', { name: 'Import more' }).click();
  await choose(page, [fileOf('log.md', '# Tide log')]);
  await expect(dialogOf(page).getByRole('status')).toHaveText('1 document was imported.');
});

test('files that are dropped on a document in the list come into it', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Journal');
  await expectSaved(page);
  const journal = page.getByRole('treeitem', { name: 'Journal' });
  const id = await journal.getAttribute('data-document');
  await dropOn(page, `[data-document="${id}"]`, [
    fileOf('monday.md', 'first'),
    fileOf('tuesday.md', 'second'),
  ]);
  await expect(dialogOf(page).getByRole('status')).toHaveText('2 documents were imported.');
  await dialogOf(page).getByRole('button', { name: 'Close' }).click();
  await journal.focus();
  await journal.press('ArrowRight');
  await expect(page.getByRole('treeitem', { name: /day/ })).toHaveText([/monday/, /tuesday/]);
});

test('a vault of Obsidian and an export of Notion become trees with images and links', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await page.goto('/');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await choose(page, [await fixture('vault.zip'), await fixture('notion.zip')]);
  await expect(dialogOf(page).getByRole('status')).toHaveText('7 documents were imported.', {
    timeout: 30_000,
  });
  const report = reportOf(page, 'vault.zip');
  await expect(report).toContainText('1 property at the top of the file was left out.');
  await expect(report).toContainText('1 link led to something that is not in the zip file.');
  await expect(report).toContainText('1 file was left out');
  await expect(reportOf(page, 'notion.zip')).toContainText('Everything was carried over.');
  await expectAccessible(page, 'report of zip files');
  await page.screenshot({ path: test.info().outputPath('zip-report.png') });
  await dialogOf(page).getByRole('button', { name: 'Close' }).click();

  const tree = page.getByRole('treeitem');
  await tree.filter({ hasText: 'Harbour' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem', { name: 'Quay' }).click();
  await expectShown(imagesOf(page).first());
  await expectSaved(page);
  await page.screenshot({ path: test.info().outputPath('vault.png') });
  const link = page.locator('.page-text a', { hasText: 'the tides' });
  const path = await link.getAttribute('href');
  expect(path).toMatch(/^\/d\/[\w-]{22}$/);
  await page.goto(path!);
  await expect(titleOf(page)).toHaveValue('Tide table');
  await expect
    .poll(() => linesOf(page))
    .toEqual(['Monday, 06:12', 'Tuesday, 07:03', 'Back to the quay.']);
  await page.goto('/');
  await tree.filter({ hasText: 'Log' }).click();
  await expect(titleOf(page)).toHaveValue('Log');
  await expectShown(imagesOf(page).first());
  await page.reload();
  await expectShown(imagesOf(page).first());
  await expect(page.locator('.page-text a', { hasText: 'Monday' })).toHaveAttribute(
    'href',
    /^\/d\/[\w-]{22}$/,
  );
});
