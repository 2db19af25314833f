/** Documents on the web, for people without a session and without scripts (PB1 to PB6). */

import { accessibilityViolations, expectAccessible } from '../harness/accessibility.ts';
import { newAddress, signUp } from '../harness/accounts.ts';
import { chooseFiles, expectShown, imagesOf } from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  expectSaved,
  goToEnd,
  NETWORK_ERRORS,
  paste,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

// The page that is gone, the image while it is uploaded, the guest whose session ends, and no network for a while.
test.use({ allowedErrors: [NETWORK_ERRORS] });

const TEXT = `## Slack water

Read the [tide table](https://example.org/tides) first, at **nine** or later.

- rope
- lamp oil

1. cast off
2. row

- [x] charts
- [ ] lantern

> The sea is patient.

\`\`\`ts
const depth = '<script>';
\`\`\`

満潮は午前九時です。港を出る前に潮汐表を確認してください。

The quay at noon:
`;

/** Runs in the page, where a script that got into the text would do nothing. */
async function hasRunScript(): Promise<boolean> {
  const script = document.createElement('script');
  script.textContent = 'document.documentElement.dataset.ran = "yes"';
  document.body.append(script);
  await new Promise((resolve) => requestAnimationFrame(resolve));
  return document.documentElement.dataset['ran'] === 'yes';
}

test('a document is published, read without a script, and taken off again', async ({
  openAsGuest,
  browser,
  server,
}) => {
  const { page } = await openAsGuest();
  const account = await signUp(page, newAddress());
  await account.getByRole('button', { name: 'Close' }).click();
  await startDocument(page, 'Tide log for <b>November</b>');
  await paste(page, TEXT);
  await expect(textOf(page).locator('pre')).toHaveCount(1);
  await goToEnd(page);
  await page.keyboard.press('Enter');
  await chooseFiles(page, 'image', [picture('quay.png', 640, 360)]);
  await expectShown(imagesOf(page).first());
  await expectSaved(page);

  await page.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  const share = page.getByRole('dialog', { name: 'Share' });
  await expect(share.getByRole('heading', { name: 'Publish to the web' })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('unpublished.png') });
  await share.getByRole('button', { name: 'Publish', exact: true }).click();
  const field = share.getByRole('textbox', { name: 'Address on the web' });
  await expect(field).toHaveValue(/\/p\/tide-log-for-b-november-b-[0-9a-f]{32}$/);
  await expectAccessible(page, 'published');
  await page.screenshot({ path: test.info().outputPath('published.png') });
  const address = await field.inputValue();
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(share.getByRole('button', { name: 'Unpublish …' })).toBeInViewport();
  await page.screenshot({ path: test.info().outputPath('published-phone.png') });
  if (wide !== null) await page.setViewportSize(wide);

  for (const [name, options] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['phone', { ...phone, colorScheme: 'light' }],
  ] as const) {
    const context = await browser.newContext({
      ...options,
      baseURL: server.url,
      javaScriptEnabled: false,
    });
    const reader = await context.newPage();
    const problems: string[] = [];
    reader.on('console', (message) => problems.push(message.text()));
    const answer = await reader.goto(address);
    expect(answer?.status()).toBe(200);
    await expect(reader).toHaveTitle('Tide log for <b>November</b>');
    await expect(reader.getByRole('heading', { name: 'Slack water' })).toBeVisible();
    await expect(reader.getByRole('checkbox')).toHaveCount(2);
    await expect(reader.locator('script')).toHaveCount(0);
    await expect
      .poll(() => reader.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBe(640);
    expect(
      await reader.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    ).toBeLessThan(1);
    await reader.screenshot({ path: test.info().outputPath(`page-${name}.png`), fullPage: true });
    await reader.emulateMedia({ media: 'print' });
    await reader.screenshot({ path: test.info().outputPath(`print-${name}.png`), fullPage: true });
    expect(problems).toEqual([]);
    await context.close();
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, baseURL: server.url });
    const reader = await context.newPage();
    const answer = await reader.goto(address);
    expect(answer?.headers()['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(await reader.evaluate(hasRunScript)).toBe(false);
    expect(await accessibilityViolations(reader), colorScheme).toEqual([]);
    await context.close();
  }

  const indexed = share.getByRole('checkbox', { name: 'Let search engines find it' });
  // It is checked once the server says so.
  await indexed.click();
  await expect(indexed).toBeChecked();
  await expect.poll(async () => (await fetch(address)).headers.get('x-robots-tag')).toBeNull();
  await page.context().setOffline(true);
  await share.getByRole('button', { name: 'Unpublish …' }).click();
  await page.screenshot({ path: test.info().outputPath('unpublishing.png') });
  await share.getByRole('button', { name: 'Unpublish', exact: true }).click();
  await expect(share.getByText('Anyone can read the page until it is')).toBeVisible();
  expect((await fetch(address)).status).toBe(200);
  await page.screenshot({ path: test.info().outputPath('offline.png') });
  await page.context().setOffline(false);
  await expect(share.getByRole('button', { name: 'Publish', exact: true })).toBeVisible();
  await expect.poll(async () => (await fetch(address)).status).toBe(404);
  const gone = await page.context().newPage();
  await gone.goto(address);
  await expect(gone.getByRole('heading', { name: 'This page is not here' })).toBeVisible();
  await gone.screenshot({ path: test.info().outputPath('gone.png') });

  await share.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(field).not.toHaveValue(address);
  const second = await field.inputValue();
  // What was made a moment ago may rest for the fourfold of that time (PB5).
  await expect.poll(async () => (await fetch(second)).status).toBe(200);
  await page.keyboard.press('Escape');
  await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await expect(page.getByText('its page is gone for good')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('trashed.png') });
  await page.getByRole('button', { name: /^Restore/ }).click();
  await expect(page.getByText('its page is gone for good')).toBeHidden();
  await expect.poll(async () => (await fetch(second)).status).toBe(404);
});
