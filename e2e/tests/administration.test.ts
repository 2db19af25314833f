/** The pages for administrators, as one of them uses them while another person writes. */
import { expectAccessible } from '../harness/accessibility.ts';
import { fillSignIn, newAddress, openAccount, signUp } from '../harness/accounts.ts';
import {
  changeOwnName,
  documentPathOf,
  expectSaved,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({
  // The first account of a server of its own is the administrator's.
  serverOptions: {},
  // Ended sessions, and what is for administrators only.
  allowedErrors: [/status of 40[134]/],
});

test('an administrator blocks a person who writes, sees it in the audit log, and lets them in again', async ({
  openAsGuest,
}) => {
  const { page: ada } = await openAsGuest();
  await changeOwnName(ada, 'Ada');
  const adas = await signUp(ada, newAddress());
  const { page: ben } = await openAsGuest();
  await changeOwnName(ben, 'Ben');
  const address = newAddress();
  const bens = await signUp(ben, address);
  await bens.getByRole('button', { name: 'Close' }).click();
  await startDocument(ben, 'Tide log');
  await ben.keyboard.type('High water at nine.');
  await expectSaved(ben);

  await adas.getByRole('link', { name: 'People, audit log and figures' }).click();
  await expect(ada.getByRole('heading', { name: 'People', level: 1 })).toBeVisible();
  const people = ada.getByRole('main').getByRole('listitem');
  await expect(people).toHaveCount(2);
  await ada.getByRole('searchbox', { name: 'Name or address' }).fill(address.toUpperCase());
  await expect(people).toHaveCount(1);
  await expect(people).toContainText('Ben');
  await expect(people).toContainText('1 browser');

  await ada.getByRole('button', { name: 'Actions for Ben' }).click();
  await ada.getByRole('menuitem', { name: 'Block' }).click();
  await expect(people).toContainText('Nothing is deleted');
  await expectAccessible(ada, 'people, and a question');
  await people.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(people).toContainText('Signed out');
  const again = ben.getByRole('dialog', { name: 'Sign in again' });
  await fillSignIn(again, address);
  await expect(again.getByRole('alert')).toContainText('blocked this account');

  await ada.getByRole('button', { name: 'Actions for Ben' }).click();
  await ada.getByRole('menuitem', { name: 'Unblock' }).click();
  await people.getByRole('button', { name: 'Unblock', exact: true }).click();
  await expect(people.getByText('Blocked', { exact: true })).toBeHidden();
  await fillSignIn(again, address);
  await expect(again).toBeHidden();
  await expectSaved(ben);
  await expect(textOf(ben)).toHaveText('High water at nine.');

  await ada.getByRole('button', { name: 'Actions for Ben' }).click();
  await ada.getByRole('menuitem', { name: 'Show in the audit log' }).click();
  const rows = ada.getByRole('main').getByRole('listitem');
  await expect(rows.nth(0)).toContainText('Ben signed in with the password');
  await expect(rows.nth(1)).toContainText('Ada unblocked Ben');
  await expect(rows.nth(2)).toContainText('Ada blocked Ben');
  await expect(rows.nth(3)).toContainText('Ben created a document');
  // It is not on Ada’s list, and its id would open it.
  await expect(rows.nth(3)).not.toContainText('Tide log');
  await expect(rows.nth(3)).not.toContainText(documentPathOf(ben).slice('/d/'.length));
  await expectAccessible(ada, 'audit log');
  await ada.getByRole('combobox', { name: 'What was done' }).selectOption('Account blocked');
  await expect(rows).toHaveCount(1);
  await ada.reload();
  await expect(rows).toHaveCount(1);
  await ada.getByRole('button', { name: 'No longer only Ben' }).click();
  await expect(rows).toHaveCount(1);

  await ada.getByRole('link', { name: 'Server' }).click();
  await expect(ada.getByText('Who may create an account')).toBeVisible();
  await expect(ada.getByText('Nobody has uploaded a file yet.')).toBeVisible();
  await ada.getByRole('textbox', { name: 'Address of the page' }).fill(`/p/${'0'.repeat(32)}`);
  await ada.getByRole('button', { name: 'Take it off' }).click();
  await expect(ada.getByText('No page is on the web at this address.')).toBeVisible();
  await expectAccessible(ada, 'server');
});

test('another person is told that the pages are for administrators', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await signUp(page, newAddress());
  const { page: ben } = await openAsGuest('/administration');
  await expect(ben.getByRole('alert')).toContainText('Only administrators of this server');
  await changeOwnName(ben, 'Ben');
  const bens = await signUp(ben, newAddress());
  await expect(bens.getByRole('link', { name: 'People, audit log and figures' })).toBeHidden();
});

test('the last administrator is told to make another one first', async ({ openAsGuest }) => {
  const { page: ada } = await openAsGuest();
  await changeOwnName(ada, 'Ada');
  const adas = await signUp(ada, newAddress());
  await adas.getByRole('button', { name: 'Close' }).click();
  const account = await openAccount(ada);
  await account.getByRole('link', { name: 'People, audit log and figures' }).click();
  await ada.getByRole('button', { name: 'Actions for Ada' }).click();
  await ada.getByRole('menuitem', { name: 'Take administration away' }).click();
  await ada.getByRole('button', { name: 'Take administration away' }).click();
  await expect(ada.getByRole('alert').filter({ hasText: 'only administrator' })).toBeVisible();
});
