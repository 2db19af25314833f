/**
 * Arrow keys, clicks and shortcuts of one person beside a typist of 25 keys a second, with 0 or 100
 * ms latency each way, on an idle or busy page. A probe letter after every few actions reveals the
 * caret; the output is the number of misplaced probes. The row without a typist validates the
 * model.
 *
 *     pnpm --filter @tandem/e2e carets [--actions 500] [--seed 1]
 *
 * Each combination of latency and page gets this many actions, a third each with the typist above,
 * below and in the same block. The last line is the total.
 */

import { parseArgs } from 'node:util';
import { launchBrowser } from '../harness/browser.ts';
import { Server } from '../harness/server.ts';
import { WriterPair } from '../harness/writer-pair.ts';
import { walkDuringTyping, type TypistPlace } from './caret-walk.ts';

const PLACES: readonly TypistPlace[] = ['above', 'below', 'same block'];
const LATENCIES_MS = [0, 100];
const SHOWN_EXAMPLES = 3;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    actions: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const actionsPerPlace = Math.ceil(Number(values.actions) / PLACES.length);

await using server = await Server.create();
await using browser = await launchBrowser();
await using writers = await WriterPair.create(browser, server);
const examples: string[] = [];
const sum = { actions: 0, probes: 0, wrong: 0 };
process.stdout.write(
  '| typist | latency | page | actions | letters | wrong |\n|---|---|---|---|---|---|\n',
);
await measure('none', 0, false);
for (const latencyMs of LATENCIES_MS)
  for (const isBusy of [false, true])
    for (const typist of PLACES) await measure(typist, latencyMs, isBusy);
process.stdout.write(
  ['', ...examples, `${sum.wrong} wrong of ${sum.probes} letters, ${sum.actions} actions`, ''].join(
    '\n',
  ),
);
if (sum.wrong > 0) process.exitCode = 1;

async function measure(typist: TypistPlace, latencyMs: number, isBusy: boolean): Promise<void> {
  const walk = { typist, latencyMs, isBusy, actions: actionsPerPlace, seed };
  const { actions, probes, wrong } = await walkDuringTyping(writers, walk);
  const page = isBusy ? 'busy' : 'idle';
  process.stdout.write(
    `| ${typist} | ${latencyMs} ms | ${page} | ${actions} | ${probes} | ${wrong.length} |\n`,
  );
  examples.push(...wrong.slice(0, SHOWN_EXAMPLES).map((text) => `${typist}, ${page}: ${text}`));
  if (typist !== 'none') {
    sum.actions += actions;
    sum.probes += probes;
  }
  sum.wrong += wrong.length;
}
