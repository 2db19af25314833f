/** Links in mails: a new password, and a confirmed address. */
import { expectAccessible } from '../harness/accessibility.ts';
import { fillSignIn, newAddress, openAccount, signUp } from '../harness/accounts.ts';
import { MailSink } from '../harness/mail-sink.ts';
import { changeOwnName, expectSaved, openProfile, profileOf } from '../harness/screens.ts';
import { Server } from '../harness/server.ts';
import { expect, test as base } from '../harness/test.ts';

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
    const env = { PUBLIC_URL: '{url}', SMTP_URL: sink.url, MAIL_FROM: 'tandem@example.org' };
    await using server = await Server.create({ env });
    await use(server);
  },
});

// Ended sessions and used links answer with these.
test.use({ allowedErrors: [/status of 40[134]/] });

test('a person who has forgotten the password sets a new one by the link in a mail', async ({
  openAsGuest,
  sink,
}) => {
  const email = newAddress();
  const { page: laptop } = await openAsGuest();
  await changeOwnName(laptop, 'Ada');
  await signUp(laptop, email);

  const { page } = await openAsGuest();
  await expectSaved(page);
  await (await openProfile(page)).getByRole('button', { name: 'Sign in' }).click();
  await page
    .getByRole('dialog', { name: 'Sign in' })
    .getByRole('button', { name: 'Forgot the password?' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Set a new password' });
  await dialog.getByLabel('E-mail address').fill(email);
  await dialog.getByRole('button', { name: 'Send the link' }).click();
  await expect(dialog.getByRole('status')).toContainText(`If ${email} has an account here`);
  const link = new URL(await sink.linkTo(email));

  const newPassword = 'another one of tests';
  await page.goto('about:blank');
  await page.goto(`/${link.hash}`);
  await dialog.getByLabel('New password').fill(newPassword);
  expect(page.url()).not.toContain('reset');
  await dialog.getByRole('button', { name: 'Set the password' }).click();
  await expect(dialog.getByRole('status')).toContainText('Your new password is set');
  await expect(laptop.getByRole('dialog', { name: 'Sign in again' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await fillSignIn(page.getByRole('dialog', { name: 'Sign in' }), email, newPassword);
  await expect(profileOf(page)).toContainText('Ada');

  await page.goto('about:blank');
  await page.goto(`/${link.hash}`);
  await dialog.getByLabel('New password').fill('a third one of tests');
  await dialog.getByRole('button', { name: 'Set the password' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This link was used already');
});

test('a person chooses how often they are mailed what they have not read', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await signUp(page, newAddress());
  const account = page.getByRole('dialog', { name: 'Your account' });
  const choice = account.getByRole('region', { name: 'E-mail' });
  await expect(choice).toContainText('Nothing is mailed until you have confirmed your address');
  await expect(choice.getByRole('radio', { name: /^Mentions and requests/ })).toBeChecked();
  await choice.getByRole('radio', { name: 'Never' }).check();
  await expect(choice.getByRole('radio', { name: 'Never' })).toBeChecked();
  await expectAccessible(page, 'the choice of mails');
  // As the link in a mail does.
  await page.goto('about:blank');
  await page.goto('/#account=mails');
  await expect(choice.getByRole('radio', { name: 'Never' })).toBeChecked();
  await page.goto('/unsubscribe?token=not-one');
  await expect(page.getByText('Nothing was changed.')).toBeVisible();
});

test('a person sees whose account the browser is signed in to, before they confirm an address', async ({
  openAsGuest,
  sink,
}) => {
  const email = newAddress();
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Mallory');
  const account = await signUp(page, email);
  await account.getByRole('button', { name: 'Send a link' }).click();
  const { hash } = new URL(await sink.linkTo(email));
  await page.goto('about:blank');
  await page.goto(`/${hash}`);
  const dialog = page.getByRole('dialog', { name: 'Confirm your address' });
  await expect(dialog.getByText('Mallory', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Not my account' }).click();
  await expect(page.getByRole('dialog', { name: 'Sign in' })).toBeVisible();
  await page.goto('/');
  await expectSaved(page);
  await expect((await openAccount(page)).getByText('not confirmed yet')).toBeVisible();
});

test('a person confirms their address by the link in a mail', async ({ openAsGuest, sink }) => {
  const email = newAddress();
  const { page } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  const account = await signUp(page, email);
  await account.getByRole('button', { name: 'Send a link' }).click();
  await expect(account.getByText('A mail with a link is on its way.')).toBeVisible();
  const { hash } = new URL(await sink.linkTo(email));

  const { page: other } = await openAsGuest(`/${hash}`);
  const refused = other.getByRole('dialog', { name: 'Confirm your address' });
  await expect(refused.getByRole('alert')).toContainText('Sign in to the account');

  await page.goto('about:blank');
  await page.goto(`/${hash}`);
  const dialog = page.getByRole('dialog', { name: 'Confirm your address' });
  await expect(dialog.getByText('Ada', { exact: true })).toBeVisible();
  await expect(dialog.getByText(email)).toBeVisible();
  await dialog.getByRole('button', { name: 'Confirm the address' }).click();
  await expect(dialog.getByRole('status')).toHaveText('Your e-mail address is confirmed.');
  await dialog.getByRole('button', { name: 'Your account' }).click();
  await expect(account.getByText(email)).toBeVisible();
  await expect(account.getByText('not confirmed yet')).toBeHidden();
});
