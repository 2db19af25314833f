/** Actions of the dialog about accounts. */
import { expect, type Locator, type Page } from '@playwright/test';
import { openProfile } from './screens.ts';

export const PASSWORD = 'a password of tests';

let count = 0;
export const newAddress = (): string => `ada-${Date.now()}-${process.pid}-${++count}@example.org`;

export async function signUp(page: Page, email: string): Promise<Locator> {
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Create an account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create an account' });
  await fillSignUp(dialog, email);
  const account = page.getByRole('dialog', { name: 'Your account' });
  await expect(account.getByText(email)).toBeVisible();
  return account;
}

export async function fillSignUp(dialog: Locator, email: string): Promise<void> {
  await dialog.getByLabel('E-mail address').fill(email);
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Create the account' }).click();
}

export async function signIn(page: Page, email: string): Promise<void> {
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign in' }).click();
  await fillSignIn(page.getByRole('dialog', { name: 'Sign in' }), email);
}

export async function fillSignIn(
  dialog: Locator,
  email: string,
  password = PASSWORD,
): Promise<void> {
  await dialog.getByLabel('E-mail address').fill(email);
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function openAccount(page: Page): Promise<Locator> {
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Account and devices' }).click();
  return page.getByRole('dialog', { name: 'Your account' });
}
