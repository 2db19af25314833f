/**
 * Many seeds of the simulation. `SEEDS=20000` sets the number, `SEED=7` runs one. `simulation/`
 * contains the checks.
 */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './simulation/kept-seeds.ts';
import { Simulation } from './simulation/simulation.ts';

test.each(seedsToRun({ count: 500, kept: KEPT_SEEDS }))(
  'seed %i: all agree, no confirmed word is lost, none appears twice',
  (seed) => {
    expect(() => new Simulation(seed).run()).not.toThrow();
  },
);
