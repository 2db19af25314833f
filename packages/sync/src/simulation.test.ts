/** A few seeds for every check; `simulation.long.test.ts` runs many. */
import { seedsToRun } from '@tandem/testkit';
import { describe, expect, test } from 'vitest';
import { eventSimulation } from './events/simulation/event-simulation.ts';
import { clusterSimulation, documentSimulation } from './simulation/document-simulation.ts';

describe.each([documentSimulation, clusterSimulation, eventSimulation])(
  '$title',
  ({ keptSeeds, run }) => {
    test.each(seedsToRun({ count: 30, kept: keptSeeds }, {}))('seed %i: all agree', (seed) => {
      expect(() => run(seed)).not.toThrow();
    });
  },
);
