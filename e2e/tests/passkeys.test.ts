/** Passkeys, with Chromium's virtual authenticator. */
import type { Locator, Page } from '@playwright/test';
import { newAddress, openAccount, PASSWORD, signIn, signUp } from '../harness/accounts.ts';
import {
  changeOwnName,
  documentPathOf,
  expectSaved,
  openProfile,
  profileOf,
  saveStatusOf,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, phone, test as base, type OpenAsGuest } from '../harness/test.ts';
import { VirtualAuthenticator } from '../harness/virtual-authenticator.ts';

/** Browsers give passkeys to hosts with a name only (PK2). */
const test = base.extend<{ openByName: OpenAsGuest }>({
  openByName: async ({ openAsGuest, server }, use) => {
    await use((path = '/', options = {}) =>
      openAsGuest(`http://localhost:${server.port}${path}`, options),
    );
  },
});

// Ended sessions answer with these.
test.use({ allowedErrors: [/status of 40[134]/] });

async function addPasskey(account: Locator): Promise<void> {
  await account.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(account.getByText('The passkey is added.')).toBeVisible();
}

/** The server answers as later, when the sign-in is long ago, until the person shows again who they are. */
async function forgetConfirmation(page: Page, more: object = {}): Promise<void> {
  let isConfirmed = false;
  await page.route('**/api/account', async (route) => {
    const response = await route.fetch();
    const account = (await response.json()) as object;
    await route.fulfill({ response, json: { ...account, isConfirmed, ...more } });
  });
  await page.route('**/api/account/confirm', async (route) => {
    isConfirmed = true;
    await route.continue();
  });
}

async function openSignIn(page: Page): Promise<Locator> {
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign in' }).click();
  return page.getByRole('dialog', { name: 'Sign in' });
}

test('a person adds a passkey, and signs in with it in another browser, without an address', async ({
  openByName,
}) => {
  const { page } = await openByName();
  const authenticator = await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine.');
  await expectSaved(page);
  const path = documentPathOf(page);
  const account = await signUp(page, newAddress());
  await addPasskey(account);
  await account.getByRole('button', { name: /^Rename the passkey/ }).click();
  await account.getByLabel('Name of the passkey').fill('Work laptop');
  await account.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(account.getByText('Work laptop')).toBeVisible();
  await expect(account.getByText('Not used yet')).toBeVisible();

  const { page: other } = await openByName('/', phone);
  await expectSaved(other);
  const phoneKeys = await VirtualAuthenticator.attach(other);
  await authenticator.copyTo(phoneKeys);
  await other.getByRole('button', { name: 'Open the list of documents' }).click();
  const dialog = await openSignIn(other);
  await dialog.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(other.getByRole('main').locator(`a[href="${path}"]`)).toBeVisible();
});

test('the browser suggests the passkey in the field of the address', async ({ openByName }) => {
  const { page } = await openByName();
  const authenticator = await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  await addPasskey(await signUp(page, newAddress()));

  const { page: other } = await openByName();
  await startDocument(other, 'Written as a guest');
  await expectSaved(other);
  const suggested = await VirtualAuthenticator.attach(other, { suggests: true });
  await authenticator.copyTo(suggested);
  const dialog = await openSignIn(other);
  await expect(dialog.getByRole('heading', { name: 'Take your document with you?' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Take it with me' }).click();
  await expect(profileOf(other)).toContainText('Ada');
});

test('a session that has ended: signing in again in place by a passkey sends everything', async ({
  openByName,
}) => {
  const email = newAddress();
  const { page } = await openByName();
  await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  await addPasskey(await signUp(page, email));
  await page.keyboard.press('Escape');

  const { page: other } = await openByName();
  await expectSaved(other);
  await signIn(other, email);
  await expect(profileOf(other)).toContainText('Ada');
  const account = await openAccount(other);
  await account.getByRole('button', { name: 'Sign out all other devices' }).click();

  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await textOf(page).click();
  await page.keyboard.type('written meanwhile');
  await expect(saveStatusOf(page)).toHaveText('Sign in again');
  await saveStatusOf(page).click();
  await page
    .getByRole('dialog', { name: 'Connection' })
    .getByRole('button', { name: 'Sign in' })
    .click();
  await dialog.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(dialog).toBeHidden();
  await expectSaved(page);
  await expect(textOf(page)).toHaveText('written meanwhile');
});

test('a passkey is removed after a question, and the password stays', async ({ openByName }) => {
  const { page } = await openByName();
  await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  const account = await signUp(page, newAddress());
  await addPasskey(account);
  await account.getByRole('button', { name: /^Remove the passkey/ }).click();
  await expect(account.getByText(/You will not be able to sign in with/)).toBeVisible();
  await account.getByRole('button', { name: 'Remove', exact: true }).last().click();
  await expect(account.getByText(/is removed\. All other devices are signed out/)).toBeVisible();
  await expect(account.getByText('Not used yet')).toHaveCount(0);
});

test('a person who is not verified is told so, and nothing is lost', async ({ openByName }) => {
  const { page } = await openByName();
  const authenticator = await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  const account = await signUp(page, newAddress());
  await authenticator.setVerified(false);
  await account.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(account.getByText(/No passkey was made\. Nothing was changed/)).toBeVisible();
  await authenticator.setVerified(true);
  await addPasskey(account);
});

test('a person who cancels after they have shown who they are is not asked again', async ({
  openByName,
}) => {
  const { page } = await openByName();
  const authenticator = await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  await forgetConfirmation(page);
  const account = await signUp(page, newAddress());
  await account.getByRole('button', { name: 'Add a passkey' }).click();
  await account.getByLabel('Current password').fill(PASSWORD);
  await account.getByRole('button', { name: 'Continue' }).click();
  await expect(account.getByText(/Your browser asks for a fingerprint/)).toBeVisible();
  await expect(account.getByText('Not used yet')).toHaveCount(0);
  await authenticator.setVerified(false);
  await account.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(account.getByText(/No passkey was made/)).toBeVisible();
  await expect(account.getByLabel('Current password')).toHaveCount(0);
  await authenticator.setVerified(true);
  await addPasskey(account);
  // The page goes on asking what the test answers.
  await page.unrouteAll({ behavior: 'wait' });
});

test('a person for whom no way to sign in works here is told what to do', async ({
  openByName,
}) => {
  const { page } = await openByName();
  await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  const account = await signUp(page, newAddress());
  await addPasskey(account);
  await forgetConfirmation(page, { hasPassword: false, hasPasskeysHere: false });
  await account.getByRole('button', { name: /^Remove the passkey/ }).click();
  await expect(account.getByText(/None of your ways to sign in works on this page/)).toBeVisible();
  await page.unrouteAll({ behavior: 'wait' });
});

test('a new password removes the passkeys, if its person wants it', async ({ openByName }) => {
  const { page } = await openByName();
  await VirtualAuthenticator.attach(page);
  await changeOwnName(page, 'Ada');
  const account = await signUp(page, newAddress());
  await addPasskey(account);
  await account.getByRole('button', { name: 'Change the password' }).click();
  await expect(account.getByText(/Look whether all of them are yours/)).toBeVisible();
  await account.getByLabel('Current password').fill(PASSWORD);
  await account.getByLabel('New password').fill('another one of tests');
  await account.getByLabel('Remove all passkeys, too').check();
  await account.getByRole('button', { name: 'Change the password' }).click();
  await expect(account.getByText(/Your password is changed/)).toBeVisible();
  await expect(account.getByText('Not used yet')).toHaveCount(0);
});
