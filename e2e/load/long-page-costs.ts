/**
 * Measures a long page: opening it, and the main-thread cost of each action for the acting and the
 * watching person. Both browsers and the server share this machine.
 *
 *     pnpm --filter @tandem/e2e long-pages [--blocks 1000,3000,10000]
 *
 * `latency` measures the time until a key reaches the other person's screen.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { launchBrowser } from '../harness/browser.ts';
import { expectSaved, textOf } from '../harness/screens.ts';
import { Server } from '../harness/server.ts';
import {
  goToLine,
  metricsOf,
  openMetrics,
  startLongPage,
  waitUntilOpen,
  WRITERS_LINES,
  type PageMetrics,
} from './long-page.ts';

const ACTION_INTERVAL_MS = 250;
const REST_MS = 2_000;
const REPEATS = 12;

const ACTIONS = [
  { name: 'key', keys: ['e'] },
  { name: 'Enter', keys: ['Enter'] },
  { name: 'move', keys: ['Alt+Shift+ArrowDown', 'Alt+Shift+ArrowUp'] },
  { name: 'kind', keys: ['ControlOrMeta+Alt+2', 'ControlOrMeta+Alt+0'] },
] as const;

interface MeasuredPage {
  readonly page: Page;
  readonly cdp: CDPSession;
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { blocks: { type: 'string', default: '1000,3000,10000' } },
});

await using server = await Server.create();

process.stdout.write(`script of the first document: ${await scriptKilobytes()} KB gz\n\n`);
process.stdout.write(
  'Milliseconds of the main thread’s processor time (script / layout); `other` is the watching person.\n\n',
);
const names = ACTIONS.flatMap(({ name }) => [name, `${name}, other`]);
process.stdout.write(
  `| blocks | open, wall | open | heap, MB | elements (nodes) | ${names.join(' | ')} |\n`,
);
process.stdout.write(`${'|---'.repeat(5 + names.length)}|\n`);
for (const blocks of values.blocks.split(',').map(Number)) await measure(blocks);

async function measure(blocks: number): Promise<void> {
  const browsers = await Promise.all([launchBrowser(), launchBrowser()]);
  try {
    const [ada, ben] = (await Promise.all(browsers.map(openPage))) as [MeasuredPage, MeasuredPage];
    await startLongPage(ada.page, blocks);

    // A browser's first page also loads the product, so only the second opening is measured.
    await expectSaved(ben.page);
    const before = await metricsOf(ben.cdp);
    const started = performance.now();
    await ben.page.goto(ada.page.url());
    await waitUntilOpen(ben.page, ada.page);
    const wallMs = performance.now() - started;
    const opened = differenceOf(before, await metricsOf(ben.cdp));
    await sleep(REST_MS);
    await ben.cdp.send('HeapProfiler.collectGarbage');
    const { heap, nodes } = await metricsOf(ben.cdp);
    const elements = await ben.page.locator('*').count();

    const cells = [
      String(blocks),
      `${(wallMs / 1_000).toFixed(1)} s`,
      costOf(opened, 1),
      (heap / 1e6).toFixed(0),
      `${elements} (${nodes})`,
    ];
    await goToLine(ben.page, WRITERS_LINES[1]);
    await goToLine(ada.page, WRITERS_LINES[0]);
    for (const { keys } of ACTIONS) {
      const costs = await perform(ada, ben, keys);
      cells.push(...costs.map((cost) => costOf(cost, REPEATS)));
    }
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
  }
}

async function openPage(browser: Browser): Promise<MeasuredPage> {
  const page = await (await browser.newContext({ baseURL: server.url })).newPage();
  await page.goto('/');
  await expectSaved(page);
  return { page, cdp: await openMetrics(page) };
}

async function perform(
  actor: MeasuredPage,
  observer: MeasuredPage,
  keys: readonly string[],
): Promise<PageMetrics[]> {
  const both = [actor, observer];
  await sleep(REST_MS);
  const before = await Promise.all(both.map(({ cdp }) => metricsOf(cdp)));
  for (let count = 0; count < REPEATS; count++) {
    await actor.page.keyboard.press(keys[count % keys.length]!);
    await sleep(ACTION_INTERVAL_MS);
  }
  await sleep(REST_MS);
  const after = await Promise.all(both.map(({ cdp }) => metricsOf(cdp)));
  // Only after the measurement, because a query by role visits every element on the measured thread.
  await expectSaved(actor.page);
  return after.map((metrics, index) => differenceOf(before[index]!, metrics));
}

function differenceOf(before: PageMetrics, after: PageMetrics): PageMetrics {
  return {
    ...after,
    thread: after.thread - before.thread,
    task: after.task - before.task,
    script: after.script - before.script,
    layout: after.layout - before.layout,
  };
}

function costOf({ thread, script, layout }: PageMetrics, actions: number): string {
  const each = (ms: number): string => (ms / actions).toFixed(1);
  return `${each(thread)} (${each(script)} / ${each(layout)})`;
}

async function scriptKilobytes(): Promise<string> {
  const browser = await launchBrowser();
  const { page } = await openPage(browser);
  await startLongPage(page, 10);
  const url = page.url();
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const fresh = await context.newPage();
  const scripts: Promise<Buffer>[] = [];
  fresh.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body());
  });
  await fresh.goto(url);
  await textOf(fresh).waitFor();
  await expectSaved(fresh);
  // Later scripts could not be read while the browser closes.
  await fresh.waitForLoadState('networkidle');
  fresh.removeAllListeners('response');
  const bytes = (await Promise.all(scripts)).map((body) => gzipSync(body).length);
  await browser.close();
  return (bytes.reduce((sum, size) => sum + size, 0) / 1_000).toFixed(1);
}
