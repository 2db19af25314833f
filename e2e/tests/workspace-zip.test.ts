/** All documents as one zip file: out of one guest's list, and into that of another. */

import type { Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import { chooseFiles, expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import { expectSaved, linesOf, paste, startDocument, textOf, titleOf } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name });
const itemsOf = (page: Page) => page.getByRole('treeitem');

async function importFile(page: Page, path: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const chooser = page.waitForEvent('filechooser');
  await dialogOf(page, 'Import').getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(path);
}

test('a tree with texts and images moves to another person', async ({ openAsGuest }) => {
  const { page: ada } = await openAsGuest();
  await startDocument(ada, 'Journal');
  await paste(ada, '- [x] charts\n- [ ] oil\n');
  await expect.poll(() => linesOf(ada)).toEqual(['charts', 'oil']);
  await ada.getByRole('treeitem', { name: 'Journal' }).hover();
  await ada.getByRole('button', { name: 'New document inside Journal' }).click();
  await titleOf(ada).fill('Monday');
  await titleOf(ada).press('Enter');
  await textOf(ada).click();
  await ada.keyboard.type('calm');
  await ada.keyboard.press('Enter');
  await chooseFiles(ada, 'image', [picture('quay.png', 320, 180)]);
  await expectShown(imagesOf(ada).first());
  await expectSaved(ada);

  await ada.goto('/');
  await ada.getByRole('button', { name: 'Export all documents' }).click();
  const dialog = dialogOf(ada, 'Export all documents');
  await expectAccessible(ada, 'export of all documents');
  await ada.screenshot({ path: test.info().outputPath('export-all.png') });
  const downloading = ada.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^Tandem \d{4}-\d\d-\d\d\.zip$/);
  await expect(dialog.getByRole('status')).toContainText('with 3 documents is in your downloads');
  const path = test.info().outputPath('workspace.zip');
  await download.saveAs(path);

  const { page: ben } = await openAsGuest();
  await importFile(ben, path);
  await expect(dialogOf(ben, 'Import').getByRole('status')).toHaveText(
    '3 documents were imported.',
  );
  await ben.screenshot({ path: test.info().outputPath('imported.png') });
  await dialogOf(ben, 'Import').getByRole('button', { name: 'Close' }).click();
  // Above those that were there, in their order.
  await expect(itemsOf(ben)).toHaveText([/Journal/, /Welcome/, /Welcome/]);
  await itemsOf(ben).first().focus();
  await ben.keyboard.press('ArrowRight');
  await ben.getByRole('treeitem', { name: 'Monday' }).click();
  await expect(titleOf(ben)).toHaveValue('Monday');
  await expectShown(imagesOf(ben).first());
  expect(await imagesOf(ben).first().getAttribute('src')).toMatch(/^(?:blob:|\/api\/documents\/)/);
  await expectSaved(ben);
  await ben.reload();
  await expectShown(imagesOf(ben).first());
  await ben.getByRole('treeitem', { name: 'Journal' }).click();
  await expect.poll(() => linesOf(ben)).toEqual(['charts', 'oil']);
  await expect(textOf(ben).locator('[data-checked]')).toHaveCount(1);
});

test('a zip file of something else is refused', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  const path = test.info().outputPath('other.zip');
  const { writeFile } = await import('node:fs/promises');
  // The end of a zip file without entries.
  await writeFile(path, Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex'));
  await importFile(page, path);
  await expect(dialogOf(page, 'Import').getByRole('listitem')).toContainText(
    'is no export of all documents',
  );
});
