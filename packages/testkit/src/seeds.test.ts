import { expect, test } from 'vitest';
import { seedsToRun } from './seeds.ts';

test('without variables: those that once failed first, then as many as planned', () => {
  expect(seedsToRun({ count: 3 }, {})).toEqual([1, 2, 3]);
  expect(seedsToRun({ count: 3, kept: [77, 2] }, {})).toEqual([77, 2, 1, 3]);
});

test('SEEDS asks for more, SEED for one alone', () => {
  expect(seedsToRun({ count: 3, kept: [9] }, { SEEDS: '5' })).toEqual([9, 1, 2, 3, 4, 5]);
  expect(seedsToRun({ count: 3, kept: [9] }, { SEED: '42', SEEDS: '5' })).toEqual([42]);
  expect(seedsToRun({ count: 2 }, { SEED: '', SEEDS: '' })).toEqual([1, 2]);
});

test('a value that is not a whole number is refused', () => {
  expect(() => seedsToRun({ count: 3 }, { SEEDS: 'many' })).toThrow(
    'SEEDS must be a whole number, not "many"',
  );
  expect(() => seedsToRun({ count: 3 }, { SEED: '-1' })).toThrow('SEED must be a whole number');
});
