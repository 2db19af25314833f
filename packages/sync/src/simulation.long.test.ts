/**
 * Many seeds of the simulation. `SIM_SEEDS=20000` runs as many, `SIM_SEED=7` that one. What is
 * checked during and after a run is in `simulation/`.
 */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { KEPT_SEEDS } from './simulation/kept-seeds.ts';
import { World } from './simulation/world.ts';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

const seeds = seedsToRun(
  { count: 500, kept: KEPT_SEEDS },
  { SEED: process.env['SIM_SEED'], SEEDS: process.env['SIM_SEEDS'] },
);

test.each(seeds)('seed %i: all agree, no confirmed word is lost, none appears twice', (seed) => {
  expect(() => new World(seed).run()).not.toThrow();
});
