import { describe, expect, test } from 'vitest';
import { SequenceTracker } from './sequence-tracker.ts';

const arrivals = (numbers: readonly number[]) => {
  const reception = new SequenceTracker();
  return { reception, seen: numbers.map((number) => reception.record(1, number)) };
};

describe('Reception', () => {
  test('the next is new', () => {
    expect(arrivals([0, 1, 2]).seen).toEqual(['new', 'new', 'new']);
  });

  test('after a gap it is early, what fills the gap is late, and nothing is so twice', () => {
    const { seen } = arrivals([0, 3, 1, 1, 2, 3, 4]);
    expect(seen).toEqual(['new', 'early', 'late', 'duplicate', 'late', 'duplicate', 'new']);
  });

  test('whole up to the first gap', () => {
    const { reception } = arrivals([0, 1, 4]);
    expect([...reception.contiguousCounts()]).toEqual([[1, 2]]);
    reception.record(1, 2);
    reception.record(1, 3);
    expect([...reception.contiguousCounts()]).toEqual([[1, 5]]);
  });

  test('writers are counted apart', () => {
    const reception = new SequenceTracker();
    expect([reception.record(1, 0), reception.record(2, 0)]).toEqual(['new', 'new']);
  });
});
