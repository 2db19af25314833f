/** Adding people by name and by address: PE3, IA1 to IA4 of PROTOCOL.md. */
import { newAddress, signUp } from '../harness/accounts.ts';
import { MailSink } from '../harness/mail-sink.ts';
import {
  changeOwnName,
  documentPathOf,
  expectSaved,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { Server } from '../harness/server.ts';
import { expect, test as base } from '../harness/test.ts';
import type { Locator, Page } from '@playwright/test';

interface Fixtures {
  sink: MailSink;
}

const test = base.extend<Fixtures>({
  // Playwright requires a destructuring pattern for the fixtures in use.
  // oxlint-disable-next-line no-empty-pattern
  sink: async ({}, use) => {
    await using sink = await MailSink.start();
    await use(sink);
  },
  server: async ({ sink }, use) => {
    const mail = { PUBLIC_URL: '{url}', SMTP_URL: sink.url, MAIL_FROM: 'tandem@example.org' };
    await using server = await Server.create({ env: { ...mail, DIRECTORY: 'accounts' } });
    await use(server);
  },
});

// A document that nobody has shared yet answers with these.
test.use({ allowedErrors: [/status of 40[134]/] });

async function openShare(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  return page.getByRole('dialog', { name: 'Share' });
}

const field = (share: Locator) =>
  share.getByRole('searchbox', { name: 'Add people by name or address' });

async function startOwnDocument(page: Page, name: string): Promise<void> {
  await changeOwnName(page, name);
  await signUp(page, newAddress());
  await page.goto('/');
  await startDocument(page, 'Harbour rota');
  await expectSaved(page);
  const share = await openShare(page);
  await share.getByRole('button', { name: /^Access by the link/ }).click();
  await page.getByRole('menuitemradio', { name: 'Off' }).click();
}

test('IA1 IA2 IA3 an address is invited by mail, and becomes a person once its person comes', async ({
  openAsGuest,
  sink,
}) => {
  const email = newAddress();
  const { page: ada } = await openAsGuest();
  await startOwnDocument(ada, 'Ada');
  const share = ada.getByRole('dialog', { name: 'Share' });
  await field(share).fill(email);
  await share.getByRole('button', { name: `Invite ${email}` }).click();
  await expect(share.getByRole('status')).toContainText([
    /.*/,
    'is invited, and is mailed the link',
  ]);
  const waiting = share.getByRole('region', { name: 'Invited' });
  await expect(waiting.getByRole('listitem')).toContainText([email]);
  const link = new URL(await sink.linkTo(email));
  expect(link.pathname).toBe(documentPathOf(ada));

  const { page: ben } = await openAsGuest(link.pathname);
  await expect(ben.getByRole('heading', { name: 'You need access' })).toBeVisible();
  await expect(ben.getByText('Was it shared with your e-mail address?')).toBeVisible();
  await ben.goto('/');
  await changeOwnName(ben, 'Ben');
  const account = await signUp(ben, email);
  await ben.goto(link.pathname);
  await expect(ben.getByRole('heading', { name: 'You need access' })).toBeVisible();
  await ben.goto('/');
  await expectSaved(ben);
  await ben.getByRole('button', { name: 'Ben' }).first().click();
  await ben.getByRole('button', { name: 'Account and devices' }).click();
  await account.getByRole('button', { name: 'Send a link' }).click();
  await expect.poll(async () => await sink.linkTo(email)).toContain('#verify');
  const { hash } = new URL(await sink.linkTo(email));
  await ben.goto('about:blank');
  await ben.goto(`/${hash}`);
  await ben.getByRole('button', { name: 'Confirm the address' }).click();
  await expect(ben.getByText('Your e-mail address is confirmed.')).toBeVisible();

  await ben.goto(link.pathname);
  await expect(textOf(ben)).toBeEditable();
  await expect(share.getByRole('button', { name: 'Role of Ben' })).toContainText('Can edit');
  await expect(waiting).toBeHidden();
  await share.getByRole('button', { name: 'Role of Ben' }).click();
  await ada.getByRole('menuitem', { name: 'Remove role' }).click();
  await expect(ben.getByRole('heading', { name: 'You need access' })).toBeVisible();
});

test('IA4 PE3 an invitation is withdrawn; somebody with an account is found by name and added', async ({
  openAsGuest,
}) => {
  const { page: cleo } = await openAsGuest();
  await changeOwnName(cleo, 'Cléo Ångström');
  await signUp(cleo, newAddress());
  const { page: ada } = await openAsGuest();
  await startOwnDocument(ada, 'Ada');
  const share = ada.getByRole('dialog', { name: 'Share' });
  const email = newAddress();
  await field(share).fill(email);
  await ada.keyboard.press('Enter');
  await share.getByRole('button', { name: `Role of ${email}` }).click();
  await ada.getByRole('menuitemradio', { name: 'Can view' }).click();
  await expect(share.getByRole('button', { name: `Role of ${email}` })).toContainText('Can view');
  await share.getByRole('button', { name: `Role of ${email}` }).click();
  await ada.getByRole('menuitem', { name: 'Withdraw the invitation' }).click();
  await expect(share.getByRole('region', { name: 'Invited' })).toBeHidden();

  await field(share).fill('angs');
  await share.getByRole('button', { name: 'Add Cléo Ångström, who has an account here' }).click();
  await expect(share.getByRole('button', { name: 'Role of Cléo Ångström' })).toBeVisible();
  await cleo.goto(documentPathOf(ada));
  await expect(textOf(cleo)).toBeEditable();
});
