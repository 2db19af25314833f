/**
 * Anchors in the simulation: three people comment on pieces of a page while they edit it with every command. In the
 * end an anchor whose words are whole on the page is at them (AN4, AN5), every anchor that has a place has half of its
 * words there or more (AN3), and all people see each anchor at the same words (AN7).
 */
import { repeatable } from './environment.ts';

import { type Anchor } from '@tandem/document/anchors';
import { SeededRandom, seedsToRun } from '@tandem/testkit';
import { afterAll, describe, expect, test } from 'vitest';

import { AnchoredText } from '../binding/anchored-text.ts';
import { boundPage } from '../binding/binding.ts';
import { type Page, sharedPage } from '../headless-page.ts';
import { CharacterSource, isTracked } from './character-layout.ts';
import { Delivery } from './delivery.ts';
import { type Profile, PROFILES } from './profiles.ts';
import { type CommandName, COMMANDS } from './simulated-commands.ts';

const { SEEDS, PROFILE } = import.meta.env as Readonly<Record<string, string | undefined>>;
const PEOPLE = 3;
const ANCHORS = 12;
const MAX_LENGTH = 9;

interface Totals {
  anchors: number;
  whole: number;
  byWords: number;
  changed: number;
  gone: number;
  goneThoughHalfIsLeft: number;
}

function anchorsOf({ view }: Page): AnchoredText {
  return new AnchoredText(boundPage(view.state)!);
}

function textOf({ view }: Page): string {
  const blocks: string[] = [];
  view.state.doc.descendants((node) => {
    if (node.isBlock && node.isLeaf) blocks.push('');
    if (node.isTextblock) blocks.push(node.textBetween(0, node.content.size, '', '\n'));
    return !node.isTextblock;
  });
  return blocks.join('\n');
}

function wordsAt(page: Page, anchor: Anchor): string | null {
  const place = anchorsOf(page).resolve(anchor);
  return place && page.view.state.doc.textBetween(place.from, place.to, '\n', '\n');
}

function randomAnchor(page: Page, random: SeededRandom): Anchor | null {
  const { size } = page.view.state.doc.content;
  const from = random.int(0, size - 1);
  return anchorsOf(page).create(from, Math.min(size, from + random.int(1, MAX_LENGTH)));
}

function pick(weights: Profile['weights'], random: SeededRandom): CommandName {
  const entries = Object.entries(weights) as [CommandName, number][];
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0]!)[0];
}

function run(seed: number, profile: Profile, totals: Totals): string[] {
  return repeatable(seed, () => {
    const random = new SeededRandom(seed);
    const characters = new CharacterSource();
    const { pages } = sharedPage(profile.page(characters), PEOPLE);
    const delivery = new Delivery(pages, () => {});
    const anchors: Anchor[] = [];
    const { longestRun, steps, weights } = profile;
    for (let step = 0; step < steps; step++) {
      const page = random.pick(pages);
      if (anchors.length < ANCHORS && random.chance(0.5)) {
        const anchor = randomAnchor(page, random);
        if (anchor !== null) anchors.push(anchor);
      }
      COMMANDS[pick(weights, random)]({ view: page.view, random, characters, longestRun });
      if (random.chance(profile.delivery.chance)) delivery.deliverAll(random);
    }
    delivery.deliverAll(random);
    return anchors.flatMap((anchor) => faultsOf(anchor, pages, totals));
  });
}

function faultsOf(anchor: Anchor, pages: readonly Page[], totals: Totals): string[] {
  const [first] = pages as [Page];
  const text = textOf(first);
  const found = pages.map((page) => wordsAt(page, anchor));
  const [words] = found;
  const faults = found.some((other) => other !== words) ? [`people differ: ${found.join()}`] : [];
  const quote = [...anchor.quote].filter(isTracked);
  const isWhole = text.includes(anchor.quote);
  totals.anchors++;
  if (isWhole) totals.whole++;
  if (words === null) {
    totals.gone++;
    const left = quote.filter((character) => text.includes(character));
    if (left.length * 2 > quote.length) totals.goneThoughHalfIsLeft++;
    return isWhole && quote.length > 0 ? [...faults, `missed ${anchor.quote}`] : faults;
  }
  if (anchorsOf(first).resolve(anchor)?.by === 'words') totals.byWords++;
  if (words !== anchor.quote) totals.changed++;
  if (isWhole && !words!.includes(anchor.quote)) faults.push(`${anchor.quote} found as ${words}`);
  const kept = quote.filter((character) => words!.includes(character));
  if (kept.length * 2 < quote.length) faults.push(`${anchor.quote} is not ${words}`);
  return faults;
}

const profiles = PROFILES.filter(({ name }) => !PROFILE || name === PROFILE);

describe.each(profiles.map((profile) => [profile.name, profile] as const))(
  '%s',
  (name, profile) => {
    const totals = {
      anchors: 0,
      whole: 0,
      byWords: 0,
      changed: 0,
      gone: 0,
      goneThoughHalfIsLeft: 0,
    };

    test.each(seedsToRun({ count: Math.ceil(profile.seeds / 3), kept: [] }))(
      'AN3 AN4 AN5 AN7 seed %i: anchors are at their words, or gone',
      (seed) => expect(run(seed, profile, totals)).toEqual([]),
    );

    afterAll(() => {
      if (SEEDS) console.log(name, totals);
    });
  },
);
