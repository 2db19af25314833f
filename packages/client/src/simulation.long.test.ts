/**
 * Many seeds of the simulation: `SEEDS=20000` runs as many, `SEED=7` that one. The checks are in
 * `simulation/`.
 */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './simulation/kept-seeds.ts';
import { Simulation } from './simulation/simulation.ts';

test.each(seedsToRun({ count: 300, kept: KEPT_SEEDS }))(
  'seed %i: nothing is lost, doubled or called saved too soon',
  async (seed) => {
    await expect(new Simulation(seed).run()).resolves.toBeUndefined();
  },
);
