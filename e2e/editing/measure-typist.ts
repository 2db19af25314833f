/**
 * A typist of 25 keys a second beside each structural command of another person, with 0, 100 and
 * 400 ms latency each way. Prints for each whether all letters are there, contiguous, in their
 * block.
 *
 *     pnpm --filter @tandem/e2e typist [--runs 1]
 */

import { parseArgs } from 'node:util';
import { launchBrowser } from '../harness/browser.ts';
import { Server } from '../harness/server.ts';
import { WriterPair } from '../harness/writer-pair.ts';
import { STRUCTURAL_EDITS, LETTERS, typeDuringEdit, type TypistOutcome } from './typist.ts';

const LATENCIES_MS = [0, 100, 400];

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { runs: { type: 'string', default: '1' } },
});
const runs = Number(values.runs);

await using server = await Server.create();
await using browser = await launchBrowser();
await using writers = await WriterPair.create(browser, server);
const wrong: string[] = [];
let correct = 0;
const rows: string[] = [];
for (const edit of STRUCTURAL_EDITS) {
  const cells: string[] = [];
  for (const latencyMs of LATENCIES_MS) {
    const outcomes: TypistOutcome[] = [];
    for (let run = 0; run < runs; run++) {
      outcomes.push(await typeDuringEdit(writers, edit, latencyMs));
    }
    correct += outcomes.filter(({ isCorrect }) => isCorrect).length;
    cells.push(outcomes.map(summaryOf).join(', '));
    for (const { isCorrect, outline } of outcomes) {
      if (!isCorrect) wrong.push(`${edit.id} ${latencyMs} ms: ${outline.join(' / ')}`);
    }
  }
  rows.push(`| ${edit.id} | ${edit.name} | ${cells.join(' | ')} |`);
}
const all = STRUCTURAL_EDITS.length * LATENCIES_MS.length * runs;
process.stdout.write(
  [
    `${LETTERS.length} letters each; in one piece in their block: ${correct} of ${all}`,
    '',
    `| | the other | ${LATENCIES_MS.map((ms) => `${ms} ms`).join(' | ')} |`,
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...wrong,
    '',
  ].join('\n'),
);
if (correct < all) process.exitCode = 1;

function summaryOf({ isCorrect, lost, isContiguous }: TypistOutcome): string {
  if (isCorrect) return 'right';
  if (lost > 0) return `${lost} lost`;
  return isContiguous ? 'in the wrong place' : 'in pieces';
}
