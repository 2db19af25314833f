/**
 * Browsers whose storage is missing, throws, rejects, hangs or is full: the page works, and its
 * messages are correct.
 */

import type { Page } from '@playwright/test';
import {
  BROADCAST_CHANNEL,
  INDEXED_DB,
  LOCKS,
  SERVICE_WORKER,
  STORAGE_MANAGER,
  WEB_STORAGE,
  type Failure,
} from '../harness/broken-storage.ts';
import {
  saveStatusOf,
  documentPathOf,
  expectSaved,
  goToEnd,
  linesOf,
  NETWORK_ERRORS,
  openProfile,
  profileOf,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, test, type OpenAsGuest } from '../harness/test.ts';

/** The page continues after 3 s; the rest is for a busy machine. */
const USABLE_MS = 20_000;
/** The page waits as long for another page's lock as that page may query the server; the rest is for a busy machine. */
const TURN_MS = 40_000;
const NOTHING_STORED = 'Nothing is kept on this device';

const TABLE: Record<string, readonly Failure[]> = {
  indexedDB: INDEXED_DB,
  'navigator.locks': LOCKS,
  'navigator.storage': STORAGE_MANAGER,
  'navigator.serviceWorker': SERVICE_WORKER,
  BroadcastChannel: BROADCAST_CHANNEL,
  'localStorage and sessionStorage': WEB_STORAGE,
};

async function openWithFailure(
  openAsGuest: OpenAsGuest,
  failure: Failure,
  path: string,
): Promise<Page> {
  const serviceWorkers = SERVICE_WORKER.includes(failure) ? 'allow' : 'block';
  const { page } = await openAsGuest('about:blank', { serviceWorkers });
  await page.addInitScript(failure.script);
  await page.goto(path);
  return page;
}

async function expectExplained(page: Page, { keeps }: Failure): Promise<void> {
  await saveStatusOf(page).click();
  const explanation = page.getByRole('dialog', { name: 'Connection' });
  await expect(explanation).toContainText('Everything is saved on the server’s disk.');
  if (keeps === 'nothing') await expect(explanation).toContainText(NOTHING_STORED);
  else await expect(explanation).not.toContainText(NOTHING_STORED);
  await page.keyboard.press('Escape');
}

for (const [api, failures] of Object.entries(TABLE)) {
  test(`${api}: text reaches the server, and the save status is correct`, async ({
    openAsGuest,
  }) => {
    test.slow();
    const { page: reader } = await openAsGuest();
    await startDocument(reader, 'Tide log');
    for (const failure of failures)
      await test.step(failure.name, async () => {
        const writer = await openWithFailure(openAsGuest, failure, documentPathOf(reader));
        const isHeld = failure.name.startsWith('never given back');
        const timeout = isHeld ? TURN_MS : USABLE_MS;
        await expect(textOf(writer)).toBeEditable({ timeout });
        await goToEnd(writer);
        await writer.keyboard.type(`${failure.name}.`);
        await expect.poll(async () => (await linesOf(reader)).join()).toContain(failure.name);
        await expectSaved(writer);
        await expectExplained(writer, failure);
        await writer.context().close();
      });
  });
}

test.describe('offline', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS] });

  for (const name of ['never opening', 'never answering what is read', 'full'])
    test(`IndexedDB ${name}: work that only this page has is never reported as kept or saved`, async ({
      openAsGuest,
    }) => {
      const failure = INDEXED_DB.find((one) => one.name === name);
      if (failure === undefined) throw new Error(name);
      const { page: reader } = await openAsGuest();
      await startDocument(reader, 'Tide log');
      const writer = await openWithFailure(openAsGuest, failure, documentPathOf(reader));
      await expect(textOf(writer)).toBeEditable({ timeout: USABLE_MS });
      await expectSaved(writer);
      await goToEnd(writer);
      await writer.context().setOffline(true);
      if (name !== 'full')
        await expect(saveStatusOf(writer)).toHaveText('Offline: not kept on this device');
      await writer.keyboard.type('low water');
      await expect(saveStatusOf(writer)).toHaveText('Not saved: do not close this page');
      await saveStatusOf(writer).click();
      await expect(writer.getByRole('dialog', { name: 'Connection' })).toContainText(
        'Keep the page open until it says Saved',
      );
      await writer.context().setOffline(false);
      await expect.poll(() => linesOf(reader)).toEqual(['low water']);
      await expectSaved(writer);
    });

  for (const failure of STORAGE_MANAGER)
    test(`navigator.storage ${failure.name}: pending work is kept`, async ({ openAsGuest }) => {
      const { page: reader } = await openAsGuest();
      await startDocument(reader, 'Tide log');
      const writer = await openWithFailure(openAsGuest, failure, documentPathOf(reader));
      await expect(textOf(writer)).toBeEditable();
      await expectSaved(writer);
      await goToEnd(writer);
      await writer.context().setOffline(true);
      await writer.keyboard.type('low water');
      await expect(saveStatusOf(writer)).toHaveText('Offline: kept on this device');
      await writer.context().setOffline(false);
      await expect.poll(() => linesOf(reader)).toEqual(['low water']);
    });
});

test('the list shows, and the status is correct, when local data cannot be read', async ({
  openAsGuest,
}) => {
  const failure = INDEXED_DB.find(({ name }) => name === 'never answering what is read');
  if (failure === undefined) throw new Error('no such row');
  const page = await openWithFailure(openAsGuest, failure, '/');
  await expectSaved(page);
  await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
  await expectExplained(page, failure);
});

test('signing out works while databases cannot be deleted', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('about:blank');
  await page.addInitScript(() => {
    const { deleteDatabase } = IDBFactory.prototype;
    IDBFactory.prototype.deleteDatabase = function (name) {
      const request = deleteDatabase.call(this, `unused-${name}`);
      for (const end of ['success', 'error', 'blocked'])
        request.addEventListener(end, (event) => event.stopImmediatePropagation());
      return request;
    };
  });
  await page.goto('/');
  await expectSaved(page);
  const before = await profileOf(page).textContent();
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await expect(profileOf(page)).not.toHaveText(before ?? '', { timeout: USABLE_MS });
});
