/** Pages over plain HTTP from another machine: no secure context, no locks, no service worker. */

import { expectSaved, openProfile, profileOf } from '../harness/screens.ts';
import { expect, test as base } from '../harness/test.ts';

const HOST = 'tandem.test';
const RESOLVE = `--host-resolver-rules=MAP ${HOST} 127.0.0.1`;

const test = base.extend<object, { launchOptions: { args?: string[] } }>({
  launchOptions: [
    async ({ launchOptions }, use) =>
      use({ ...launchOptions, args: [...(launchOptions.args ?? []), RESOLVE] }),
    { scope: 'worker' },
  ],
});

test.use({ serviceWorkers: 'allow' });

test('three tabs at once are one guest', async ({ browser, server }) => {
  const context = await browser.newContext();
  const pages = await Promise.all([1, 2, 3].map(() => context.newPage()));
  await Promise.all(pages.map((page) => page.goto(`http://${HOST}:${server.port}/`)));
  const names: string[] = [];
  for (const page of pages) {
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await expectSaved(page);
    names.push(await profileOf(page).innerText());
  }
  expect(new Set(names).size).toBe(1);
  await context.close();
});

test('offers no passkeys, and says why', async ({ browser, server }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://${HOST}:${server.port}/`);
  await expectSaved(page);
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign in' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await expect(dialog.getByText('Passkeys need an https address with a name')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Sign in with a passkey' })).toHaveCount(0);
  await context.close();
});

test.describe('to a server whose address is https', () => {
  test.use({ serverOptions: { env: { PUBLIC_URL: 'https://docs.example.org' } } });

  test('the person stays the same after a reload, and a hint names the address', async ({
    browser,
    server,
  }) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://${HOST}:${server.port}/`);
    await expectSaved(page);
    const name = await profileOf(page).innerText();
    await expect(page.getByRole('navigation', { name: 'Documents' })).toContainText(
      'Use https://docs.example.org instead.',
    );
    await page.reload();
    await expectSaved(page);
    expect(await profileOf(page).innerText()).toBe(name);
    await context.close();
  });
});
