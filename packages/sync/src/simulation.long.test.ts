/**
 * Many seeds of all simulations. `SEEDS=20000` sets the number, `SEED=7` runs one. `simulation/`
 * and `events/simulation/` contain the checks.
 */
import { seedsToRun } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { eventSimulation } from './events/simulation/event-simulation.ts';
import { clusterSimulation, documentSimulation } from './simulation/document-simulation.ts';

test.each(seedsToRun({ count: 500, kept: documentSimulation.keptSeeds }))(
  'document, seed %i: all agree, no confirmed text is lost, none appears twice',
  (seed) => {
    expect(() => documentSimulation.run(seed)).not.toThrow();
  },
);

test.each(seedsToRun({ count: 500, kept: clusterSimulation.keptSeeds }))(
  'document on several servers, seed %i: all agree, and so do all servers',
  (seed) => {
    expect(() => clusterSimulation.run(seed)).not.toThrow();
  },
);

test.each(seedsToRun({ count: 500, kept: eventSimulation.keptSeeds }))(
  'events, seed %i: all agree, each command took effect once, no event was missed, repeated or moved',
  (seed) => {
    expect(() => eventSimulation.run(seed)).not.toThrow();
  },
);
