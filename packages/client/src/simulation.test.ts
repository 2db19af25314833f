/** A few seeds for each check; `simulation.long.test.ts` runs many. */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './simulation/kept-seeds.ts';
import { Simulation } from './simulation/simulation.ts';

test.each(seedsToRun({ count: 20, kept: KEPT_SEEDS }, {}))(
  'seed %i: nothing is lost, doubled or called saved too soon',
  async (seed) => {
    await expect(new Simulation(seed).run()).resolves.toBeUndefined();
  },
);
