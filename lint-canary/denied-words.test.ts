import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import {
  DENIED_IDENTIFIERS,
  DENIED_WORDS,
  deniedUses,
  deniedUsesBelow,
  EXCEPTIONS,
  isException,
  textFilesBelow,
} from './denied-words.ts';

const repo = resolve(import.meta.dirname, '..');

// The lists themselves, and their fixtures.
const SKIPPED = ['lint-canary/denied-words', 'lint-canary/fixtures/'];
const usesInRepo = deniedUsesBelow(repo, SKIPPED);

test('this repo contains no denied word or identifier', () => {
  const uses = usesInRepo.filter((use) => !isException(use));
  const lines = uses.map(
    ({ path, line, found, instead }) => `${path}:${line} ${found}: ${instead}`,
  );
  expect(lines).toEqual([]);
});

test('each exception is needed', () => {
  for (const folders of Object.values(EXCEPTIONS))
    for (const folder of folders)
      expect(usesInRepo.filter(isException).map(({ path }) => path)).toContainEqual(
        expect.stringContaining(folder),
      );
});

test('the search reads every workspace and the files at the root', () => {
  const paths = textFilesBelow(repo).map((file) => relative(repo, file).replaceAll('\\', '/'));
  expect(paths).toEqual(
    expect.arrayContaining([
      'ARCHITECTURE.md',
      '.oxlintrc.json',
      'apps/docs/operate/benchmarks.md',
      'apps/server/src/main.ts',
      'apps/web/public/theme.js',
      'apps/web/src/main.tsx',
      'e2e/harness/server.ts',
      'packages/sync/SPEC.md',
    ]),
  );
});

test.each([...Object.keys(DENIED_WORDS), ...Object.keys(DENIED_IDENTIFIERS)])(
  '%j is found alone and in a sentence',
  (word) => {
    const found = (text: string) => deniedUses('x.ts', text).map((use) => use.found);
    expect(found(word)).toContain(word);
    expect(found(`A ${word} here.`)).toContain(word);
  },
);

test.each(Object.keys(DENIED_WORDS))('%j is found in identifiers of every case', (word) => {
  const words = word.split(' ');
  const pascal = words.map((part) => part[0]!.toUpperCase() + part.slice(1)).join('');
  for (const name of [`a${pascal}`, `a-${words.join('-')}`, `A_${words.join('_').toUpperCase()}`])
    expect(deniedUses('x.ts', name), name).toHaveLength(1);
});

test('uses are found in comments, over two lines, in strings, identifiers, documents and file names', () => {
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
