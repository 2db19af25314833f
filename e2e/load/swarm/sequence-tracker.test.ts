import { describe, expect, test } from 'vitest';
import { SequenceTracker } from './sequence-tracker.ts';

const arrivals = (numbers: readonly number[]) => {
  const reception = new SequenceTracker();
  return { reception, seen: numbers.map((number) => reception.record(1, number)) };
};

describe('Reception', () => {
  test('the next message is new', () => {
    expect(arrivals([0, 1, 2]).seen).toEqual(['new', 'new', 'new']);
  });

  test('a message after a gap is early, one that fills a gap is late, and a repetition is a duplicate', () => {
    const { seen } = arrivals([0, 3, 1, 1, 2, 3, 4]);
    expect(seen).toEqual(['new', 'early', 'late', 'duplicate', 'late', 'duplicate', 'new']);
  });

  test('counts are contiguous up to the first gap', () => {
    const { reception } = arrivals([0, 1, 4]);
    expect([...reception.contiguousCounts()]).toEqual([[1, 2]]);
    reception.record(1, 2);
    reception.record(1, 3);
    expect([...reception.contiguousCounts()]).toEqual([[1, 5]]);
  });

  test('writers are counted separately', () => {
    const reception = new SequenceTracker();
    expect([reception.record(1, 0), reception.record(2, 0)]).toEqual(['new', 'new']);
  });
});
