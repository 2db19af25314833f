/** One run: people at work, a fault, its end, and the check of all they were told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import type { FaultCluster } from './fault-cluster.ts';
import type { Fault } from './fault.ts';
import { noFindings, type Findings } from './history.ts';
import { Scene } from './scene.ts';

const STEADY_MS = 1_000;
/** At work after the fault, before everyone stops. */
const AFTER_MS = 300;
const HEAL_LIMIT_MS = 10_000;
/** Until the run gives up. */
const GIVE_UP_MS = 30_000;
const POLL_MS = 25;

export interface RunResult {
  readonly fault: string;
  readonly seed: number;
  readonly findings: Findings;
  /** From the end of the fault until all had the same, and nothing waited for an answer. */
  readonly healedMs: number;
  /** The longest time without an acknowledgement for anybody. */
  readonly pauseMs: number;
}

export async function runFault(
  cluster: FaultCluster,
  fault: Fault,
  seed: number,
): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const findings = noFindings();
  const { problems } = findings;
  const scene = await Scene.start(cluster);
  await sleep(STEADY_MS);
  try {
    const heal = await fault.begin({
      cluster,
      random,
      node: random.pick(cluster.nodes),
      document: scene.document,
      writers: scene.writers,
      report: (problem) => void problems.push(problem),
    });
    await sleep(fault.lastsMs);
    await heal();
  } catch (error) {
    problems.push(`the fault did not run: ${String(error)}`);
  }
  const healedAtMs = performance.now();
  await sleep(AFTER_MS);
  scene.stopWriting();
  while (!(await isSettled(scene))) {
    if (performance.now() - healedAtMs > GIVE_UP_MS) break;
    await sleep(POLL_MS);
  }
  const healedMs = Math.round(performance.now() - healedAtMs);
  if (healedMs > HEAL_LIMIT_MS)
    problems.push(`not the same for all after ${healedMs} ms: ${scene.describe()}`);
  await scene
    .check(findings)
    .catch((error: unknown) => problems.push(`no check: ${String(error)}`));
  await scene.leave();
  return { fault: fault.name, seed, findings, healedMs, pauseMs: scene.longestPauseMs };
}

/** A database that does not answer yet has nothing. */
async function isSettled(scene: Scene): Promise<boolean> {
  try {
    return await scene.isSettled();
  } catch {
    return false;
  }
}

export function hasFailed({ findings: { lost, twice, problems } }: RunResult): boolean {
  return lost.length + twice.length + problems.length > 0;
}
