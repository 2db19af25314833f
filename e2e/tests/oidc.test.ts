/** Signing in with a real OpenID provider. */
import type { Page } from '@playwright/test';
import { newAddress, openAccount, signUp } from '../harness/accounts.ts';
import { IdentityProvider } from '../harness/identity-provider.ts';
import {
  changeOwnName,
  documentPathOf,
  expectSaved,
  openProfile,
  profileOf,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { Server } from '../harness/server.ts';
import { expect, test as base } from '../harness/test.ts';

interface Fixtures {
  provider: IdentityProvider;
}

const test = base.extend<Fixtures>({
  // Playwright requires a destructuring pattern for the fixtures in use.
  // oxlint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    await using provider = await IdentityProvider.start();
    await use(provider);
  },
  server: async ({ provider }, use) => {
    const env = { PUBLIC_URL: '{url}', OIDC_PROVIDERS: provider.setting };
    await using server = await Server.create({ env });
    await provider.serve(server.directUrl);
    await use(server);
  },
});

// The forms of the provider ask for a font of another site.
test.use({ allowedErrors: [/status of 40[134]|fonts\.googleapis\.com/] });

async function signInWith(page: Page, login: string): Promise<void> {
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign in' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByRole('button', { name: 'Continue with Corp' }).click();
  await signInAtCorp(page, login);
}

async function signInAtCorp(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('a guest signs in with a provider, stays the same person, and comes back from another browser', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine.');
  await expectSaved(page);
  const path = documentPathOf(page);
  await signInWith(page, 'ada');
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(textOf(page)).toHaveText('High water at nine.');
  await expect(textOf(page)).toBeEditable();
  await expectSaved(page);
  await expect(await openAccount(page)).toContainText('Ada');

  const { page: other } = await openAsGuest();
  await startDocument(other, 'Written as a guest');
  await signInWith(other, 'ada');
  const account = other.getByRole('dialog', { name: 'Your account' });
  await account.getByRole('button', { name: 'Take it with me' }).click();
  await expect(profileOf(other)).toContainText('Ada');
  await other.getByRole('link', { name: 'All documents' }).click();
  for (const title of ['Tide log', 'Written as a guest'])
    await expect(
      other.getByRole('main').getByRole('link', { name: new RegExp(title) }),
    ).toBeVisible();
});

test('a person connects a provider, signs in with it, and disconnects it', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  await expectSaved(page);
  const path = documentPathOf(page);
  const email = newAddress();
  const account = await signUp(page, email);
  await account.getByRole('button', { name: 'Connect Corp' }).click();
  await signInAtCorp(page, 'ada');
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  // It shows what has changed.
  await expect(account.getByText(/Connected on/)).toBeVisible();

  const { page: other } = await openAsGuest();
  await signInWith(other, 'ada');
  await expect(profileOf(other)).toContainText('Ada');

  await account.getByRole('button', { name: 'Disconnect Corp' }).click();
  await expect(account.getByText('All your other devices are signed out')).toBeVisible();
  await account.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await expect(account.getByRole('status')).toContainText(['Corp is disconnected.']);
  await expect(account.getByText('Not connected')).toBeVisible();
  await expect(other.getByRole('dialog', { name: 'Sign in again' })).toBeVisible();
});
