/**
 * Input methods: each as the first input of a new document, and a composition while another person
 * edits its block. Prints both screens and the shared text where they are wrong.
 *
 *     pnpm --filter @tandem/e2e compositions [--runs 1]
 */

import { parseArgs } from 'node:util';
import { launchBrowser } from '../harness/browser.ts';
import { Server } from '../harness/server.ts';
import { WriterPair } from '../harness/writer-pair.ts';
import {
  composeDuringEdit,
  composeFirst,
  type FirstInput,
  type Screens,
} from './composition-runs.ts';
import { INPUT_METHODS, CONCURRENT_EDITS } from './compositions.ts';
import type { Outline } from './edit-pairs.ts';

const FIRST_INPUTS: readonly FirstInput[] = ['at once', 'after typing and undo'];

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { runs: { type: 'string', default: '1' } },
});
const runs = Number(values.runs);

await using server = await Server.create();
await using browser = await launchBrowser();
await using writers = await WriterPair.create(browser, server);
process.stdout.write('| composition | right | otherwise |\n|---|---|---|\n');
let wrong = 0;
for (const method of INPUT_METHODS) {
  for (const when of FIRST_INPUTS) {
    await measure(`first input, ${method.name}, ${when}`, [[method.committed]], () =>
      composeFirst(writers, method, when),
    );
  }
}
for (const edit of CONCURRENT_EDITS) {
  await measure(`the other ${edit.name}`, edit.expected, () => composeDuringEdit(writers, edit));
}
if (wrong > 0) process.exitCode = 1;

async function measure(
  name: string,
  expected: readonly Outline[],
  compose: () => Promise<Screens>,
): Promise<void> {
  const faults: string[] = [];
  for (let run = 0; run < runs; run++) {
    const screens = await compose();
    const lines = Object.values(screens).map((outline: Outline) => outline.join(' / '));
    const allowed = expected.map((outline) => outline.join(' / '));
    const isOne = new Set(lines).size === 1;
    if (!isOne || !allowed.includes(lines[0] ?? '')) {
      faults.push(isOne ? (lines[0] ?? '') : lines.join(' ≠ '));
    }
  }
  wrong += faults.length;
  process.stdout.write(`| ${name} | ${runs - faults.length} of ${runs} | ${faults.join('; ')} |\n`);
}
