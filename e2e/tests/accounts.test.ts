/** Accounts: a guest who signs up keeps everything, devices end each other, and the editor outlives a session. */

import {
  fillSignIn,
  fillSignUp,
  newAddress,
  openAccount,
  signIn,
  signUp,
} from '../harness/accounts.ts';
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
import { expect, phone, test } from '../harness/test.ts';

// Ended sessions and wrong passwords answer with these.
test.use({ allowedErrors: [/status of 40[134]/] });

test('a guest who signs up goes on in the same document, and finds it on another device', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine.');
  await expectSaved(page);
  const path = documentPathOf(page);
  const email = newAddress();
  const account = await signUp(page, email);
  await expect(account.getByText('This device')).toBeVisible();
  await account.getByRole('button', { name: 'Close' }).click();
  await textOf(page).click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type(' Low at three.');
  await expectSaved(page);

  const { page: other } = await openAsGuest('/', phone);
  await expectSaved(other);
  await other.getByRole('button', { name: 'Open the list of documents' }).click();
  await signIn(other, email);
  await expect(other.getByRole('main').locator(`a[href="${path}"]`)).toBeVisible();
  await other.goto(path);
  await expect(textOf(other)).toHaveText('High water at nine. Low at three.');
  await expect(textOf(other)).toBeEditable();
});

test('a wrong password is a sentence, and the person stays a guest', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await expectSaved(page);
  await signIn(page, newAddress());
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await expect(dialog.getByRole('alert')).toHaveText(
    /The e-mail address or the password is not right/,
  );
  await page.keyboard.press('Escape');
  await startDocument(page, 'Still here');
});

test('a guest who signs in to an account may take the documents along', async ({ openAsGuest }) => {
  const email = newAddress();
  const { page: first } = await openAsGuest();
  await expectSaved(first);
  await changeOwnName(first, 'Ada');
  await signUp(first, email);

  const { page } = await openAsGuest();
  await startDocument(page, 'Written as a guest');
  const path = documentPathOf(page);
  await signIn(page, email);
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await expect(dialog.getByRole('heading', { name: 'Take your document with you?' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Take it with me' }).click();
  await expect(profileOf(page)).toContainText('Ada');
  await expect(textOf(page)).toBeEditable();
  await textOf(page).click();
  await page.keyboard.type('and changed as Ada');
  await expectSaved(page);
  // The account's other device lists it at once.
  await first.getByRole('button', { name: 'Close' }).click();
  await expect(first.locator(`a[href="${path}"]`).first()).toBeVisible();
});

test('a session that is ended while its person writes: signing in again in place sends everything', async ({
  openAsGuest,
}) => {
  const email = newAddress();
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  await signUp(page, email);
  await page.keyboard.press('Escape');
  await textOf(page).click();
  await page.keyboard.type('before');
  await expectSaved(page);
  const secondTab = await page.context().newPage();
  await secondTab.goto(documentPathOf(page));
  await expect(textOf(secondTab)).toHaveText('before');

  const { page: other } = await openAsGuest();
  await expectSaved(other);
  await signIn(other, email);
  await expect(profileOf(other)).toContainText('Ada');
  const account = await openAccount(other);
  await account.getByRole('button', { name: 'Sign out all other devices' }).click();

  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await expect(dialog).toBeVisible();
  await expect(secondTab.getByRole('dialog', { name: 'Sign in again' })).toBeVisible();
  await page.keyboard.press('Escape');
  await textOf(page).click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type(' and after');
  await expect(saveStatusOf(page)).toHaveText('Sign in again');
  // Another person's credentials do not send this person's work.
  await saveStatusOf(page).click();
  await page
    .getByRole('dialog', { name: 'Connection' })
    .getByRole('button', { name: 'Sign in' })
    .click();
  await fillSignIn(dialog, email, 'not the password');
  await expect(dialog.getByRole('alert')).not.toBeEmpty();
  await fillSignIn(dialog, email);
  await expect(dialog).toBeHidden();
  await expectSaved(page);
  await expect(textOf(page)).toHaveText('before and after');
  await expect(secondTab.getByRole('dialog', { name: 'Sign in again' })).toBeHidden();
  await expect(textOf(secondTab)).toHaveText('before and after');
  await expectSaved(secondTab);
});

test('signing out of an account leaves a guest, who can sign in again', async ({ openAsGuest }) => {
  const email = newAddress();
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  await signUp(page, email);
  await page.keyboard.press('Escape');
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await expect(profile.getByText('You find it all again when you sign in.')).toBeVisible();
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await expect(profileOf(page)).not.toContainText('Ada');
  await signIn(page, email);
  await expect(profileOf(page)).toContainText('Ada');
});

test.describe('a server with its own settings', () => {
  test.use({ serverOptions: {} });

  test('requires people to sign in, and takes new ones by invitation', async ({ openAsGuest }) => {
    const { page: admin } = await openAsGuest();
    await changeOwnName(admin, 'Ada');
    const account = await signUp(admin, newAddress());
    const { page: guest } = await openAsGuest();
    await startDocument(guest, 'Written before');
    await textOf(guest).click();
    await guest.keyboard.type('as a guest');
    await expectSaved(guest);

    await account.getByRole('radio', { name: 'People with an invitation' }).check();
    await account.getByRole('radio', { name: 'Only people with an account' }).check();
    const asked = guest.getByRole('dialog', { name: 'Create an account' });
    await expect(asked).toContainText('New accounts on this server need an invitation');
    await guest.keyboard.press('Escape');
    await textOf(guest).click();
    await guest.keyboard.press('ControlOrMeta+End');
    await guest.keyboard.type(', and after');
    await account.getByRole('button', { name: 'Create an invitation link' }).click();
    const link = await account
      .getByRole('textbox', { name: 'Create an invitation link' })
      .inputValue();

    // The same document in the same browser, whose guest becomes a person with an account.
    await guest.goto(link);
    const invited = guest.getByRole('dialog', { name: 'Create an account' });
    await expect(invited).toContainText('You were invited to this server.');
    expect(guest.url()).not.toContain('invitation');
    await fillSignUp(invited, newAddress());
    await expect(guest.getByRole('dialog', { name: 'Your account' })).toBeVisible();
    await guest.keyboard.press('Escape');
    await guest
      .getByRole('main')
      .getByRole('link', { name: /Written before/ })
      .click();
    await expect(textOf(guest)).toHaveText('as a guest, and after');
    await expectSaved(guest);

    const { page: visitor } = await openAsGuest(link);
    const used = visitor.getByRole('dialog', { name: 'Create an account' });
    await fillSignUp(used, newAddress());
    await expect(used.getByRole('alert')).toHaveText(/This invitation was used already/);
  });
});
