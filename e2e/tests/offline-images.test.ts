/** Images without a network: those of documents that were opened here, and those that were added meanwhile. */

import type { BrowserContext, Page } from '@playwright/test';
import { signUp, newAddress } from '../harness/accounts.ts';
import {
  chooseFiles,
  chooseImage,
  countStored,
  expectShown,
  expectStored,
  imagesOf,
  pageTextOf,
  transferFile,
} from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  documentPathOf,
  expectInstalled,
  expectSaved,
  goToEnd,
  NETWORK_ERRORS,
  openProfile,
  openSharedDocument,
  saveStatusOf,
  startDocument,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

const OFFLINE = 'Offline: kept on this device';
const uploadOf = (page: Page) => pageTextOf(page).locator('.file-upload');

/** How many images the device keeps, of all people. */
const keptBy = (page: Page): Promise<number> => countStored(page, 'tandem-images', 'blob');

const expectKept = (page: Page, count: number) => expect.poll(() => keptBy(page)).toBe(count);

async function addBelow(page: Page, name: string): Promise<void> {
  await goToEnd(page);
  await page.keyboard.press('Enter');
  await chooseImage(page, picture(name, 600, 900));
}

test('images of a document that was opened are there without a network, and new ones are sent in order, over a restart of the browser', async ({
  openAsGuest,
  playwright,
  server,
  pageErrors,
  launchOptions,
}, testInfo) => {
  test.setTimeout(120_000);
  const [, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  const path = documentPathOf(ben);
  await pageTextOf(ben).click();
  await ben.keyboard.type('Quays');
  for (const name of ['one.png', 'two.png', 'three.png']) await addBelow(ben, name);
  await expect(uploadOf(ben)).toHaveCount(0);
  await expectSaved(ben);

  const open = async (): Promise<{ readonly context: BrowserContext; readonly page: Page }> => {
    const context = await playwright.chromium.launchPersistentContext(
      testInfo.outputPath('profile'),
      { ...launchOptions, baseURL: server.url, viewport: { width: 1280, height: 720 } },
    );
    pageErrors.watch(context);
    return { context, page: context.pages()[0] ?? (await context.newPage()) };
  };
  let { context, page } = await open();
  await page.goto(path);
  await expect(imagesOf(page)).toHaveCount(3);
  await expectInstalled(page);
  // Those further down the page, too, which nobody has seen yet.
  await expectKept(page, 3);

  await context.close();
  ({ context, page } = await open());
  await context.setOffline(true);
  await page.goto(path);
  await expect(saveStatusOf(page)).toHaveText(OFFLINE);
  for (let index = 0; index < 3; index++) {
    await pageTextOf(page).locator('.file-block').nth(index).scrollIntoViewIfNeeded();
    await expectShown(imagesOf(page).nth(index));
  }
  await page.screenshot({ path: testInfo.outputPath('offline.png') });
  await goToEnd(page);
  await page.keyboard.press('Enter');
  await transferFile(page, 'paste', picture('four.png', 80, 40));
  await expect(imagesOf(page)).toHaveCount(4);
  await transferFile(page, 'paste', picture('five.png', 40, 80));
  await expect(uploadOf(page)).toHaveCount(2);
  await expectStored(page, 2);

  await context.close();
  ({ context, page } = await open());
  const sent: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'PUT') sent.push(new URL(request.url()).searchParams.get('name')!);
  });
  await context.setOffline(true);
  await page.goto(path);
  await expect(uploadOf(page)).toHaveCount(2);
  await expect(imagesOf(page)).toHaveCount(5);
  await context.setOffline(false);
  await expect(uploadOf(page)).toHaveCount(0, { timeout: 30_000 });
  expect(sent).toEqual(['four.png', 'five.png']);
  await expect(imagesOf(ben)).toHaveCount(5);
  await expectShown(imagesOf(ben).last());
  // What this device has sent is there without a network, too.
  await expectKept(page, 5);
  await context.close();
});

test('images are forgotten with the access to their document', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  const path = documentPathOf(ada);
  await pageTextOf(ada).click();
  await chooseFiles(ada, 'image', [picture('quay.png', 300, 200)]);
  await expectShown(imagesOf(ben).first());
  await expectKept(ben, 1);
  await ada.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  const share = ada.getByRole('dialog', { name: 'Share' });
  await share.getByRole('button', { name: /^Access by the link/ }).click();
  await ada.getByRole('menuitemradio', { name: 'Off' }).click();
  await expect(ben.getByRole('heading', { name: 'You need access' })).toBeVisible();
  await expectKept(ben, 0);
  await ben.goto('/');
  await ben.context().setOffline(true);
  await ben.goto(path);
  await expect(saveStatusOf(ben)).toHaveText(OFFLINE);
  await expect(pageTextOf(ben).locator('.file-problem')).toBeVisible();
});

test('images are forgotten when a person signs out, and the next one is not shown them', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Quays');
  await chooseFiles(page, 'image', [picture('quay.png', 300, 200)]);
  await expectShown(imagesOf(page).first());
  await expectSaved(page);
  await expectKept(page, 1);
  await signUp(page, newAddress());
  await page.keyboard.press('Escape');
  await expectKept(page, 1);
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await expect.poll(() => keptBy(page).catch(() => null)).toBe(0);
});
