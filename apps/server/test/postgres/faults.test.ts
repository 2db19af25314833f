/** A choice of faults on a cluster of real processes; all of them: `node test/faults/run.mjs`. */
import { SeededRandom } from '@tandem/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisProgram } from '../bus/redis-server.ts';
import { FaultCluster } from '../faults/fault-cluster.ts';
import type { Fault } from '../faults/fault.ts';
import { combineFaults, FAULTS } from '../faults/faults.ts';
import { runFault } from '../faults/run-fault.ts';

const SEED = 1;
const CHOSEN = [
  'node-killed',
  'node-stopped-3s',
  'redis-killed',
  'postgres-killed',
  'backends-terminated',
  'answers-lost',
  'parted-from-postgres-2s',
  'revoked-while-parted-from-postgres-2s',
];
const COMBINATIONS = [1];
const MIN_ACKNOWLEDGED = 50;

const faults = [
  ...CHOSEN.map((name) => FAULTS.find((fault) => fault.name === name) as Fault),
  ...COMBINATIONS.map(combineFaults),
];

describe.skipIf(redisProgram === null)('what was acknowledged is there once, and all agree', () => {
  let cluster: FaultCluster;
  beforeAll(async () => {
    cluster = await FaultCluster.start({ random: new SeededRandom(SEED), diskMib: null });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each(faults.map((fault) => [fault.name, fault] as const))('after %s', async (_, fault) => {
    const { findings } = await runFault(cluster, fault, SEED);
    const { acknowledged, lost, twice, problems } = findings;
    expect({ lost, twice, problems }).toEqual({ lost: [], twice: [], problems: [] });
    expect(acknowledged).toBeGreaterThan(MIN_ACKNOWLEDGED);
  });
});
