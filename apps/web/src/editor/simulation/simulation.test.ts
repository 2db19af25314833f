/**
 * Simulations of three people on one page, by seed. `SEEDS=5000 PROFILE=hostile` runs that many
 * seeds of one profile, `STEPS=120` lengthens runs, `SEED=7` traces one. Each run prints a line of
 * totals.
 */
import { pause, repeatable } from './environment.ts';

import { seedsToRun } from '@tandem/testkit';
import { afterAll, describe, expect, test } from 'vitest';

import { sharedPage, text } from '../headless-page.ts';
import { press } from './page-edits.ts';
import { outline } from './page-outline.ts';
import { PROFILES } from './profiles.ts';
import { faultsOf, Simulation } from './simulation.ts';
import { Totals } from './report.ts';

const { SEED, SEEDS, STEPS, PROFILE } = import.meta.env as Readonly<
  Record<string, string | undefined>
>;
const profiles = PROFILES.filter(({ name }) => !PROFILE || name === PROFILE);

describe.each(profiles.map((profile) => [profile.name, profile] as const))('%s', (_, profile) => {
  const totals = new Totals();
  const trace = SEED ? (line: string): void => console.log(line) : undefined;

  test.each(seedsToRun({ count: profile.seeds, kept: profile.keptSeeds }))(
    'seed %i: all pages agree, no character is lost, doubled or misplaced',
    (seed) => {
      const outcome = new Simulation(seed, profile, trace).run(STEPS ? Number(STEPS) : undefined);
      totals.add(outcome);
      expect(faultsOf(outcome)).toEqual([]);
    },
  );

  afterAll(() => {
    if (SEED || SEEDS) console.log(totals.line(profile.name));
  });
});

test('a pause ends a step of undo', () => {
  repeatable(1, () => {
    const { view } = sharedPage([text('one')], 1).pages[0]!;
    view.select('one', 3);
    for (const words of [' two', ' three']) {
      view.type(words);
      pause();
    }
    press(view, 'Mod-z');
    expect(outline(view.state.doc)).toBe('one two');
  });
});

test('a seed gives the same run each time', () => {
  const [profile] = PROFILES;
  const lines = (): string[] => {
    const seen: string[] = [];
    new Simulation(1, profile!, (line) => seen.push(line)).run();
    return seen;
  };
  expect(lines()).toEqual(lines());
});
