/**
 * Measures two people who type in one long page, in two browsers: the time until a letter is on the
 * other's screen, the main-thread cost of a key for the typing and the watching person, and whether
 * an Enter at the top moves the text that the other reads. Both browsers and the server share this
 * machine and its clock.
 *
 *     pnpm --filter @tandem/e2e latency [--blocks 3000] [--seconds 20]
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from '@playwright/test';
import { launchBrowser } from '../harness/browser.ts';
import { blocksOf } from '../harness/blocks.ts';
import { textOf } from '../harness/screens.ts';
import { Server } from '../harness/server.ts';
import {
  goToLine,
  metricsOf,
  openMetrics,
  startLongPage,
  waitUntilOpen,
  WRITERS_LINES,
} from './long-page.ts';
import { Samples } from './percentiles.ts';

const KEY_INTERVAL_MS = 110;
const WORDS = 'the gauge at the north slip drifted by four centimetres last spring ';
const REST_MS = 2_000;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    blocks: { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '20' },
  },
});
const blocks = Number(values.blocks);
const keys = Math.round((Number(values.seconds) * 1_000) / KEY_INTERVAL_MS);

await using server = await Server.create();
const browsers = await Promise.all([launchBrowser(), launchBrowser()]);
const [ada, ben] = await openLongPage();
for (const { page, line } of [ada, ben]) await goToLine(page, line);

const rest = await costOf([ada, ben], () => sleep(REST_MS));
const alone = await measure([ada], [ben]);
const both = await measure([ada, ben], [ada, ben]);
const moved = await movedByEnterAbove(ada.page, ben);
await Promise.all(browsers.map((browser) => browser.close()));

const perSecond = (ms: number) => (ms / REST_MS) * 1_000;
process.stdout.write(
  [
    `${blocks} blocks, ${keys} keys each, one every ${KEY_INTERVAL_MS} ms`,
    '',
    '| | key → other screen | main thread, writer | main thread, reader |',
    '|---|---|---|---|',
    `| one types | ${alone.latency.toString()} | ${perKey(alone.cost[0])} | ${perKey(alone.cost[1])} |`,
    `| both type | ${both.latency.toString()} | ${perKey(both.cost[0])} | ${perKey(both.cost[1])} (each writes and reads) |`,
    '',
    `at rest: ${rest.map((ms) => `${perSecond(ms).toFixed(1)} ms/s`).join(', ')} of the main thread`,
    `an Enter at the top moved the reader’s view by ${moved} px`,
    '',
  ].join('\n'),
);

interface Writer {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly line: string;
}

interface Measured {
  readonly latency: Samples;
  readonly cost: readonly number[];
}

async function openLongPage(): Promise<[Writer, Writer]> {
  const pages = await Promise.all(
    browsers.map(async (browser) => (await browser.newContext({ baseURL: server.url })).newPage()),
  );
  const [first, second] = pages as [Page, Page];
  await first.goto('/');
  await startLongPage(first, blocks);
  await second.goto(first.url());
  await waitUntilOpen(second, first);
  const writers = pages.map(async (page, index): Promise<Writer> => {
    return { page, cdp: await openMetrics(page), line: WRITERS_LINES[index]! };
  });
  return (await Promise.all(writers)) as [Writer, Writer];
}

async function measure(writers: readonly Writer[], readers: readonly Writer[]): Promise<Measured> {
  for (const writer of writers) await recordKeys(writer.page);
  for (const reader of readers) {
    const lines = writers.filter((writer) => writer !== reader).map(({ line }) => line);
    await recordArrivals(reader.page, lines);
  }
  const text = WORDS.repeat(Math.ceil(keys / WORDS.length)).slice(0, keys);
  const cost = await costOf([ada, ben], () =>
    Promise.all(writers.map(({ page }) => page.keyboard.type(text, { delay: KEY_INTERVAL_MS }))),
  );
  await sleep(REST_MS);
  const latency = new Samples();
  for (const writer of writers) {
    const typed = await writer.page.evaluate(() => (window as Instrumented).keysAt ?? []);
    for (const reader of readers.filter((other) => other !== writer)) {
      const shown = await reader.page.evaluate(
        (line) => (window as Instrumented).shownAt?.[line] ?? [],
        writer.line,
      );
      for (const [index, at] of typed.entries()) {
        const seen = shown.find(({ letters }) => letters > index);
        if (seen === undefined) throw new Error(`letter ${index} has not arrived`);
        latency.add(seen.at - at);
      }
    }
  }
  return { latency, cost };
}

interface Instrumented extends Window {
  keysAt?: number[];
  shownAt?: Record<string, { letters: number; at: number }[]>;
  stopRecording?: AbortController;
}

function recordKeys(page: Page): Promise<void> {
  return page.evaluate(() => {
    const view = window as Instrumented;
    const keysAt: number[] = [];
    view.stopRecording?.abort();
    view.stopRecording = new AbortController();
    view.keysAt = keysAt;
    addEventListener(
      'keydown',
      ({ timeStamp }) => keysAt.push(performance.timeOrigin + timeStamp),
      { capture: true, signal: view.stopRecording.signal },
    );
  });
}

function recordArrivals(page: Page, lines: readonly string[]): Promise<void> {
  return page.evaluate((lines) => {
    const shownAt: Record<string, { letters: number; at: number }[]> = {};
    (window as Instrumented).shownAt = shownAt;
    for (const line of lines) {
      const block = [...document.querySelectorAll('[data-id]')].find(({ textContent }) =>
        textContent.startsWith(line),
      );
      if (block === undefined) throw new Error(`there is no ${line}`);
      const before = block.textContent.length;
      const shown: { letters: number; at: number }[] = [];
      shownAt[line] = shown;
      new MutationObserver(() => {
        const letters = block.textContent.length - before;
        requestAnimationFrame(() =>
          shown.push({ letters, at: performance.timeOrigin + performance.now() }),
        );
      }).observe(block, { subtree: true, childList: true, characterData: true });
    }
  }, lines);
}

async function costOf(writers: readonly Writer[], run: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(writers.map(({ cdp }) => metricsOf(cdp)));
  await run();
  const after = await Promise.all(writers.map(({ cdp }) => metricsOf(cdp)));
  return after.map(({ thread }, index) => thread - (before[index]?.thread ?? 0));
}

function perKey(ms: number | undefined): string {
  return `${((ms ?? Number.NaN) / keys).toFixed(1)} ms/key`;
}

async function movedByEnterAbove(writer: Page, reader: Writer): Promise<number> {
  const line = textOf(reader.page).getByText(reader.line);
  await reader.page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await line.scrollIntoViewIfNeeded();
  await sleep(REST_MS);
  const top = () => line.evaluate((element) => element.getBoundingClientRect().top);
  const count = async () => (await blocksOf(reader.page)).length;
  const [before, blocksBefore] = [await top(), await count()];
  await textOf(writer).focus();
  await writer.keyboard.press('ControlOrMeta+Home');
  // The editor follows the browser's selection with a delay.
  await sleep(REST_MS);
  await writer.keyboard.press('Enter');
  while ((await count()) === blocksBefore) await sleep(50);
  await sleep(REST_MS);
  return (await top()) - before;
}
