/** Connection failures: no edit is lost, and the save status is correct. */

import type { Page } from '@playwright/test';
import { BLOCKED, Proxy } from '../harness/proxy.ts';
import {
  chipOf,
  documentOf,
  expectSaved,
  goToEnd,
  goToEndOf,
  linesOf,
  NETWORK_ERRORS,
  startDocument,
  textOf,
  together,
  writeLines,
} from '../harness/screens.ts';
import { expect, test as base } from '../harness/test.ts';

interface Fixtures {
  /** Between the server and clients that use the proxy's address. */
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
/** A silent network is detected in ten seconds; two more for a busy machine. */
const NOTICED = { timeout: 12_000 };
/** After several failed attempts, the next may be seconds away. */
const BACK = { timeout: 30_000 };

test.describe('a server that is killed', () => {
  test.use({ serverOptions: {} });

  test('the server is killed while two write, and each letter is there once', async ({
    arrive,
    server,
  }) => {
    const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
    await writeLines(ada, ['Ada:', 'Ben:']);
    await expect.poll(() => linesOf(ben)).toEqual(['Ada:', 'Ben:']);
    await goToEndOf(ada, 'Ada:');
    await goToEndOf(ben, 'Ben:');
    const letters = ' the quick brown fox jumps over the lazy dog';
    const writing = Promise.all(
      [ada, ben].map((page) => page.keyboard.type(letters, { delay: KEY_MS })),
    );

    await expect(textOf(ben)).toContainText('Ada: the quick');
    await server.kill();
    for (const page of [ada, ben]) await expect(chipOf(page)).not.toHaveText('Saved');
    const words = await Promise.all([ada, ben].map((page) => recordWords(page)));
    await writing;
    const said = (await Promise.all(words.map((stop) => stop()))).flat();
    expect(said.length).toBeGreaterThan(0);
    expect(said).not.toContain('Saved');

    await server.start();
    await expect(chipOf(ada)).toHaveText('Saved', BACK);
    await expect(chipOf(ben)).toHaveText('Saved', BACK);
    const lines = [`Ada:${letters}`, `Ben:${letters}`];
    for (const page of [ada, ben]) await expect.poll(() => linesOf(page)).toEqual(lines);
    const { page: fresh } = await arrive(documentOf(ada));
    await expect.poll(() => linesOf(fresh)).toEqual(lines);
  });
});

test('a network that falls silent is noticed, and what was written arrives once', async ({
  arrive,
  network,
}) => {
  const { page: ben } = await arrive();
  await startDocument(ben, 'Tide log');
  await ben.keyboard.type('one');
  const { page: ada } = await arrive(`${network.url}${documentOf(ben)}`);
  await expect(textOf(ada)).toHaveText('one');
  await expectSaved(ada);

  network.mode = 'silent';
  await expect(chipOf(ada)).toHaveText(/^Reconnecting/, NOTICED);
  await goToEnd(ada);
  await ada.keyboard.type(' two');
  await expect(chipOf(ada)).toHaveText(/^Reconnecting/);
  await expect(textOf(ben)).toHaveText('one');

  network.mode = 'open';
  await expect(chipOf(ada)).toHaveText('Saved', BACK);
  for (const page of [ada, ben]) await expect(textOf(page)).toHaveText('one two');
});

test('with unconfirmed work, a silent network is noticed sooner', async ({ arrive, network }) => {
  const { page: ben } = await arrive();
  await startDocument(ben, 'Tide log');
  const { page: ada } = await arrive(`${network.url}${documentOf(ben)}`);
  await expectSaved(ada);
  await goToEnd(ada);
  network.mode = 'silent';
  await ada.keyboard.type('one two');
  await expect(chipOf(ada)).toHaveText('Saving…');
  await expect(chipOf(ada)).toHaveText(/^Reconnecting/, NOTICED);
  network.mode = 'open';
  await expect(chipOf(ada)).toHaveText('Saved', BACK);
  for (const page of [ada, ben]) await expect(textOf(page)).toHaveText('one two');
});

test('behind a proxy that blocks WebSockets, people write as always', async ({
  arrive,
  network,
}) => {
  const { page: ben } = await arrive();
  await startDocument(ben, 'Tide log');
  network.mode = 'pages-only';
  const { page: ada } = await arrive(`${network.url}${documentOf(ben)}`);
  await expectSaved(ada);
  await goToEnd(ada);
  await ada.keyboard.type('behind the proxy');
  await expectSaved(ada);
  await expect(textOf(ben)).toHaveText('behind the proxy');
  await goToEnd(ben);
  await ben.keyboard.type(', and before it');
  await expect(textOf(ada)).toHaveText('behind the proxy, and before it');

  // The fallback transport is not an error; the dialog explains it on request.
  await chipOf(ada).click();
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
  test('when the way is free again, the page goes over to a WebSocket by itself', async ({
    arrive,
    network,
  }) => {
    const { page: ben } = await arrive();
    await startDocument(ben, 'Tide log');
    const { page: ada } = await arrive(`${network.url}${documentOf(ben)}`);
    await expectSaved(ada);
    network.mode = 'pages-only';
    await chipOf(ada).click();
    const about = ada.getByRole('dialog', { name: 'Connection' });
    await expect(about).toContainText('uses ordinary web requests instead', BACK);
    network.mode = 'open';
    await ada.keyboard.press('Escape');
    await goToEnd(ada);
    const typing = ada.keyboard.type('not a letter is lost on the way over', { delay: KEY_MS });
    await ada.evaluate(() => dispatchEvent(new Event('online')));
    await typing;
    await expectSaved(ada);
    await chipOf(ada).click();
    await expect(about).not.toContainText('ordinary web requests');
    await expect(textOf(ben)).toHaveText('not a letter is lost on the way over');
  });
}

for (const mode of ['buffering', 'cutting'] as const) {
  test(`behind a proxy that is ${mode} what is streamed, people write as always`, async ({
    arrive,
    network,
  }) => {
    const { page: ben } = await arrive();
    await startDocument(ben, 'Tide log');
    network.mode = mode;
    const { page: ada } = await arrive(`${network.url}${documentOf(ben)}`);
    await expect(chipOf(ada)).toHaveText('Saved', BACK);
    await goToEnd(ada);
    const line = 'word after word, over more than one of its cuts';
    await ada.keyboard.type(line, { delay: 300 });
    await expect(chipOf(ada)).toHaveText('Saved', BACK);
    for (const page of [ada, ben]) await expect(textOf(page)).toHaveText(line);
  });
}

async function recordWords(page: Page): Promise<() => Promise<string[]>> {
  const recorder = await chipOf(page).evaluateHandle((chip) => {
    const words = [chip.textContent ?? ''];
    const note = () => void words.push(chip.textContent ?? '');
    new MutationObserver(note).observe(chip, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return words;
  });
  return async () => recorder.jsonValue();
}
