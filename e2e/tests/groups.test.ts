/** Groups of people that documents are shared with: GR1 to GR7 of PROTOCOL.md. */
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import { newAddress, signUp } from '../harness/accounts.ts';
import {
  changeOwnName,
  expectSaved,
  saveStatusOf,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, test, type OpenAsGuest } from '../harness/test.ts';

test.use({
  // The first account of a server of its own is the administrator's.
  serverOptions: {},
  // What is not shared with a person, and what is for administrators only.
  allowedErrors: [/status of 40[134]/],
});

/** A change of rights must take effect within a second; the rest is for a busy machine. */
const ACCESS_TIMEOUT = { timeout: 10_000 };

// Four people sign up in each test, which is long on a busy machine.
test.setTimeout(240_000);

interface Person {
  readonly page: Page;
  readonly email: string;
}

async function openWithAccount(openAsGuest: OpenAsGuest, name: string): Promise<Person> {
  const { page } = await openAsGuest();
  await changeOwnName(page, name);
  const email = newAddress();
  const account = await signUp(page, email);
  await account.getByRole('button', { name: 'Close' }).click();
  return { page, email };
}

async function openOthers(openAsGuest: OpenAsGuest): Promise<[Person, Person, Person]> {
  return await Promise.all([
    openWithAccount(openAsGuest, 'Ben'),
    openWithAccount(openAsGuest, 'Cleo'),
    openWithAccount(openAsGuest, 'Dan'),
  ]);
}

/** Made by an administrator, who sees its page then. */
async function makeGroup(page: Page, people: Readonly<Record<string, Person>>): Promise<void> {
  await page.goto('/administration/groups');
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('textbox', { name: 'Name of the new group' }).fill('Harbour crew');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Harbour crew', level: 1 })).toBeVisible();
  const inGroup = page.getByRole('list', { name: 'People in Harbour crew' });
  for (const [name, { email }] of Object.entries(people)) {
    await page.getByRole('searchbox', { name: 'Add people by name or address' }).fill(email);
    await page.getByRole('button', { name: `Add ${name}, ${email}` }).click();
    await expect(inGroup.getByRole('listitem').filter({ hasText: name })).toBeVisible();
  }
}

async function takeOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Take ${name} out of the group` }).click();
  await page.getByRole('button', { name: 'Take out', exact: true }).last().click();
  await expect(page.getByText(`${name} is no longer in the group.`)).toBeVisible();
}

async function openShare(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  return page.getByRole('dialog', { name: 'Share' });
}

async function choose(share: Locator, button: RegExp, choice: string): Promise<void> {
  await share.getByRole('button', { name: button }).click();
  const menu = share.page().getByRole('menu');
  await menu.getByRole('menuitemradio', { name: choice }).click();
  await expect(menu).toBeHidden();
}

const field = (share: Locator) => share.getByRole('searchbox', { name: /^Add people by name/ });

/** Starts a document that no link opens, and shares it with the group. */
async function shareWithGroup(page: Page, role: string): Promise<Locator> {
  await page.goto('/');
  await startDocument(page, 'Tide log');
  const share = await openShare(page);
  await choose(share, /^Access by the link/, 'Off');
  await choose(share, /^Role of the added person/, role);
  await field(share).fill('harb');
  await share.getByRole('button', { name: /^Add the group Harbour crew/ }).click();
  await expect(share.getByText(/^Harbour crew has access now/)).toBeVisible();
  return share;
}

/** Opens it from the list, where it is new. */
async function openFromList(page: Page): Promise<void> {
  await page.goto('/');
  const row = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Tide log' });
  await expect(row).toContainText('New');
  await row.getByRole('link', { name: 'Tide log' }).click();
}

test('GR1 to GR6 a document is shared with a group, whose people find it, write it, and lose it', async ({
  openAsGuest,
}) => {
  const { page: ada } = await openWithAccount(openAsGuest, 'Ada');
  const [ben, cleo, dan] = await openOthers(openAsGuest);
  await ada.goto('/administration/groups');
  await expect(ada.getByText('There are no groups yet.')).toBeVisible();
  await expectAccessible(ada, 'no groups');
  await makeGroup(ada, { Ben: ben, Cleo: cleo });
  await expectAccessible(ada, 'people of a group');

  const share = await shareWithGroup(ben.page, 'Can view');
  const row = share.getByRole('region', { name: 'Groups' }).getByRole('listitem');
  await expect(row).toHaveText(/Harbour crew.*2 people.*Can view/);
  await field(share).fill('harb');
  await expect(share.getByText('has a role in this document already')).toBeVisible();
  await field(share).fill('');
  await expectAccessible(ben.page, 'share dialog with a group');

  await openFromList(cleo.page);
  await expect(saveStatusOf(cleo.page)).toHaveText('View only');
  const member = share.getByRole('region', { name: 'People' }).getByRole('listitem');
  await expect(member.filter({ hasText: 'Cleo' })).toContainText('through a group');
  await choose(share, /^Role of Harbour crew/, 'Can edit');
  await expect(textOf(cleo.page)).toBeEditable(ACCESS_TIMEOUT);
  await textOf(cleo.page).click();
  await cleo.page.keyboard.type('High water at nine.');
  await expectSaved(cleo.page);
  await expect(textOf(ben.page)).toHaveText('High water at nine.');

  await dan.page.goto('/');
  await startDocument(dan.page, 'Harbour rota');
  const others = await openShare(dan.page);
  await field(others).fill('harb');
  await expect(others.getByText('No one is found by this name.')).toBeVisible();

  await takeOut(ada, 'Cleo');
  await expect(cleo.page.getByRole('heading', { name: 'You need access' })).toBeVisible(
    ACCESS_TIMEOUT,
  );
  await ada.getByRole('link', { name: 'Audit log' }).click();
  const rows = ada.getByRole('main').getByRole('listitem');
  await expect(rows.filter({ hasText: 'Ada took Cleo out of a group' })).toBeVisible();
  await expect(
    rows.filter({ hasText: 'Ben changed the role of a group from viewer to editor' }),
  ).toBeVisible();
});

test('GR3 GR7 a role of their own stays when the one of the group ends, and when the group is deleted', async ({
  openAsGuest,
}) => {
  const { page: ada } = await openWithAccount(openAsGuest, 'Ada');
  const [ben, cleo, dan] = await openOthers(openAsGuest);
  await makeGroup(ada, { Ben: ben, Cleo: cleo, Dan: dan });
  const share = await shareWithGroup(ben.page, 'Can edit');
  for (const { page } of [cleo, dan]) {
    await openFromList(page);
    await expect(textOf(page)).toBeEditable();
  }
  await choose(share, /^Role of Cleo/, 'Can comment');
  const member = share.getByRole('region', { name: 'People' }).getByRole('listitem');
  await expect(member.filter({ hasText: 'Dan' })).toContainText('through a group');

  await ada.getByRole('link', { name: 'Groups', exact: true }).click();
  await ada.getByRole('button', { name: 'Actions for Harbour crew' }).click();
  await ada.getByRole('menuitem', { name: 'Rename' }).click();
  await ada.getByRole('textbox', { name: 'New name of Harbour crew' }).fill('Crew');
  await ada.keyboard.press('Enter');
  await expect(ada.getByRole('link', { name: 'Crew', exact: true })).toBeFocused();
  await ada.getByRole('button', { name: 'Actions for Crew' }).click();
  await ada.getByRole('menuitem', { name: 'Delete the group' }).click();
  await expect(
    ada.getByText('3 people lose the access to 1 document that they have through Crew.').first(),
  ).toBeVisible();
  await expectAccessible(ada, 'groups, and a question');
  await ada.getByRole('button', { name: 'Delete the group' }).click();
  await expect(ada.getByText('There are no groups yet.')).toBeVisible();

  await expect(dan.page.getByRole('heading', { name: 'You need access' })).toBeVisible(
    ACCESS_TIMEOUT,
  );
  await expect(saveStatusOf(cleo.page)).toHaveText('Comment only', ACCESS_TIMEOUT);
  await expect(textOf(ben.page)).toBeEditable();
});
