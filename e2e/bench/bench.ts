/**
 * Compares Tandem with other servers: one run, alternating targets, the same work.
 *
 *     pnpm bench [--quick] [--scenario name]… [--only target]… [--scale n] [--rounds n]
 *                [--docs] [--bundle main.js] [--profile folder] [--pin]
 *                [--threads]
 *
 * `--quick` takes a quarter of an hour. `--scale` multiplies the people of each scenario. `--docs` writes
 * the tables into apps/docs. `--bundle` measures another build of the server. `--profile` writes a
 * processor profile of each thread of Tandem. `--pin` gives the measured server one core and the load
 * all others (Linux only), so that processor times of servers with one and with many threads compare. `--threads` prints
 * what each thread of the first target used. With `BENCH_DATABASE=postgres://user@host/%s`, where `createdb` may make
 * databases, Tandem on Postgres is measured, too.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Swarm } from '../load/swarm/swarm.ts';
import {
  TANDEM_ON_POSTGRES,
  TARGET_NAMES,
  createTargets,
  type Target,
  type TargetName,
} from './targets.ts';
import { writeDocs } from './docs-page.ts';
import { toRow, type Report, type Section } from './result.ts';
import type { Runner, Outcome, Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { printTable, printThreads } from './table.ts';
import { createSeededDatabase, createSeededFolder } from './seeded-storage.ts';
import { TandemTarget } from './tandem-target.ts';

const RESULTS = resolve(import.meta.dirname, 'results');
const SWARM_PROCESSES = 2;
const ROUNDS = { quick: 1, full: 3 } as const;
/** Scenario descriptions mention the sizes of full runs. */
const SMALLER = '(Sizes are those of a full run; this one had others.)';
const RUN_LIMIT_MS = 240_000;

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    quick: { type: 'boolean', default: false },
    scenario: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    docs: { type: 'boolean', default: false },
    bundle: { type: 'string' },
    profile: { type: 'string' },
    threads: { type: 'boolean', default: false },
    pin: { type: 'boolean', default: false },
  },
});
const length = options.quick ? 'quick' : 'full';
const rounds = Number(options.rounds ?? ROUNDS[length]);
const scale = Number(options.scale);
const scenarios = select(SCENARIOS, options.scenario, ({ name }) => name);
const database = process.env['BENCH_DATABASE'];
const available = TARGET_NAMES.filter(
  (name) => name !== TANDEM_ON_POSTGRES || database !== undefined,
);
const names: readonly TargetName[] = select(available, options.only, (name) => name);

const cores = availableParallelism();
const core = options.pin ? 0 : undefined;
if (core !== undefined) pinThisProcess(`${core + 1}-${cores - 1}`);

const shared = {
  bundle: options.bundle,
  core,
  nodeArguments:
    options.profile === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`],
};
await using tandem = await TandemTarget.create({
  ...shared,
  storage: await createSeededFolder(),
});
await using tandemOnPostgres =
  database === undefined
    ? null
    : await TandemTarget.create({ ...shared, storage: await createSeededDatabase(database) });
await using swarm = Swarm.create(SWARM_PROCESSES);
const targets = createTargets({ tandem, tandemOnPostgres, core });

const sections: Section[] = [];
for (const scenario of scenarios) {
  const section = await runRounds(scenario);
  sections.push(section);
  process.stdout.write(printTable(section));
  if (options.threads) process.stdout.write(printThreads(section));
}
const report: Report = {
  at: new Date().toISOString(),
  machine: `${cores} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${core === undefined ? 'the clients on the same cores' : 'the server on one, the clients on the others'}`,
  length,
  scale,
  targets: names.map((name) => {
    const { title, settings } = targets[name];
    return { name, title, settings };
  }),
  sections,
};
await mkdir(RESULTS, { recursive: true });
const file = join(RESULTS, `${report.at.replaceAll(':', '-')}.json`);
await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`\nAll of it is in ${file}\n`);
if (options.docs) await writeDocs(report);

/** Processes that this one starts inherit its cores. */
function pinThisProcess(cores: string): void {
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, String(process.pid)]);
}

async function runRounds(scenario: Scenario): Promise<Section> {
  const measured = names.filter((name) => scenario.targets.includes(name));
  const outcomes = new Map(measured.map((name) => [name, [] as Outcome[]]));
  const runOnce = async (name: TargetName) => {
    outcomes.get(name)?.push(await run(scenario, targets[name]));
  };
  for (let round = 1; round <= rounds; round++) {
    if (scenario.isParallel === true) await Promise.all(measured.map(runOnce));
    else for (const name of measured) await runOnce(name);
    process.stderr.write(`${scenario.name}: round ${round} of ${rounds}\n`);
  }
  const { name, operation } = scenario;
  const what = length === 'full' && scale === 1 ? scenario.what : `${scenario.what} ${SMALLER}`;
  return {
    name,
    what,
    operation,
    rows: measured.map((target) => toRow(target, outcomes.get(target) ?? [])),
  };
}

async function run(scenario: Scenario, target: Target): Promise<Outcome> {
  await using running = await target.start();
  const runner: Runner = { running, swarm, scale, length };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it took longer than ${RUN_LIMIT_MS / 1000} s`)),
      RUN_LIMIT_MS,
    );
  });
  try {
    return await Promise.race([scenario.run(runner), timeout]);
  } catch (error) {
    process.exitCode = 1;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      operations: 0,
      cpuUs: 0,
      writtenBytes: 0,
      threads: [],
      samples: {},
      figures: {},
      faults: new Map([[reason, 1]]),
    };
  } finally {
    clearTimeout(timer);
  }
}

function select<T>(
  all: readonly T[],
  wanted: readonly string[] | undefined,
  nameOf: (item: T) => string,
): readonly T[] {
  const unknown = wanted?.find((name) => !all.some((item) => nameOf(item) === name));
  if (unknown !== undefined) {
    process.stderr.write(`${unknown} is none of: ${all.map(nameOf).join(', ')}\n`);
    process.exit(2);
  }
  return wanted === undefined ? all : all.filter((item) => wanted.includes(nameOf(item)));
}
