/** The dialect that this code once had does not grow back. */

import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { deniedUses, deniedUsesBelow, isStillInUse } from './denied-words.ts';

const repo = resolve(import.meta.dirname, '..');

test('no denied word or identifier stands in this repo', () => {
  // Other than where they are listed.
  const skipped = ['lint-canary/denied-words', 'lint-canary/fixtures/'];
  const uses = deniedUsesBelow(repo, skipped).filter((use) => !isStillInUse(use));
  const lines = uses.map(
    ({ path, line, found, instead }) => `${path}:${line} ${found}: ${instead}`,
  );
  expect(lines).toEqual([]);
});

test('each use is found: in comments, over two lines, in strings, identifiers, documents and file names', () => {
  const uses = deniedUsesBelow(join(import.meta.dirname, 'fixtures/denied-words'));
  expect(uses.map(({ path, line, found }) => `${path}:${line} ${found}`).sort()).toEqual([
    'README.md:1 chip\nword',
    'README.md:1 ushers',
    'README.md:2 arena',
    'src/entrance-list.ts:0 entrance',
    'src/entrance-list.ts:1 chip\n * word',
    'src/entrance-list.ts:3 Census',
    'src/entrance-list.ts:4 arena',
    'src/entrance-list.ts:5 ARENAS',
    'src/entrance-list.ts:5 observatory',
    'src/entrance-list.ts:6 ChipWord',
    'src/entrance-list.ts:6 chip-word',
    'src/entrance-list.ts:7 pushOut',
  ]);
});

test.each([
  ['arenas and Arena', ['arenas', 'Arena']],
  ['lastArena, arena_size, ARENA_SIZE', ['Arena', 'arena', 'ARENA']],
  ['a microchip word, a chipword', []],
  ['a Tally of tally', ['Tally']],
  ['pushOutput, doPushOut', []],
])('%j', (text, found) => {
  expect(deniedUses('x.ts', text).map((use) => use.found)).toEqual(found);
});
