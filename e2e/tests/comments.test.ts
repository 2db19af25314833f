/** Comments beside the text. */

import type { Locator, Page } from '@playwright/test';
import {
  documentPathOf,
  expectSaved,
  openSharedDocument,
  saveStatusOf,
  textOf,
  writeLines,
} from '../harness/screens.ts';
import { expectAccessible } from '../harness/accessibility.ts';
import { comment, select } from '../harness/comments.ts';
import { expect, phone, test } from '../harness/test.ts';

const LINES = ['High water at nine.', 'Low water at three.', 'Bring the boat.'] as const;

function panelOf(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Comments' });
}

function threadOf(page: Page, text: string): Locator {
  return page.getByRole('article', { name: /^Comment by/ }).filter({ hasText: text });
}

/** The words that are marked in the text. */
async function marked(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    ['comment', 'comment-active'].flatMap((name) =>
      [...(CSS.highlights.get(name) ?? [])].map((range) => (range as Range).toString()),
    ),
  );
}

async function setLink(page: Page, choice: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  const share = page.getByRole('dialog', { name: 'Share' });
  await share.getByRole('button', { name: /^Access by the link/ }).click();
  await page.getByRole('menuitemradio', { name: choice }).click();
  await page.keyboard.press('Escape');
  await expect(share).toBeHidden();
}

test('a comment is marked in the text of others, answered, resolved and reopened', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, LINES);
  await expectSaved(ada);
  await comment(ada, 'three', 'Is that winter time?');
  await expect(threadOf(ada, 'Is that winter time?')).toBeVisible();
  await expect.poll(() => marked(ben)).toEqual(['three']);

  const button = ben.getByRole('banner').getByRole('button', { name: /^Comments/ });
  await expect(button).toHaveAccessibleName('Comments, 1 new');
  await button.click();
  await expect(button).toHaveAccessibleName('Comments');
  const thread = threadOf(ben, 'Is that winter time?');
  await expect(thread).toContainText('three');
  await thread.click();
  await thread.getByRole('textbox', { name: 'Reply' }).fill('Yes, it is.');
  await ben.keyboard.press('Enter');
  await expect(threadOf(ada, 'Is that winter time?')).toContainText('1 reply');
  await threadOf(ada, 'Is that winter time?').click();
  await expect(threadOf(ada, 'Yes, it is.')).toBeVisible();
  await expectAccessible(ada, 'comments');

  await thread.getByRole('button', { name: 'Resolve' }).click();
  await expect(thread).toBeHidden();
  await expect.poll(() => marked(ada)).toEqual([]);
  await panelOf(ben)
    .getByRole('button', { name: /^Which comments/ })
    .click();
  await ben.getByRole('menuitemradio', { name: 'Resolved' }).click();
  await expect(thread).toContainText('Resolved by Ben');
  await thread.getByRole('button', { name: 'Reopen' }).click();
  await expect.poll(() => marked(ada)).toEqual(['three']);
});

test('comments stay with their words, and say when those are gone', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, LINES);
  await comment(ada, 'water at three', 'Sure?');
  await expect.poll(() => marked(ben)).toEqual(['water at three']);
  // The line moves up, and is split in the middle of the words.
  await select(ben, 'Low');
  await ben.keyboard.press('Alt+Shift+ArrowUp');
  await select(ben, 'at three');
  await ben.keyboard.press('ArrowLeft');
  await ben.keyboard.press('Enter');
  await expectSaved(ben);
  for (const page of [ada, ben])
    await expect
      .poll(async () => (await marked(page)).join().replaceAll(/\s+/g, ' '))
      .toMatch(/^water ?at three$/);
  await select(ben, 'water ');
  await ben.keyboard.press('Delete');
  await select(ben, 'at three');
  await ben.keyboard.press('Delete');
  await expect(threadOf(ada, 'Sure?')).toContainText('The text this was about is gone');
  await expect(threadOf(ada, 'Sure?')).toContainText('water at three');
  await textOf(ben).focus();
  await ben.keyboard.press('ControlOrMeta+Z');
  await ben.keyboard.press('ControlOrMeta+Z');
  await expect(threadOf(ada, 'Sure?')).not.toContainText('is gone');
});

test('people who may only comment select read-only text and comment on it', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await writeLines(ada, LINES);
  await expectSaved(ada);
  await setLink(ada, 'Can comment');
  const { page: guest } = await openAsGuest(documentPathOf(ada));
  await expect(saveStatusOf(guest)).toHaveText('Comment only');
  await comment(guest, 'boat', 'Which one?');
  await expect(textOf(guest)).not.toBeEditable();
  await expect.poll(() => marked(ada)).toEqual(['boat']);
  await setLink(ada, 'Can view');
  await threadOf(guest, 'Which one?').click();
  await expect(guest.getByRole('textbox', { name: 'Reply' })).toBeHidden();
  await select(guest, 'nine');
  await expect(guest.getByRole('toolbar')).toBeHidden();
});

test('a link to a comment shows its text, and the keyboard comments and answers', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await writeLines(ada, [...LINES, ...Array.from({ length: 60 }, (_, i) => `Line ${i}`)]);
  await select(ada, 'Line 58');
  await ada.keyboard.press('ControlOrMeta+Alt+m');
  // What is typed at once is in the comment, not in the text.
  await ada.keyboard.type('Far down');
  const field = ada.getByRole('textbox', { name: 'Comment on this' });
  await expect(field).toHaveValue('Far down');
  await expect(field).toBeFocused();
  await ada.keyboard.press('Enter');
  const thread = threadOf(ada, 'Far down');
  await expect(thread).toBeVisible();
  await expectSaved(ada);
  const id = await thread.getAttribute('data-thread');
  const { page: ben } = await openAsGuest(`${documentPathOf(ada)}#comment=${id}`);
  await expect(threadOf(ben, 'Far down').getByRole('textbox', { name: 'Reply' })).toBeVisible();
  await expect(ben.getByText('Line 58', { exact: true }).first()).toBeInViewport();
  // A caret in the words goes to their comment.
  await select(ada, 'Line 58');
  await ada.keyboard.press('ArrowLeft');
  await expect(ada.getByText('Ada commented: Far down')).toBeAttached();
  await ada.keyboard.press('ControlOrMeta+Alt+m');
  await expect(thread.getByRole('textbox', { name: 'Reply' })).toBeVisible();
});

test('a comment that is written offline is sent with the connection', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, LINES);
  await expectSaved(ada);
  await comment(ada, 'nine', 'First');
  await expect.poll(() => marked(ben)).toEqual(['nine']);
  await ada.context().setOffline(true);
  await comment(ada, 'three', 'From the boat');
  await expect(threadOf(ada, 'From the boat')).toBeVisible();
  await ada.context().setOffline(false);
  await expect.poll(() => marked(ben)).toEqual(['nine', 'three']);
});

test.describe('on a phone', () => {
  test.use(phone);

  test('comments are in a sheet, and the text is shown again', async ({ openAsGuest }) => {
    const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
    await writeLines(ada, LINES);
    await comment(ada, 'boat', 'Which one?');
    await ada
      .getByRole('banner')
      .getByRole('button', { name: /^Comments/ })
      .click();
    const sheet = ada.getByRole('dialog', { name: 'Comments' });
    await expect(sheet.getByRole('article')).toContainText('Which one?');
    await sheet.getByRole('button', { name: /^Show in the text/ }).click();
    await expect(sheet).toBeHidden();
  });
});
