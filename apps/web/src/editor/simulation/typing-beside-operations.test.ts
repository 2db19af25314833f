/** Each operation concurrent with typing at five places of the same block, by either client id. */
import './environment.ts';

import { describe, test } from 'vitest';

import { outcomeOf } from './exchange.ts';
import {
  OPERATIONS,
  PLACES,
  type PlaceName,
  THREE,
  TYPED,
  typesAt,
} from './fixtures/typing-beside-operations.ts';
import { createScore } from './report.ts';

describe('typing beside', () => {
  const score = createScore('Typing beside operations');
  for (const { name, page = THREE, edit, right } of OPERATIONS) {
    for (const place of Object.keys(PLACES) as PlaceName[]) {
      for (const smallerId of ['A', 'B'] as const) {
        test(`${name}: ${place} (smaller id ${smallerId})`, () => {
          const outcomes =
            typeof right === 'string' ? [right.replace('{middle}', TYPED[place])] : right[place];
          const steps = [
            { by: 'A', edit },
            { by: 'B', edit: typesAt(place) },
          ] as const;
          score(() => outcomeOf({ page, steps, smallerId, firstDelivered: 'A' }), outcomes);
        });
      }
    }
  }
});
