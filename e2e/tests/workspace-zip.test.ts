/** All documents as one zip file: out of one guest's list, and into that of another. */

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js';
import { expectAccessible } from '../harness/accessibility.ts';
import { chooseFiles, expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import { comment } from '../harness/comments.ts';
import {
  documentPathOf,
  expectSaved,
  linesOf,
  openSharedDocument,
  paste,
  startDocument,
  textOf,
  titleOf,
  writeLines,
} from '../harness/screens.ts';
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

async function exportAll(page: Page, path: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Export all documents' }).click();
  const dialog = dialogOf(page, 'Export all documents');
  const downloading = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await (await downloading).saveAs(path);
  await expect(dialog.getByRole('status')).toContainText('in your downloads');
  await expect(dialog.getByRole('status')).not.toContainText('missing');
}

/** What the zip file says of the documents that have some. */
async function partsIn(path: string, part: 'comments' | 'chat'): Promise<unknown[]> {
  const zip = new ZipReader(new BlobReader(new Blob([await readFile(path)])));
  const found: unknown[] = [];
  for (const entry of await zip.getEntries()) {
    if (entry.directory || !entry.filename.startsWith('documents/')) continue;
    const { [part]: given } = JSON.parse(await entry.getData(new TextWriter())) as {
      readonly comments: readonly unknown[];
      readonly chat: readonly unknown[];
    };
    if (given.length > 0) found.push(given);
  }
  return found;
}

test('comments come along as those of people by name, and leave again as they came', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, ['High water at nine.', 'Low water at three.']);
  await expectSaved(ada);
  await comment(ada, 'three', 'Winter time?');
  const thread = (page: Page) => page.getByRole('article', { name: /^Comment by/ });
  await ben
    .getByRole('banner')
    .getByRole('button', { name: /^Comments/ })
    .click();
  await thread(ben).click();
  await thread(ben).getByRole('textbox', { name: 'Reply' }).fill('Yes.');
  await ben.keyboard.press('Enter');
  await thread(ben).locator('[data-message]').first().hover();
  await thread(ben).getByRole('button', { name: 'Add a reaction' }).first().click();
  await ben.getByRole('button', { name: '🌊', exact: true }).click();
  await expect(thread(ben).getByRole('button', { name: '🌊 from Ben' })).toBeVisible();
  await expect(thread(ada)).toContainText('1 reply');
  await comment(ada, 'nine', 'Sure?');
  await thread(ada).filter({ hasText: 'Sure?' }).getByRole('button', { name: 'Resolve' }).click();
  await expectSaved(ada);
  const first = test.info().outputPath('first.zip');
  await exportAll(ada, first);

  const { page: cleo } = await openAsGuest();
  await importFile(cleo, first);
  const dialog = dialogOf(cleo, 'Import');
  await expect(dialog.getByRole('status')).toContainText('imported.', { timeout: 30_000 });
  await expect(dialog.getByRole('listitem')).toContainText('Everything was carried over.');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await itemsOf(cleo).first().click();
  await cleo.getByRole('banner').getByRole('button', { name: 'Comments', exact: true }).click();
  await thread(cleo).click();
  await expect(thread(cleo)).toHaveAccessibleName(
    /^Comment by Ada \(from a file that .* imported\)$/,
  );
  await expect(thread(cleo)).toContainText('three');
  await expect(thread(cleo)).toContainText(/From a file that .* imported/);
  await expect(thread(cleo).locator('[data-message]').nth(1)).toContainText('Ben');
  await expect
    .poll(() =>
      cleo.evaluate(() =>
        [...(CSS.highlights.get('comment-active') ?? [])].map((range) =>
          (range as Range).toString(),
        ),
      ),
    )
    .toEqual(['three']);
  await thread(cleo).locator('[data-message]').first().hover();
  await expectAccessible(cleo, 'imported comments');
  for (const colorScheme of ['light', 'dark'] as const) {
    await cleo.emulateMedia({ colorScheme });
    const path = test.info().outputPath(`imported-comments-${colorScheme}.png`);
    await cleo.screenshot({ path });
  }
  await cleo.emulateMedia({ colorScheme: 'light' });
  const reaction = thread(cleo).getByRole('button', { name: '🌊 from people in a file: Ben' });
  await reaction.hover();
  await expect(cleo.getByText('people in a file: Ben')).toBeVisible();
  await cleo.screenshot({ path: test.info().outputPath('imported-reaction.png') });
  await expect(thread(cleo).getByRole('button', { name: 'Edit' })).toHaveCount(0);
  await cleo.getByRole('button', { name: /^Which comments/ }).click();
  await cleo.getByRole('menuitemradio', { name: 'Resolved' }).click();
  await expect(thread(cleo)).toContainText(/Resolved by Ada.*From a file that .* imported/);
  // That of the resolution, and that of the comment.
  await expect(thread(cleo).getByText(/^From a file that .* imported$/)).toHaveCount(2);
  await cleo.screenshot({ path: test.info().outputPath('imported-resolution.png') });
  const desktop = cleo.viewportSize()!;
  await cleo.setViewportSize({ width: 390, height: 844 });
  await cleo.getByRole('banner').getByRole('button', { name: 'Comments', exact: true }).click();
  const sheet = dialogOf(cleo, 'Comments');
  await expect(sheet).toContainText(/From a file that .* imported/);
  await cleo.screenshot({ path: test.info().outputPath('imported-comments-phone.png') });
  await cleo.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await cleo.setViewportSize(desktop);
  const second = test.info().outputPath('second.zip');
  await exportAll(cleo, second);
  const exported = await partsIn(first, 'comments');
  expect(exported).toMatchObject([[{}, {}]]);
  expect(await partsIn(second, 'comments')).toEqual(exported);
});

const chatButtonOf = (page: Page) =>
  page.getByRole('banner').getByRole('button', { name: /^Chat/ });
const messageIn = (page: Page, text: string) =>
  page.getByRole('log').getByRole('listitem').filter({ hasText: text }).last();

async function send(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message everyone here' });
  await field.fill(text);
  await field.press('Enter');
  await expect(page.getByText('sending…')).toBeHidden();
}

test('a chat comes along, new to nobody, and leaves again as it came', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  for (const page of [ada, ben]) await chatButtonOf(page).click();
  await send(ada, 'High water at nine.');
  await send(ada, 'Forget this.');
  await messageIn(ben, 'High water').hover();
  await messageIn(ben, 'High water').getByRole('button', { name: 'Reply' }).click();
  await send(ben, 'At ten.');
  await messageIn(ada, 'At ten.').hover();
  await messageIn(ada, 'At ten.').getByRole('button', { name: 'Add a reaction' }).click();
  await ada.getByRole('button', { name: '🌊', exact: true }).click();
  await expect(ben.getByRole('button', { name: '🌊 from Ada' })).toBeVisible();
  await messageIn(ben, 'At ten.').hover();
  await messageIn(ben, 'At ten.').getByRole('button', { name: 'More' }).click();
  await ben.getByRole('menuitem', { name: 'Edit' }).click();
  await send(ben, 'At ten, in summer.');
  await expect(messageIn(ada, 'in summer')).toContainText('edited');
  await messageIn(ada, 'Forget').hover();
  await messageIn(ada, 'Forget').getByRole('button', { name: 'More' }).click();
  await ada.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(messageIn(ben, 'This message was deleted.')).toBeVisible();
  await send(ada, 'Thanks.');
  await expectSaved(ada);
  const first = test.info().outputPath('first.zip');
  await exportAll(ada, first);

  const { page: cleo } = await openAsGuest();
  await importFile(cleo, first);
  const dialog = dialogOf(cleo, 'Import');
  await expect(dialog.getByRole('status')).toContainText('imported.', { timeout: 30_000 });
  await expect(dialog.getByRole('listitem')).toContainText('Everything was carried over.');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await itemsOf(cleo).first().click();
  await expect(titleOf(cleo)).toHaveValue('Tide log');
  await expect(chatButtonOf(cleo)).toHaveAccessibleName('Chat');
  await expectSaved(cleo);
  const { page: dan } = await openAsGuest(documentPathOf(cleo));
  await expect(titleOf(dan)).toHaveValue('Tide log');
  await chatButtonOf(cleo).click();
  await expect(messageIn(cleo, 'in summer')).toContainText('High water at nine.');
  await expect(messageIn(cleo, 'in summer')).toContainText('edited');
  await expect(messageIn(cleo, 'in summer')).toContainText(/Ben.*From a file that .* imported/s);
  await expect(cleo.getByRole('button', { name: '🌊 from people in a file: Ada' })).toBeVisible();
  await expect(cleo.getByRole('separator', { name: 'New messages' })).toHaveCount(0);
  await messageIn(cleo, 'Thanks.').hover();
  await messageIn(cleo, 'Thanks.').getByRole('button', { name: 'More' }).click();
  await expect(cleo.getByRole('menuitem', { name: 'Delete' })).toBeVisible();
  await expect(cleo.getByRole('menuitem', { name: 'Edit' })).toHaveCount(0);
  await cleo.keyboard.press('Escape');
  await expectAccessible(cleo, 'imported chat');
  await cleo.screenshot({ path: test.info().outputPath('imported-chat.png') });
  await expect(chatButtonOf(dan)).toHaveAccessibleName('Chat');
  await dan.reload();
  await expect(titleOf(dan)).toHaveValue('Tide log');
  await expect(chatButtonOf(dan)).toHaveAccessibleName('Chat');
  const second = test.info().outputPath('second.zip');
  await exportAll(cleo, second);
  const exported = await partsIn(first, 'chat');
  expect(exported).toMatchObject([
    [
      { text: 'High water at nine.', author: { name: 'Ada' }, replyTo: null },
      {
        ...{ text: 'At ten, in summer.', author: { name: 'Ben' }, replyTo: 0 },
        reactions: [{ emoji: '🌊', names: ['Ada'] }],
      },
      { text: 'Thanks.', editedAt: null },
    ],
  ]);
  expect(await partsIn(second, 'chat')).toEqual(exported);
  // What a person writes is new to others.
  await cleo.goBack();
  await send(cleo, 'Imported.');
  await expect(chatButtonOf(dan)).toHaveAccessibleName('Chat, 1 new message');
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
