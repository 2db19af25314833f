/** The connection fails in the ways that connections do, and the chip tells the truth. */

import type { Page } from '@playwright/test';
import { Proxy } from '../harness/proxy.ts';
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
  /** Between the server and whoever comes by its address. */
  network: Proxy;
}

const test = base.extend<Fixtures>({
  network: async ({ server }, use) => {
    await using proxy = await Proxy.create(server.port);
    await use(proxy);
  },
});

test.use({ allowedErrors: [NETWORK_ERRORS] });

const KEY_MS = 60;
/** A silent network is noticed in ten seconds; two more for a busy machine. */
const NOTICED = { timeout: 12_000 };
/** After several tries in vain, the next one may be some seconds away. */
const BACK = { timeout: 30_000 };

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

test('a proxy that blocks live connections is told from a dead server, in words', async ({
  arrive,
  network,
}) => {
  const { page } = await arrive(network.url);
  await startDocument(page, 'Tide log');
  await page.keyboard.type('before');
  await expectSaved(page);

  network.mode = 'pages-only';
  await expect(chipOf(page)).toHaveText('No live connection: kept on this device', BACK);
  await goToEnd(page);
  await page.keyboard.type(', behind the proxy');
  await chipOf(page).click();
  const about = page.getByRole('dialog', { name: 'Connection' });
  await expect(about).toContainText('something on the way does not let live connections');
  await expect(about).toContainText(/changes? (is|are) kept on this device/);
  await about.getByRole('link', { name: 'What a proxy must let through' }).click();
  await expect(page.getByRole('heading', { name: 'nginx' })).toBeVisible();
  await page.goBack();
  await expect(textOf(page)).toHaveText('before, behind the proxy');

  await page.reload();
  await expect(textOf(page)).toHaveText('before, behind the proxy');
  await chipOf(page).click();
  const refused = network.refused;
  await about.getByRole('button', { name: 'Try now' }).click();
  await expect.poll(() => network.refused).toBeGreaterThan(refused);
  network.mode = 'open';
  await expect(chipOf(page)).toHaveText('Saved', BACK);
  const { page: other } = await arrive(documentOf(page));
  await expect(textOf(other)).toHaveText('before, behind the proxy');
});

/** Notes every word of the chip from now on; the result stops, and gives them in order. */
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
