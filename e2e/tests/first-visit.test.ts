/** Unusual first visits. */

import type { BrowserContext } from '@playwright/test';
import { saveStatusOf, documentPathOf, expectSaved, startDocument } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ serviceWorkers: 'allow' });

test.describe('where cookies are stripped', () => {
  test.use({ allowedErrors: [/Failed to load resource: .* 401/] });

  test('the navigation says so', async ({ browser, server, pageErrors }) => {
    const context = await browser.newContext({ serviceWorkers: 'block' });
    pageErrors.watch(context);
    await stripCookies(context);
    const page = await context.newPage();
    await page.goto(server.url);
    await expectSaved(page);
    await expect(page.getByRole('navigation', { name: 'Documents' })).toContainText(
      'does not keep the cookie',
    );
    await closeWhileLoading(context);
  });

  test('older chat messages load', async ({ openAsGuest, browser, server, pageErrors }) => {
    const { page: ada } = await openAsGuest();
    await startDocument(ada, 'Tide log');
    await ada.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
    const field = ada.getByRole('textbox', { name: 'Message everyone here' });
    for (let number = 1; number <= 60; number++) {
      await field.fill(`Reading ${number}.`);
      await field.press('Enter');
    }
    await expectSaved(ada);

    const context = await browser.newContext({ serviceWorkers: 'block' });
    pageErrors.watch(context);
    await stripCookies(context);
    const page = await context.newPage();
    await page.goto(server.url + documentPathOf(ada));
    await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
    const log = page.getByRole('log');
    await expect(log.getByText('Reading 60.')).toBeVisible();
    await log.focus();
    // The start of what is loaded; older messages then load above it.
    await expect(async () => {
      await log.press('Home');
      await expect(log.getByText('Reading 1.', { exact: true })).toBeVisible({ timeout: 500 });
    }).toPass();
    await closeWhileLoading(context);
  });
});

test.describe('from a crowded network', () => {
  test.use({ allowedErrors: [/Failed to load resource: .* 429/] });

  test('the page waits, and connects by itself', async ({ browser, server, pageErrors }) => {
    const context = await browser.newContext({ baseURL: server.url });
    pageErrors.watch(context);
    const message =
      'Many people come from your network at this moment. This page tries again by itself.';
    let refused = 0;
    await context.route('**/api/session', async (route) => {
      if (++refused > 2) return await route.fallback();
      const error = { code: 'too-many', message, temporary: true, retryAfterMs: 500 };
      await route.fulfill({ status: 429, json: { error } });
    });
    const page = await context.newPage();
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'One moment, please' })).toBeVisible();
    await expect(page.getByRole('main')).toContainText(message);
    await expectSaved(page);
    await context.close();
  });
});

test.describe('where guests are not allowed', () => {
  test.use({
    serverOptions: { env: { ALLOW_GUESTS: 'false' } },
    allowedErrors: [/Failed to load resource: .* 401/],
  });

  test('the page says so, under a heading of its own', async ({ openAsGuest }) => {
    const { page } = await openAsGuest();
    const heading = page.getByRole('heading', { name: 'The server does not let you in' });
    await expect(heading).toBeVisible();
    await expect(page.getByRole('main')).toContainText('This server takes no guests.');
    // No dialog covers it before the person asks for one.
    await page.waitForLoadState('networkidle');
    await expect(heading).toBeVisible();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('dialog', { name: 'Sign in' })).toBeVisible();
  });
});

test.describe('with one tab too many', () => {
  test.use({ serverOptions: { env: { MAX_CONNECTIONS_PER_USER: '1' } } });

  test('the connection dialog gives the server’s reason', async ({ openAsGuest }) => {
    const { page, context } = await openAsGuest();
    await expectSaved(page);
    const second = await context.newPage();
    await second.goto('/');
    await expect(saveStatusOf(second)).toHaveText(/^Reconnecting/);
    await saveStatusOf(second).click();
    await expect(second.getByRole('dialog', { name: 'Connection' })).toContainText(
      'You have as many tabs open as one person may have (1).',
    );
  });
});

async function closeWhileLoading(context: BrowserContext): Promise<void> {
  await context.unrouteAll({ behavior: 'ignoreErrors' });
  await context.close();
}

async function stripCookies(context: BrowserContext): Promise<void> {
  await context.route('**/api/**', async (route) => {
    const headers = await route.request().allHeaders();
    delete headers['cookie'];
    const response = await route.fetch({ headers });
    const kept = response.headers();
    delete kept['set-cookie'];
    await route.fulfill({ response, headers: kept });
    await context.clearCookies();
  });
}
