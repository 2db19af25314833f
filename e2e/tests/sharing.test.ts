/** Access rights, and that changes take effect immediately on open pages. */

import { newDocumentId } from '@tandem/client';
import type { Locator, Page } from '@playwright/test';
import {
  saveStatusOf,
  documentPathOf,
  expectSaved,
  NETWORK_ERRORS,
  startDocument,
  textOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';
import { createBot } from '../load/bot.ts';

/** A change of rights must take effect within a second; the rest is for a busy machine. */
const ACCESS_TIMEOUT = { timeout: 10_000 };

test.use({ allowedErrors: [/status of 40[34]/] });

async function openShare(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  return page.getByRole('dialog', { name: 'Share' });
}

async function chooseRole(page: Page, button: RegExp, choice: string): Promise<void> {
  const share = page.getByRole('dialog', { name: 'Share' });
  await share.getByRole('button', { name: button }).click();
  await page.getByRole('menuitemradio', { name: choice }).click();
}

test('the dialog lists the members, and only the owner can change access', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  const own = await openShare(ada);
  await expect(own.getByRole('listitem')).toHaveText([/Ada.*Owner/, /Ben.*joined by the link/]);
  const other = await openShare(ben);
  await expect(other.getByRole('listitem')).toHaveCount(2);
  await expect(other.getByText('Only the owner can change access.')).toBeVisible();
  await expect(other.getByRole('button', { name: /^Access by the link/ })).toBeHidden();
});

test('a link changed to read-only stops open editors', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openShare(ada);
  await chooseRole(ada, /^Access by the link/, 'Can view');
  await expect(saveStatusOf(ben)).toHaveText('View only', ACCESS_TIMEOUT);
  await expect(textOf(ben)).toHaveAttribute('contenteditable', 'false');
  await expect(textOf(ben)).not.toBeEditable();
  await chooseRole(ada, /^Access by the link/, 'Can edit');
  await expect(textOf(ben)).toBeEditable(ACCESS_TIMEOUT);
  await textOf(ben).click();
  await ben.keyboard.type('back again');
  await expectSaved(ben);
  await expect(textOf(ada)).toHaveText('back again');
});

test('a person with a link to comment reads and chats, but does not write', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  const share = await openShare(ada);
  await chooseRole(ada, /^Access by the link/, 'Can comment');
  await expect(share.getByText('Anyone with this link can read and comment.')).toBeVisible();
  await expect(saveStatusOf(ben)).toHaveText('Comment only', ACCESS_TIMEOUT);
  await expect(textOf(ben)).not.toBeEditable();
  await ben.getByRole('button', { name: 'Chat' }).click();
  await ben.getByRole('textbox', { name: 'Message everyone here' }).fill('May I have a look?');
  await ben.keyboard.press('Enter');
  await expect(ben.getByText('May I have a look?')).toBeVisible();
});

test('switching the link off closes the document only for people who joined by it', async ({
  openAsGuest,
}) => {
  const [ada, ben, cleo] = await openSharedDocument(openAsGuest, ['Ada', 'Ben', 'Cleo']);
  await openShare(ada);
  await chooseRole(ada, /^Role of Cleo/, 'Can edit');
  await expect(ada.getByRole('dialog').getByText('joined by the link')).toHaveCount(1);
  await chooseRole(ada, /^Access by the link/, 'Off');
  await expect(ben.getByRole('heading', { name: 'You need access' })).toBeVisible(ACCESS_TIMEOUT);
  await textOf(cleo).focus();
  await cleo.keyboard.type('still here');
  await expectSaved(cleo);

  const { page: dan } = await openAsGuest(documentPathOf(ada));
  await expect(dan.getByRole('heading', { name: 'You need access' })).toBeVisible();
});

test.describe('without a network', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS] });

  test('PO11 a link ends when its owner said, and what was not saved can be copied', async ({
    openAsGuest,
    server,
  }) => {
    await using owner = await createBot(server.directUrl);
    const { commands } = owner.client;
    const document = newDocumentId();
    commands.run({ name: 'document:create', input: { document, title: 'Tide log' } });
    const { page: ben } = await openAsGuest(`/d/${document}`);
    await expect(textOf(ben)).toBeEditable();
    await textOf(ben).click();
    await ben.keyboard.type('saved');
    await expectSaved(ben);
    await ben.context().setOffline(true);
    await ben.keyboard.type(' and not saved');
    const expiresAt = Date.now() + 3_000;
    commands.run({ name: 'link:change', input: { document, link: 'edit', expiresAt } });
    const found = async () => (await ben.request.get(`/api/documents/${document}`)).status();
    await expect.poll(found).toBe(404);
    await ben.context().setOffline(false);
    await expect(ben.getByRole('heading', { name: 'You need access' })).toBeVisible();
    await ben.getByRole('button', { name: /unsaved changes/ }).click();
    const drawer = ben.getByRole('dialog', { name: 'Not saved yet' });
    await expect(drawer).toContainText('cannot be sent');
    await expect(drawer.getByRole('button', { name: 'Copy text' })).toBeVisible();
  });
});

test('PO11 the dialog sets when the link ends, and says it to everyone', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  const share = await openShare(ada);
  await chooseRole(ada, /^When the link ends/, 'In 7 days');
  await expect(share.getByText(/^The link ends on/)).toBeVisible();
  const other = await openShare(ben);
  await expect(other.getByText(/^The link ends on/)).toBeVisible();
  await expect(other.getByRole('button', { name: /^When the link ends/ })).toBeHidden();
  await chooseRole(ada, /^When the link ends/, 'On a day …');
  await share.getByLabel('Last day of the link').fill('2099-12-31');
  await expect(share.getByText(/^The link ends on .*2099/)).toBeVisible();
  await chooseRole(ada, /^Access by the link/, 'Can view');
  await expect(share.getByText(/^The link ends on .*2099/)).toBeVisible();
  await chooseRole(ada, /^When the link ends/, 'Never');
  await expect(share.getByText('The link does not end by itself.')).toBeVisible();
});

test('a role adds the document to a person’s list, and its removal removes the document', async ({
  openAsGuest,
  server,
}) => {
  const { page } = await openAsGuest();
  const list = page.getByRole('main').getByRole('listitem');
  await expect(list).toHaveCount(1);
  await expectSaved(page);
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
  await expect(list).toHaveCount(2);
  const share = (title: string): string => {
    const document = newDocumentId();
    commands.run({ name: 'document:create', input: { document, title } });
    commands.run({ name: 'member:change', input: { document, user: user.id, role: 'viewer' } });
    return document;
  };
  share('Tide log');
  const taken = share('Harbour rota');
  await expect(list.filter({ hasText: 'Harbour rota' })).toContainText('New');
  commands.run({ name: 'member:remove', input: { document: taken, user: user.id } });
  await expect(list.filter({ hasText: 'Harbour rota' })).toBeHidden(ACCESS_TIMEOUT);

  await expect(list.filter({ hasText: 'Tide log' })).toContainText('New');
  const navigation = page.getByRole('navigation', { name: 'Documents' });
  await expect(navigation.getByRole('link', { name: /Tide log/ })).toContainText('New');
  await list.getByRole('link', { name: 'Tide log' }).click();
  await expect(saveStatusOf(page)).toHaveText('View only');
  await expect(navigation.getByRole('link', { name: /Tide log/ })).not.toContainText('New');
});

test('PE1 PE2 a person met before is found by name, distinguished from a namesake, and added', async ({
  openAsGuest,
}) => {
  const [ada, first, second] = await openSharedDocument(openAsGuest, ['Ada', 'Ben', 'Ben']);
  await ada.goto('/');
  await startDocument(ada, 'Harbour rota');
  await expectSaved(ada);
  const share = await openShare(ada);
  await chooseRole(ada, /^Access by the link/, 'Off');
  const search = share.getByRole('searchbox', { name: 'Add people by name' });
  await search.fill('nobody');
  await expect(share.getByText('No one is found by this name.')).toBeVisible();
  await search.fill('BEN');
  const found = share.getByRole('button', { name: /^Add .*Ben.*Tide log/ });
  await expect(found).toHaveCount(2);
  await found.first().click();
  await expect(found).toHaveCount(1);
  await expect(share.getByRole('button', { name: /^Role of .*Ben/ })).toHaveCount(1);

  for (const page of [first, second]) await page.goto('/');
  const rows = [first, second].map((page) =>
    page.getByRole('main').getByRole('listitem').filter({ hasText: 'Harbour rota' }),
  );
  const counts = async () => await Promise.all(rows.map((row) => row.count()));
  await expect.poll(async () => (await counts()).filter((count) => count === 1).length).toBe(1);
  const added = (await counts())[0] === 1 ? first : second;
  const mine = added.getByRole('main').getByRole('listitem').filter({ hasText: 'Harbour rota' });
  await expect(mine).toContainText('New');
  await mine.getByRole('link', { name: 'Harbour rota' }).click();
  await expect(textOf(added)).toBeEditable();
});

test('removing a role takes effect at once', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openShare(ada);
  await chooseRole(ada, /^Role of Ben/, 'Can view');
  await expect(saveStatusOf(ben)).toHaveText('View only', ACCESS_TIMEOUT);
  const share = ada.getByRole('dialog', { name: 'Share' });
  await share.getByRole('button', { name: /^Role of Ben/ }).click();
  await ada.getByRole('menuitem', { name: 'Remove role' }).click();
  await expect(textOf(ben)).toBeEditable(ACCESS_TIMEOUT);
});
