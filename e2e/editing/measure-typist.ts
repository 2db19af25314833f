/**
 * A typist of 25 keys a second beside each structural command of another person, with 0, 100 and
 * 400 ms latency each way. Prints for each whether all letters are there, contiguous, in their
 * block.
 *
 *     pnpm --filter @tandem/e2e typist [--runs 1]
 */

import { openPair } from './open-pair.ts';
import { parseArgs } from 'node:util';
import { DISTURBANCES, LETTERS, typeBeside, type TypistOutcome } from './typist.ts';

const LATENCIES_MS = [0, 100, 400];

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { runs: { type: 'string', default: '1' } },
});
const runs = Number(values.runs);

await using pair = await openPair();
const wrong: string[] = [];
let right = 0;
const rows: string[] = [];
for (const disturbance of DISTURBANCES) {
  const cells: string[] = [];
  for (const latencyMs of LATENCIES_MS) {
    const outcomes: TypistOutcome[] = [];
    for (let run = 0; run < runs; run++) {
      outcomes.push(await typeBeside(pair.writers, disturbance, latencyMs));
    }
    right += outcomes.filter(({ isRight }) => isRight).length;
    cells.push(outcomes.map(summaryOf).join(', '));
    for (const { isRight, outline } of outcomes) {
      if (!isRight) wrong.push(`${disturbance.id} ${latencyMs} ms: ${outline.join(' / ')}`);
    }
  }
  rows.push(`| ${disturbance.id} | ${disturbance.name} | ${cells.join(' | ')} |`);
}
const all = DISTURBANCES.length * LATENCIES_MS.length * runs;
process.stdout.write(
  [
    `${LETTERS.length} letters each; in one piece in their block: ${right} of ${all}`,
    '',
    `| | the other | ${LATENCIES_MS.map((ms) => `${ms} ms`).join(' | ')} |`,
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...wrong,
    '',
  ].join('\n'),
);
if (right < all) process.exitCode = 1;

function summaryOf({ isRight, lost, inOnePiece }: TypistOutcome): string {
  if (isRight) return 'right';
  if (lost > 0) return `${lost} lost`;
  return inOnePiece ? 'in the wrong place' : 'in pieces';
}
