/** Programs: API tokens are made, copied, used and revoked, and what programs write is on open screens. */
import { newAddress, openAccount, signUp } from '../harness/accounts.ts';
import { comment } from '../harness/comments.ts';
import { documentPathOf, expectSaved, startDocument, textOf } from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

test('a token is shown once, is good for what it may do, and is revoked', async ({
  openAsGuest,
  request,
}) => {
  const { page } = await openAsGuest();
  await expectSaved(page);
  const account = await signUp(page, newAddress());
  await account.getByRole('button', { name: 'Create a token' }).click();
  await account.getByLabel('Name').fill('Bot of the minutes');
  await account.getByLabel('Create and change documents, and read them').check();
  await expect(account.getByLabel('Read documents, their files, chats and comments')).toBeChecked();
  await account.getByRole('button', { name: 'Create a token' }).click();
  await expect(account.getByText('it is shown only this once')).toBeVisible();
  const token = await account.getByRole('textbox', { name: 'Bot of the minutes' }).inputValue();
  expect(token).toMatch(/^tandem_[0-9a-f]{64}$/);
  const headers = { Authorization: `Bearer ${token}` };
  const address = new URL('/api/documents', page.url()).href;
  const data = { id: 'page-that-a-program-made', title: 'Minutes' };
  expect((await request.post(address, { headers, data })).status()).toBe(200);

  await account.getByRole('button', { name: 'Close' }).click();
  const again = await openAccount(page);
  await expect(again.getByText('Bot of the minutes')).toBeVisible();
  await expect(again.getByText(/Last used/)).toBeVisible();
  await expect(again.getByRole('textbox', { name: 'Bot of the minutes' })).toHaveCount(0);
  await again.getByRole('button', { name: 'Revoke the token “Bot of the minutes”' }).click();
  await expect(again.getByText('Bot of the minutes')).toHaveCount(0);
  expect((await request.get(address, { headers })).status()).toBe(401);
});

test('the form fits on a phone', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/', phone);
  await expectSaved(page);
  await page.getByRole('button', { name: 'Open the list of documents' }).click();
  const account = await signUp(page, newAddress());
  await account.getByRole('button', { name: 'Create a token' }).click();
  await account.getByLabel('Until when').selectOption({ label: 'For 30 days' });
  await account.getByLabel('Name').fill('Search');
  await account.getByLabel('Search in documents').check();
  await account.getByRole('button', { name: 'Create a token' }).click();
  await expect(account.getByText(/ends on/)).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(wide).toBe(false);
});

test('what a program writes is on open screens at once, and comments stay with their words', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine.\nLow water at three.\n');
  await expectSaved(page);
  await comment(page, 'three', 'Is that winter time?');
  const address = `/api/documents/${documentPathOf(page).split('/').at(-1)}/markdown`;
  const read = await page.request.get(address);
  const text = await read.text();
  const base = encodeURIComponent(read.headers()['tandem-revision'] ?? '');
  await textOf(page).click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('Typed meanwhile.');
  await expectSaved(page);
  const data = `# Tides\n\n${text.replace('High water at nine.', 'High at **ten**.').replace('Low', 'And low')}`;
  const written = await page.request.put(`${address}?base=${base}`, { data });
  expect(written.status()).toBe(200);
  await expect(textOf(page)).toContainText('And low water at three.');
  await expect(textOf(page).getByRole('heading', { name: 'Tides' })).toBeVisible();
  await expect(textOf(page)).toContainText('High at ten.');
  await expect(textOf(page)).toContainText('Typed meanwhile.');
  const marked = () =>
    page.evaluate(() =>
      ['comment', 'comment-active'].flatMap((name) =>
        [...(CSS.highlights.get(name) ?? [])].map((range) => (range as Range).toString()),
      ),
    );
  await expect.poll(marked).toEqual(['three']);
});
