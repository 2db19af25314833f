/** A proxy in front of the server requires a sign-in, and later requires it again. */

import type { Page } from '@playwright/test';
import { LoginProxy, type SessionEnd } from '../harness/login-proxy.ts';
import {
  saveStatusOf,
  expectInstalled,
  expectSaved,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, test as base } from '../harness/test.ts';

interface Fixtures {
  login: LoginProxy;
}

const test = base.extend<Fixtures>({
  login: async ({ server }, use) => {
    await using proxy = await LoginProxy.create(server.port);
    await use(proxy);
  },
});

// The proxy responds in the server's place.
test.use({
  allowedErrors: [/Failed to load resource|WebSocket connection to/],
  serviceWorkers: 'allow',
});

const DETECTION_TIMEOUT = { timeout: 30_000 };

for (const end of ['redirect', 'unauthorized', 'forbidden', 'page'] satisfies SessionEnd[]) {
  test(`edits survive a proxy session that ends with ${end}, and are saved after the sign-in`, async ({
    openAsGuest,
    login,
  }) => {
    const { page } = await openAsGuest(login.url);
    await startDocument(page, 'Tide log');
    await page.keyboard.type('before');
    await expectSaved(page);
    await waitForServiceWorker(page);
    const address = page.url();

    login.endSession(end);
    await page.keyboard.type(' and after');
    await expect(saveStatusOf(page)).toHaveText('Sign in again', DETECTION_TIMEOUT);
    // The application is cached on this device, so a reload shows the same.
    await page.reload();
    await expect(textOf(page)).toHaveText('before and after');
    await expect(saveStatusOf(page)).toHaveText('Sign in again', DETECTION_TIMEOUT);

    await saveStatusOf(page).click();
    const about = page.getByRole('dialog', { name: 'Connection' });
    await expect(about).toContainText('asks you to sign in again');
    await about.getByRole('link', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Who are you?' })).toBeVisible();
    await page.getByRole('link', { name: 'Continue as Ada' }).click();

    await expect(page).toHaveURL(address);
    await expect(textOf(page)).toHaveText('before and after');
    await expectSaved(page);
  });
}

test('the proxy’s sign-in page is reachable while the application is installed', async ({
  openAsGuest,
  login,
}) => {
  const { page } = await openAsGuest(login.url);
  await expectSaved(page);
  await waitForServiceWorker(page);
  await page.goto(`${login.url}/oauth2/sign_in`);
  await expect(page.getByRole('heading', { name: 'Who are you?' })).toBeVisible();
});

async function waitForServiceWorker(page: Page): Promise<void> {
  await expectInstalled(page);
  await page.reload();
  await expectSaved(page);
  const text = textOf(page);
  if ((await text.count()) > 0) {
    await text.click();
    await page.keyboard.press('ControlOrMeta+End');
  }
}
