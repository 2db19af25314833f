/** Webhooks: made in the account, told to a program on this machine, paused, and removed. */
import { newAddress, openAccount, signUp } from '../harness/accounts.ts';
import { expectSaved, startDocument } from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';
import { WebhookReceiver } from '../harness/webhook-receiver.ts';

test.use({ serverOptions: { env: { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } } });

test.describe('with a program', () => {
  // An address that is refused.
  test.use({ allowedErrors: [/status of 400/] });

  test('a program is told what happens, and can check by whom', async ({ openAsGuest }) => {
    await using receiver = await WebhookReceiver.start();
    const { page } = await openAsGuest();
    await expectSaved(page);
    const account = await signUp(page, newAddress());
    const create = account.getByRole('button', { name: 'Create a webhook' });
    await create.click();
    await account.getByLabel(/^Name/).fill('Build of the handbook');
    await account.getByLabel(/^Address/).fill('https://10.0.0.1/hook');
    await account.getByLabel('somebody comments').uncheck();
    await create.click();
    await expect(account.getByText('sends nothing to addresses of its own network')).toBeVisible();
    await account.getByLabel(/^Address/).fill(receiver.url);
    await create.click();
    await expect(account.getByText('it is shown only this once')).toBeVisible();
    const field = account.getByRole('textbox', { name: 'Secret of Build of the handbook' });
    const secret = await field.inputValue();
    expect(secret).toMatch(/^whsec_/);

    const row = account.getByRole('listitem', { name: 'Build of the handbook' });
    await expect(row).toContainText('Nothing sent yet');
    await row.getByRole('button', { name: 'Send a test' }).click();
    await expect(account.getByText('A test is on its way')).toBeVisible();
    await expect(row).toContainText('Taken');
    expect(receiver.types()).toEqual(['test']);

    await account.getByRole('button', { name: 'Close' }).click();
    await startDocument(page, 'Tide log');
    await expectSaved(page);
    await expect.poll(() => receiver.types()).toContain('document.renamed');
    expect(receiver.types().slice(0, 2)).toEqual(['test', 'document.created']);
    expect(new Set(await receiver.check(secret))).toEqual(new Set([true]));
    expect(new Set(await receiver.check('whsec_AAAA'))).toEqual(new Set([false]));

    const again = await openAccount(page);
    const known = again.getByRole('listitem', { name: 'Build of the handbook' });
    await expect(known).toContainText('Taken');
    await expect(again.getByText(secret)).toHaveCount(0);
    await known.getByRole('button', { name: 'Pause' }).click();
    await expect(known).toContainText('Paused');
    await expect(known.getByRole('button', { name: 'Send a test' })).toHaveCount(0);
    await known.getByRole('button', { name: 'Resume' }).click();
    receiver.status = 500;
    await known.getByRole('button', { name: 'Send a test' }).click();
    await expect(known).toContainText('Answered 500');
    await expect(known).toContainText('1 waits');
    await known.getByRole('button', { name: 'Remove' }).click();
    await again.getByRole('button', { name: 'Cancel' }).click();
    await known.getByRole('button', { name: 'Remove' }).click();
    await expect(again.getByText('tells its program nothing any more')).toBeVisible();
    await again.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(again.getByText('“Build of the handbook” is removed.')).toBeVisible();
    await expect(known).toHaveCount(0);
  });
});

test('the form and the list fit on a phone', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/', phone);
  await expectSaved(page);
  await page.getByRole('button', { name: 'Open the list of documents' }).click();
  const account = await signUp(page, newAddress());
  await account.getByRole('button', { name: 'Create a webhook' }).click();
  await account.getByLabel(/^Name/).fill('A program with a name that is rather long for a phone');
  await account.getByLabel(/^Address/).fill(`https://receiver.example.org/${'path/'.repeat(20)}`);
  const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(await isWide()).toBe(false);
  await account.getByRole('button', { name: 'Create a webhook' }).click();
  await expect(account.getByText('it is shown only this once')).toBeVisible();
  expect(await isWide()).toBe(false);
});
