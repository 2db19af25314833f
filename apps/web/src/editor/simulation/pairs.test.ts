/**
 * Pairs of concurrent edits, by either client id and in either order of delivery, and the result of
 * undo.
 */
import './environment.ts';

import { describe, test } from 'vitest';

import { undo } from '../binding/binding.ts';
import { type Exchange, outcomeOf } from './exchange.ts';
import { type Pair, PAIRS, THREE_PARAGRAPHS } from './fixtures/pairs.ts';
import type { Edit } from './page-edits.ts';
import { createScore } from './report.ts';

const BOTH = ['A', 'B'] as const;
const MOST_UNDONE = 10;

describe('pairs', () => {
  const score = createScore('Pairs');
  for (const pair of PAIRS) {
    for (const smallerId of BOTH) {
      for (const firstDelivered of BOTH) {
        test(`${pair.name} (smaller id ${smallerId}, first delivered ${firstDelivered})`, () => {
          const { a, b, seen } = pair;
          const edits = seen
            ? ([by('B', b), 'sync', by('A', a)] as const)
            : [by('A', a), by('B', b)];
          const steps = [...beginning(pair), ...edits];
          score(
            () => outcomeOf({ page: pageOf(pair), steps, smallerId, firstDelivered }),
            pair.right,
          );
        });
      }
    }
  }
});

describe('pairs with undo', () => {
  const score = createScore('Pairs with undo');
  for (const pair of PAIRS) {
    const { a, b, undo: right } = pair;
    if (!right) continue;
    const endings: [string, Exchange['steps'], readonly string[] | undefined][] = [
      ['A undoes', [by('A', a), by('B', b), 'sync', by('A', undoAll)], right.byA],
      ['B undoes', [by('A', a), by('B', b), 'sync', by('B', undoAll)], right.byB],
      [
        'B types after it, A undoes',
        [by('A', a), 'sync', by('B', b), by('A', undoAll)],
        right.unseen,
      ],
    ];
    for (const [ending, steps, outcomes] of endings) {
      if (!outcomes) continue;
      for (const smallerId of BOTH) {
        test(`${pair.name}: ${ending} (smaller id ${smallerId})`, () => {
          score(
            () => outcomeOf({ page: pageOf(pair), steps, smallerId, firstDelivered: 'A' }),
            outcomes,
          );
        });
      }
    }
  }
});

function pageOf({ page }: Pair): Exchange['page'] {
  return page ?? THREE_PARAGRAPHS;
}

function beginning({ before }: Pair): Exchange['steps'] {
  return before ? [by('A', before), 'sync'] : [];
}

function by(person: 'A' | 'B', edit: Edit): { by: 'A' | 'B'; edit: Edit } {
  return { by: person, edit };
}

function undoAll({ asView }: Parameters<Edit>[0]): void {
  for (let i = 0; i < MOST_UNDONE && undo(asView); i++);
}
