import { describe, expect, test } from 'vitest';
import { SeededRandom, type Random } from './random.ts';

const draw = <T>(count: number, next: () => T) => Array.from({ length: count }, next);

describe('SeededRandom', () => {
  test('the numbers of a seed never change: kept seeds stay what they were', () => {
    const random = new SeededRandom(1);
    expect(draw(4, () => random.uint32())).toMatchInlineSnapshot(`
      [
        2420951833,
        2513034076,
        3847892949,
        4064752930,
      ]
    `);
  });

  test('the same seed repeats, neighbours differ', () => {
    const of = (seed: number) => {
      const random = new SeededRandom(seed);
      return draw(50, () => random.uint32()).join();
    };
    expect(of(7)).toBe(of(7));
    expect(new Set(draw(100, () => 0).map((_, seed) => of(seed))).size).toBe(100);
  });

  test('next is in [0, 1), with mean and spread of an even distribution', () => {
    const random: Random = new SeededRandom(3);
    const values = draw(100_000, () => random.next());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(values.every((value) => value < 1)).toBe(true);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  test('int takes in both bounds and reaches each value about equally often', () => {
    const random = new SeededRandom(4);
    const counts = new Map<number, number>();
    for (const value of draw(60_000, () => random.int(-2, 3)))
      counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('chance 0 is never, chance 1 is always', () => {
    const random = new SeededRandom(5);
    expect(draw(1000, () => random.chance(0)).includes(true)).toBe(false);
    expect(draw(1000, () => random.chance(1)).includes(false)).toBe(false);
  });

  test('pick takes from the items, and refuses none', () => {
    const random = new SeededRandom(6);
    expect(new Set(draw(100, () => random.pick(['a', 'b', 'c'])))).toEqual(
      new Set(['a', 'b', 'c']),
    );
    expect(() => random.pick([])).toThrow(RangeError);
  });

  test('shuffle keeps the items and the array it was given', () => {
    const random = new SeededRandom(8);
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const orders = draw(20, () => random.shuffle(items));
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const order of orders) expect(new Set(order)).toEqual(new Set(items));
    expect(new Set(orders.map(String)).size).toBeGreaterThan(15);
  });

  test('bytes cover the whole range', () => {
    const random = new SeededRandom(9);
    expect(random.bytes(0)).toHaveLength(0);
    expect(new Set(random.bytes(20_000)).size).toBe(256);
  });

  test('a fork goes its own way: drawing from it does not shift its parent', () => {
    const once = (draws: number) => {
      const parent = new SeededRandom(10);
      const child = parent.fork();
      draw(draws, () => child.next());
      return parent.uint32();
    };
    expect(once(0)).toBe(once(100));
  });
});
