/**
 * Arrow keys, clicks and shortcuts of one person beside a typist of 25 keys a second, whose line takes 0 or 100 ms each
 * way, on a page that is idle or busy. Every few of them a letter is typed to show where the caret is; prints how many
 * letters were at a wrong place. The row with nobody typing shows that the model of the keys is right.
 *
 *     pnpm --filter @tandem/e2e carets [--actions 500] [--seed 1]
 *
 * Each combination of latency and page gets as many actions, a third of them with the typist above, below and in the
 * same block. The last line is the figure of all of them.
 */

import { parseArgs } from 'node:util';
import { walkBeside, type TypistPlace } from './caret-walk.ts';
import { openPair } from './open-pair.ts';

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

await using pair = await openPair();
const examples: string[] = [];
const sum = { actions: 0, probes: 0, wrong: 0 };
process.stdout.write(
  '| typist | latency | page | actions | letters | wrong |\n|---|---|---|---|---|---|\n',
);
await measure('nobody', 0, false);
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
  const { actions, probes, wrong } = await walkBeside(pair.writers, walk);
  const page = isBusy ? 'busy' : 'idle';
  process.stdout.write(
    `| ${typist} | ${latencyMs} ms | ${page} | ${actions} | ${probes} | ${wrong.length} |\n`,
  );
  examples.push(...wrong.slice(0, SHOWN_EXAMPLES).map((text) => `${typist}, ${page}: ${text}`));
  if (typist !== 'nobody') {
    sum.actions += actions;
    sum.probes += probes;
  }
  sum.wrong += wrong.length;
}
