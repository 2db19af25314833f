/**
 * Many seeds of the simulation of commands and channels. `SEEDS=20000` sets the number, `SEED=7`
 * runs one. `simulation/` contains the checks.
 */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './simulation/kept-seeds.ts';
import { Simulation } from './simulation/simulation.ts';

test.each(seedsToRun({ count: 500, kept: KEPT_SEEDS }))(
  'seed %i: all agree, each command took effect once, no event was missed, repeated or moved',
  (seed) => {
    expect(() => new Simulation(seed).run()).not.toThrow();
  },
);
