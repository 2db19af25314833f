import { SeededRandom } from '@tandem/testkit';
import { StepMap } from '@tiptap/pm/transform';
import { expect, test } from 'vitest';

import { keptRanges } from './binding/kept-ranges.ts';

function followTokens(maps: readonly StepMap[], size: number): number[] {
  return Array.from({ length: size }, (_, token) => {
    let at = token;
    for (const map of maps) {
      let shift = 0;
      let isGone = false;
      map.forEach((start, end, newStart, newEnd) => {
        if (start <= at && at < end) isGone = true;
        if (end <= at) shift += newEnd - newStart - (end - start);
      });
      if (isGone) return -1;
      at += shift;
    }
    return at;
  });
}

function someMap(random: SeededRandom, size: number): StepMap {
  const ranges: number[] = [];
  for (let at = random.int(0, 5); at < size && ranges.length < 6; at += random.int(1, 8)) {
    const length = random.int(0, Math.min(3, size - at));
    ranges.push(at, length, random.int(0, 3));
    at += length;
  }
  return new StepMap(ranges);
}

test('the kept ranges are the tokens that every map leaves alone', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = new SeededRandom(seed);
    let size = 30;
    const maps = Array.from({ length: random.int(0, 6) }, () => {
      const map = someMap(random, size);
      size = map.map(size, 1);
      return map;
    });
    const found = Array.from({ length: 30 }, () => -1);
    for (const { before, after, length } of keptRanges(maps, 30))
      for (let i = 0; i < length; i++) found[before + i] = after + i;
    expect(found, `seed ${seed}`).toEqual(followTokens(maps, 30));
  }
});

test('a command with a step for each of 20,000 blocks', () => {
  const maps = Array.from(
    { length: 20_000 },
    (_, i) => new StepMap([i * 10, 1, 1, i * 10 + 9, 1, 1]),
  );
  const start = performance.now();
  expect(keptRanges(maps, 200_000)).toHaveLength(20_000);
  expect(performance.now() - start).toBeLessThan(1_000);
});
