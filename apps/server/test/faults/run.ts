/**
 * Runs faults on a cluster of real processes, and prints what became of all that was acknowledged:
 *
 *     node test/faults/run.mjs [--runs 3] [--random 20] [--seed 1] [--only name]
 *
 * `--only` may be repeated; `--only random` runs the combinations alone. Each fault runs `--runs` times with
 * the seeds from `--seed` on; `--runs 1 --seed 7 --only node-killed` repeats one. Ends with 1 if anything was
 * lost, came twice, or differed.
 */
import { parseArgs } from 'node:util';
import { SeededRandom } from '@tandem/testkit';
import { FaultCluster } from './fault-cluster.ts';
import type { Fault } from './fault.ts';
import { combineFaults, FAULTS } from './faults.ts';
import { toTable } from './fault-table.ts';
import { hasFailed, runFault, type RunResult } from './run-fault.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    random: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const [runs, combinations, firstSeed] = [values.runs, values.random, values.seed].map(Number) as [
  number,
  number,
  number,
];

interface Plan {
  readonly fault: Fault;
  readonly seed: number;
  /** In the table. */
  readonly row: string;
}

const isChosen = (name: string) => values.only.length === 0 || values.only.includes(name);
const unknown = values.only.filter(
  (name) => name !== 'random' && FAULTS.every((fault) => fault.name !== name),
);
if (unknown.length > 0)
  throw new Error(
    `There is no fault ${unknown.join()}; there are ${FAULTS.map(({ name }) => name).join(', ')}.`,
  );

const seeds = (count: number) => Array.from({ length: count }, (_, at) => firstSeed + at);
const plans: Plan[] = [
  ...FAULTS.filter(({ name }) => isChosen(name)).flatMap((fault) =>
    seeds(runs).map((seed) => ({ fault, seed, row: fault.name })),
  ),
  ...(isChosen('random') ? seeds(combinations) : []).map((seed) => ({
    fault: combineFaults(seed),
    seed,
    row: 'random combinations',
  })),
];

const results = new Map<string, RunResult[]>();
let cluster: { readonly diskMib: number | null; readonly running: FaultCluster } | null = null;
try {
  for (const { fault, seed, row } of plans) {
    const diskMib = fault.diskMib ?? null;
    if (cluster !== null && cluster.diskMib !== diskMib) {
      await cluster.running[Symbol.asyncDispose]();
      cluster = null;
    }
    cluster ??= {
      diskMib,
      running: await FaultCluster.start({
        random: new SeededRandom(firstSeed),
        diskMib,
        bundle: import.meta.dirname,
      }),
    };
    const result = await runFault(cluster.running, fault, seed);
    results.set(row, [...(results.get(row) ?? []), result]);
    const { findings, healedMs, pauseMs } = result;
    process.stderr.write(
      `${fault.name} (seed ${seed}): ${findings.acknowledged} acknowledged, healed in ${healedMs} ms, longest pause ${pauseMs} ms\n`,
    );
    for (const problem of [...findings.lost, ...findings.twice, ...findings.problems].slice(0, 20))
      process.stderr.write(`  ${problem}\n`);
    if (!hasFailed(result)) continue;
    process.exitCode = 1;
    for (const [at, { server }] of cluster.running.nodes.entries())
      process.stderr.write(`  node ${at} said last:\n${server.output.slice(-3_000)}\n`);
    // What comes next begins in order.
    await cluster.running[Symbol.asyncDispose]();
    cluster = null;
  }
} finally {
  // Its processes would go on without this one.
  await cluster?.running[Symbol.asyncDispose]();
}
process.stdout.write(toTable(results));
