/** Connection failures: no edit is lost, and the save status is correct. */

import type { Page } from '@playwright/test';
import { BLOCKED, Proxy } from '../harness/proxy.ts';
import {
  saveStatusOf,
  documentPathOf,
  expectSaved,
  goToEnd,
  goToEndOfLine,
  linesOf,
  NETWORK_ERRORS,
  startDocument,
  textOf,
  openSharedDocument,
  writeLines,
} from '../harness/screens.ts';
import { expect, test as base } from '../harness/test.ts';

interface Fixtures {
  network: Proxy;
}

const test = base.extend<Fixtures>({
  network: async ({ server }, use) => {
    await using proxy = await Proxy.create(server.port);
    await use(proxy);
  },
});

test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

const KEY_MS = 60;
/** A silent network is detected in ten seconds; the rest is for a busy machine. */
const DETECTION_TIMEOUT = { timeout: 30_000 };
/** After several failed attempts, the next may be 30 s away, and then the page connects and sends. */
const RECONNECT_TIMEOUT = { timeout: 45_000 };

test.describe('a server that is killed', () => {
  test.use({ serverOptions: {} });

  test('the server is killed while two people type, and each letter arrives once', async ({
    openAsGuest,
    server,
  }) => {
    test.slow();
    const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
    await writeLines(ada, ['Ada:', 'Ben:']);
    await expect.poll(() => linesOf(ben)).toEqual(['Ada:', 'Ben:']);
    await goToEndOfLine(ada, 'Ada:');
    await goToEndOfLine(ben, 'Ben:');
    const letters = ' the quick brown fox jumps over the lazy dog';
    const writing = Promise.all(
      [ada, ben].map((page) => page.keyboard.type(letters, { delay: KEY_MS })),
    );

    await expect(textOf(ben)).toContainText('Ada: the quick');
    await server.kill();
    for (const page of [ada, ben]) await expect(saveStatusOf(page)).not.toHaveText('Saved');
    const recordings = await Promise.all([ada, ben].map((page) => recordStatusLabels(page)));
    await writing;
    const labels = (await Promise.all(recordings.map((stop) => stop()))).flat();
    expect(labels.length).toBeGreaterThan(0);
    expect(labels).not.toContain('Saved');

    await server.start();
    await expect(saveStatusOf(ada)).toHaveText('Saved', RECONNECT_TIMEOUT);
    await expect(saveStatusOf(ben)).toHaveText('Saved', RECONNECT_TIMEOUT);
    const lines = [`Ada:${letters}`, `Ben:${letters}`];
    for (const page of [ada, ben]) await expect.poll(() => linesOf(page)).toEqual(lines);
    const { page: fresh } = await openAsGuest(documentPathOf(ada));
    await expect.poll(() => linesOf(fresh)).toEqual(lines);
  });
});

test('a silent network is detected, and edits made meanwhile arrive once', async ({
  openAsGuest,
  network,
}) => {
  const { page: ben } = await openAsGuest();
  await startDocument(ben, 'Tide log');
  await ben.keyboard.type('one');
  const { page: ada } = await openAsGuest(`${network.url}${documentPathOf(ben)}`);
  await expect(textOf(ada)).toHaveText('one');
  await expectSaved(ada);

  network.mode = 'silent';
  await expect(saveStatusOf(ada)).toHaveText(/^Reconnecting/, DETECTION_TIMEOUT);
  await goToEnd(ada);
  await ada.keyboard.type(' two');
  await expect(saveStatusOf(ada)).toHaveText(/^Reconnecting/);
  await expect(textOf(ben)).toHaveText('one');

  network.mode = 'open';
  await expect(saveStatusOf(ada)).toHaveText('Saved', RECONNECT_TIMEOUT);
  for (const page of [ada, ben]) await expect(textOf(page)).toHaveText('one two');
});

test('unconfirmed work shortens the detection of a silent network', async ({
  openAsGuest,
  network,
}) => {
  const { page: ben } = await openAsGuest();
  await startDocument(ben, 'Tide log');
  const { page: ada } = await openAsGuest(`${network.url}${documentPathOf(ben)}`);
  await expectSaved(ada);
  await goToEnd(ada);
  network.mode = 'silent';
  await ada.keyboard.type('one two');
  await expect(saveStatusOf(ada)).toHaveText('Saving…');
  await expect(saveStatusOf(ada)).toHaveText(/^Reconnecting/, DETECTION_TIMEOUT);
  network.mode = 'open';
  await expect(saveStatusOf(ada)).toHaveText('Saved', RECONNECT_TIMEOUT);
  for (const page of [ada, ben]) await expect(textOf(page)).toHaveText('one two');
});

test('editing works behind a proxy that blocks WebSockets', async ({ openAsGuest, network }) => {
  const { page: ben } = await openAsGuest();
  await startDocument(ben, 'Tide log');
  network.mode = 'pages-only';
  const { page: ada } = await openAsGuest(`${network.url}${documentPathOf(ben)}`);
  await expectSaved(ada);
  await goToEnd(ada);
  await ada.keyboard.type('behind the proxy');
  await expectSaved(ada);
  await expect(textOf(ben)).toHaveText('behind the proxy');
  await goToEnd(ben);
  await ben.keyboard.type(', and before it');
  await expect(textOf(ada)).toHaveText('behind the proxy, and before it');

  // The fallback transport is not an error; the dialog explains it on request.
  await saveStatusOf(ada).click();
  const about = ada.getByRole('dialog', { name: 'Connection' });
  await expect(about).toContainText('uses ordinary web requests instead');
  await about.getByRole('link', { name: 'Help with blocked connections' }).click();
  await expect(ada.getByRole('heading', { name: 'nginx' })).toBeVisible();
  await ada.goBack();
  await expectSaved(ada);

  // A reload starts with the transport that worked.
  const refused = network.refused;
  await ada.reload();
  await expectSaved(ada);
  await expect(textOf(ada)).toHaveText('behind the proxy, and before it');
  expect(network.refused).toBe(refused);
});

if (!BLOCKED) {
  test('the page returns to a WebSocket once the proxy allows it', async ({
    openAsGuest,
    network,
  }) => {
    const { page: ben } = await openAsGuest();
    await startDocument(ben, 'Tide log');
    const { page: ada } = await openAsGuest(`${network.url}${documentPathOf(ben)}`);
    await expectSaved(ada);
    network.mode = 'pages-only';
    await saveStatusOf(ada).click();
    const about = ada.getByRole('dialog', { name: 'Connection' });
    await expect(about).toContainText('uses ordinary web requests instead', RECONNECT_TIMEOUT);
    network.mode = 'open';
    await ada.keyboard.press('Escape');
    await goToEnd(ada);
    const typing = ada.keyboard.type('not a letter is lost on the way over', { delay: KEY_MS });
    await ada.evaluate(() => dispatchEvent(new Event('online')));
    await typing;
    await expectSaved(ada);
    await saveStatusOf(ada).click();
    await expect(about).not.toContainText('ordinary web requests');
    await expect(textOf(ben)).toHaveText('not a letter is lost on the way over');
  });
}

for (const mode of ['buffering', 'cutting'] as const) {
  test(`editing works behind a proxy that is ${mode} streamed responses`, async ({
    openAsGuest,
    network,
  }) => {
    const { page: ben } = await openAsGuest();
    await startDocument(ben, 'Tide log');
    network.mode = mode;
    const { page: ada } = await openAsGuest(`${network.url}${documentPathOf(ben)}`);
    await expect(saveStatusOf(ada)).toHaveText('Saved', RECONNECT_TIMEOUT);
    await goToEnd(ada);
    const line = 'word after word, over more than one of its cuts';
    await ada.keyboard.type(line, { delay: 300 });
    await expect(saveStatusOf(ada)).toHaveText('Saved', RECONNECT_TIMEOUT);
    for (const page of [ada, ben]) await expect(textOf(page)).toHaveText(line);
  });
}

async function recordStatusLabels(page: Page): Promise<() => Promise<string[]>> {
  const recorder = await saveStatusOf(page).evaluateHandle((status) => {
    const labels = [status.textContent ?? ''];
    const record = () => void labels.push(status.textContent ?? '');
    new MutationObserver(record).observe(status, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return labels;
  });
  return async () => recorder.jsonValue();
}
