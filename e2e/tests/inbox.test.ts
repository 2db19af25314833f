/** The inbox: what concerns a person, wherever they are. */

import { newDocumentId } from '@tandem/client';
import type { Locator, Page } from '@playwright/test';

import { expectAccessible } from '../harness/accessibility.ts';
import { comment } from '../harness/comments.ts';
import {
  documentPathOf,
  expectInstalled,
  expectSaved,
  NETWORK_ERRORS,
  openSharedDocument,
  textOf,
  writeLines,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';
import { createBot } from '../load/bot.ts';

function bellOf(page: Page): Locator {
  return page
    .getByRole('navigation', { name: 'Documents' })
    .getByRole('button', { name: /^Inbox/ });
}

function inboxOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Inbox' });
}

async function expectUnread(count: number, ...pages: readonly Page[]): Promise<void> {
  for (const page of pages)
    await expect(bellOf(page)).toHaveAccessibleName(count === 0 ? 'Inbox' : `Inbox, ${count} new`);
}

function chatFieldOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message everyone here' });
}

async function openChat(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
  await expect(chatFieldOf(page)).toBeVisible();
}

/** Sends a message that names Ben. */
async function mentionBen(page: Page, text: string): Promise<void> {
  await chatFieldOf(page).pressSequentially('@be');
  await page.getByRole('option', { name: 'Ben' }).click();
  await chatFieldOf(page).pressSequentially(text);
  await chatFieldOf(page).press('Enter');
  await expect(chatFieldOf(page)).toHaveValue('');
}

test('a mention is counted wherever the person is, leads to the message, and is read in all tabs', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await expectUnread(0, ben);
  await bellOf(ben).click();
  await expect(inboxOf(ben)).toContainText('Nothing here yet');
  await ben.keyboard.press('Escape');
  await expect(inboxOf(ben)).toBeHidden();
  await expect(bellOf(ben)).toBeFocused();

  await ben.getByRole('link', { name: 'All documents' }).click();
  const second = await ben.context().newPage();
  await second.goto('/');
  await openChat(ada);
  await mentionBen(ada, 'low at noon <b>');
  await expectUnread(1, ben, second);
  await expect(ben.getByText('Ada mentioned you in Tide log: @Ben low at noon <b>')).toBeAttached();
  await expectUnread(0, ada);

  await bellOf(ben).click();
  const entry = inboxOf(ben).getByRole('link', { name: 'Unread: Ada mentioned you in Tide log' });
  await expect(inboxOf(ben)).toContainText('@Ben low at noon <b>');
  await ben.bringToFront();
  await expectAccessible(ben, 'inbox');
  await entry.focus();
  await ben.keyboard.press('Enter');
  await expect(ben).toHaveURL(/\/d\//);
  await expect(inboxOf(ben)).toBeHidden();
  await expect(ben.getByRole('log')).toContainText('low at noon <b>');
  await expectUnread(0, ben, second);
});

test('replies in a thread are one entry, which leads to the thread; all are read at once', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ben, ['High water at nine.']);
  await expectSaved(ben);
  await comment(ben, 'nine', 'Is that winter time?');
  await ben.getByRole('link', { name: 'All documents' }).click();
  await expect(textOf(ada)).toContainText('High water');
  await ada
    .getByRole('banner')
    .getByRole('button', { name: /^Comments/ })
    .click();
  const thread = ada.getByRole('article', { name: /^Comment by/ });
  await thread.click();
  const reply = thread.getByRole('textbox', { name: 'Reply' });
  for (const text of ['It is.', 'Or was.']) {
    await reply.fill(text);
    await reply.press('Enter');
    await expect(reply).toHaveValue('');
  }
  await expectUnread(2, ben);
  await bellOf(ben).click();
  await expect(inboxOf(ben).getByRole('listitem')).toHaveCount(1);
  await expect(inboxOf(ben)).toContainText(/Ada replied to you in Tide log.*Or was\..*2 messages/s);
  await inboxOf(ben).getByRole('button', { name: 'Mark all as read' }).click();
  await expectUnread(0, ben);
  await expect(inboxOf(ben).getByRole('button', { name: 'Mark all as read' })).toBeDisabled();
  await inboxOf(ben).getByRole('link', { name: 'Ada replied to you in Tide log' }).click();
  await expect(
    ben.getByRole('article', { name: /^Comment by/ }).filter({ hasText: 'Or was.' }),
  ).toBeVisible();
});

test('what a person may no longer read is not in the inbox, nor counted, until it comes back', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ben.getByRole('link', { name: 'All documents' }).click();
  await openChat(ada);
  await mentionBen(ada, 'low at noon');
  await expectUnread(1, ben);
  await ada.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await ada.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await expectUnread(0, ben);
  await bellOf(ben).click();
  await expect(inboxOf(ben)).toContainText('Nothing here yet');
  await ada.getByRole('navigation').getByRole('link', { name: 'Trash' }).click();
  await ada
    .getByRole('main')
    .getByRole('button', { name: /^Restore/ })
    .click();
  await expect(inboxOf(ben)).toContainText('Ada mentioned you in Tide log');
  await expectUnread(1, ben);
});

test.describe('without a network', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

  test('what was read is read on the other device once the network is back', async ({
    openAsGuest,
  }) => {
    const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
    await ben.getByRole('link', { name: 'All documents' }).click();
    const second = await ben.context().newPage();
    await second.goto('/');
    await openChat(ada);
    await mentionBen(ada, 'low at noon');
    await expectUnread(1, ben, second);
    await second.close();
    await expectInstalled(ben);
    await ben.context().setOffline(true);
    await bellOf(ben).click();
    await inboxOf(ben).getByRole('button', { name: 'Mark all as read' }).click();
    await expectUnread(0, ben);
    await mentionBen(ada, 'high at six');
    await ben.context().setOffline(false);
    const third = await ben.context().newPage();
    await third.goto('/');
    await expectUnread(1, ben, third);
  });
});

test('a role is told, and read when the document is opened', async ({ openAsGuest, server }) => {
  const { page } = await openAsGuest();
  // The page has its session, and is not made two guests.
  await expectSaved(page);
  await expectUnread(0, page);
  const headers = { origin: server.url };
  const session = await page.request.post('/api/session', { headers });
  const { user } = (await session.json()) as { user: { id: string } };
  await using owner = await createBot(server.directUrl);
  const { commands } = owner.client;
  // Roles are given to people who have shared a document before.
  const meeting = newDocumentId();
  commands.run({ name: 'document:create', input: { document: meeting, title: 'Meeting' } });
  await expect
    .poll(async () => (await page.request.get(`/api/documents/${meeting}`)).status())
    .toBe(200);
  await page.goto(`/d/${meeting}`);
  await expect(textOf(page)).toBeEditable();
  await page.goto('/');
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(2);
  const document = newDocumentId();
  commands.run({ name: 'document:create', input: { document, title: 'Harbour rota' } });
  commands.run({ name: 'member:change', input: { document, user: user.id, role: 'viewer' } });
  await expectUnread(1, page);
  await bellOf(page).click();
  await expect(inboxOf(page)).toContainText(/shared Harbour rota with you/);
  await page.keyboard.press('Escape');
  await page.goto(`/d/${document}`);
  await expectUnread(0, page);
});

test('a document can be muted, or followed for all comments', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, ['High water at nine.']);
  const choose = async (choice: string) => {
    await ben.getByRole('banner').getByRole('button', { name: 'More' }).click();
    await ben.getByRole('menuitem', { name: 'Notify me of' }).click();
    await ben.getByRole('menuitemradio', { name: choice }).click();
    await expect(ben.getByRole('menu')).toHaveCount(0);
    await expectSaved(ben);
  };
  await choose('Nothing');
  await openChat(ada);
  await mentionBen(ada, 'low at noon');
  await choose('All comments');
  await ben.getByRole('link', { name: 'All documents' }).click();
  await comment(ada, 'nine', 'Sure?');
  await expectUnread(1, ben);
  await bellOf(ben).click();
  await expect(inboxOf(ben).getByRole('listitem')).toHaveCount(1);
  await expect(inboxOf(ben)).toContainText('Ada commented on Tide log');
});

test('on a phone, the inbox takes the whole screen', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  const { page: ben } = await openAsGuest(documentPathOf(ada), phone);
  await expect(textOf(ben)).toBeVisible();
  const headers = { origin: new URL(ben.url()).origin };
  await ben.request.patch('/api/me', { data: { name: 'Ben' }, headers });
  await openChat(ada);
  await mentionBen(ada, 'low at noon');
  const opener = ben.getByRole('banner').getByRole('button', { name: /^Open the list/ });
  await expect(opener).toHaveAccessibleName('Open the list of documents. Inbox, 1 new');
  await opener.click();
  await bellOf(ben).click();
  await expect(inboxOf(ben)).toBeVisible();
  const box = await inboxOf(ben).boundingBox();
  expect(box?.width).toBe(ben.viewportSize()?.width);
  await inboxOf(ben)
    .getByRole('link', { name: /Ada mentioned you/ })
    .click();
  await expect(ben.getByRole('log')).toContainText('low at noon');
});
