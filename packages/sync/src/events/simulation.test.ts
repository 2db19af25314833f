/** A few seeds for every check; `simulation.long.test.ts` runs many. */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './simulation/kept-seeds.ts';
import { Simulation } from './simulation/simulation.ts';

test.each(seedsToRun({ count: 30, kept: KEPT_SEEDS }, {}))('seed %i: all agree', (seed) => {
  expect(() => new Simulation(seed).run()).not.toThrow();
});
