/**
 * Arrow keys, clicks and shortcuts of one person beside a typist of 25 keys a second, whose line takes 0 or
 * 100 ms each way. Every few of them a letter is typed to show where the caret is; prints how many letters
 * were at a wrong place. The row with nobody typing shows that the model of the keys is right.
 *
 *     pnpm --filter @tandem/e2e carets [--actions 500] [--seed 1]
 */

import { parseArgs } from 'node:util';
import { walkBeside, type TypistPlace } from './caret-walk.ts';
import { openPair } from './open-pair.ts';

const PLACES: readonly TypistPlace[] = ['nobody', 'above', 'below', 'same block'];
const LATENCIES_MS = [0, 100];
const SHOWN_EXAMPLES = 3;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    actions: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
});
const options = { actions: Number(values.actions), seed: Number(values.seed) };

await using pair = await openPair();
process.stdout.write('| typist | latency | actions | letters | wrong |\n|---|---|---|---|---|\n');
const examples: string[] = [];
let wrongInAll = 0;
for (const typist of PLACES) {
  for (const latencyMs of typist === 'nobody' ? [0] : LATENCIES_MS) {
    const walk = { ...options, typist, latencyMs };
    const { actions, probes, wrong } = await walkBeside(pair.writers, walk);
    process.stdout.write(
      `| ${typist} | ${latencyMs} ms | ${actions} | ${probes} | ${wrong.length} |\n`,
    );
    examples.push(...wrong.slice(0, SHOWN_EXAMPLES).map((text) => `${typist}: ${text}`));
    wrongInAll += wrong.length;
  }
}
process.stdout.write(['', ...examples, ''].join('\n'));
if (wrongInAll > 0) process.exitCode = 1;
