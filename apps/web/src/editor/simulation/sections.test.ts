/** The simulation on a page cut into sections of two or three blocks. */
import './environment.ts';

import { describe, expect, test, vi } from 'vitest';

import { isSectioned } from '../sections.ts';
import { sharedPage, text } from '../headless-page.ts';
import { PROFILES } from './profiles.ts';
import { faultsOf, Simulation } from './simulation.ts';

vi.mock('../limits.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  LONG_DOCUMENT_BLOCKS: 3,
  SECTION_BLOCKS: { least: 1, usual: 2, most: 3 },
}));

const SEEDS = 50;

test('a page of a few blocks is in sections here', () => {
  const { view } = sharedPage(
    ['a', 'b', 'c', 'd', 'e'].map((words) => text(words)),
    1,
  ).pages[0]!;
  expect(isSectioned(view.state.doc)).toBe(true);
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s', (_, profile) => {
  test.each(Array.from({ length: SEEDS }, (_, seed) => 5_000 + seed))('seed %i', (seed) => {
    const steps = Math.min(profile.steps, 60);
    expect(faultsOf(new Simulation(seed, profile).run(steps))).toEqual([]);
  });
});
