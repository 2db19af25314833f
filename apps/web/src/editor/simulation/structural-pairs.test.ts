/**
 * Fourteen structural operations, each concurrent with each, with A's client id smaller and
 * greater.
 */
import './environment.ts';

import { describe, expect, test } from 'vitest';

import { type Exchange, outcomeOf } from './exchange.ts';
import {
  DELETES,
  FOUR,
  type OperationName,
  OPERATIONS,
  type Right,
  splitsAt,
  STRUCTURAL_PAIRS,
} from './fixtures/structural-pairs.ts';
import { createScore } from './report.ts';

const NAMES = Object.keys(OPERATIONS) as OperationName[];
const WORDS = 'zeroalphabetagammadeltaomegasigma';
const WORDS_OF_BLOCK = 'alphabetagammadelta';

test('each operation is paired with each once', () => {
  const key = (a: string, b: string): string => [a, b].toSorted().join(' × ');
  const listed = Object.values(STRUCTURAL_PAIRS).flatMap((rows) => rows.map(([a, b]) => key(a, b)));
  const all = NAMES.flatMap((a, index) => NAMES.slice(index).map((b) => key(a, b)));
  expect(listed.toSorted()).toEqual(all.toSorted());
});

describe('structural pairs', () => {
  const outcomes = createScore('Structural pairs');
  const words = createScore('Structural pairs without a word lost or doubled');
  for (const [kind, rows] of Object.entries(STRUCTURAL_PAIRS)) {
    for (const [a, b, right] of rows.flatMap(inBothOrders)) {
      test(`${a} × ${b}: ${kind.toLowerCase()}`, () => {
        outcomes(() => outcomeOfPair(a, b), right.split(' | '));
      });
      test(`${a} × ${b}: no word is lost or doubled`, () => {
        words(() => wordFaults(outcomeOfPair(a, b), [a, b]), ['']);
      });
    }
  }
});

function inBothOrders([a, b, right]: Right): Right[] {
  return a === b
    ? [[a, b, right]]
    : [
        [a, b, right],
        [b, a, right],
      ];
}

function outcomeOfPair(first: OperationName, second: OperationName): string {
  const splits: Exchange['steps'] = [
    ...(first === 'undo split'
      ? [{ by: 'A', edit: splitsAt('beta') } as const, 'sync' as const]
      : []),
    ...(second === 'undo split'
      ? [{ by: 'B', edit: splitsAt(first === second ? 'gamma' : 'beta') } as const, 'sync' as const]
      : []),
  ];
  return outcomeOf({
    page: FOUR,
    steps: [...splits, { by: 'A', edit: OPERATIONS[first] }, { by: 'B', edit: OPERATIONS[second] }],
    smallerId: 'A',
    firstDelivered: 'A',
  });
}

/** Duplicated characters, and missing ones that were not deleted. */
function wordFaults(outcome: string, names: readonly OperationName[]): string {
  const deleted = names.map((name) => DELETES[name]);
  const mayBeGone = deleted.includes('all')
    ? WORDS
    : deleted.includes('block')
      ? WORDS_OF_BLOCK
      : '';
  return [...new Set(WORDS)]
    .flatMap((character) => {
      const [found, most] = [count(outcome, character), count(WORDS, character)];
      if (found > most) return [`${character} ${found}× instead of ${most}×`];
      const least = most - count(mayBeGone, character);
      return found < least ? [`${character} ${found}× instead of ${least}×`] : [];
    })
    .join(', ');
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
