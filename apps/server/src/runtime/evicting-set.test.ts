import { expect, test } from 'vitest';
import { EvictingSet, type Evictable } from './evicting-set.ts';

function fixture() {
  const evicted: string[] = [];
  const set = new EvictingSet({ max: 3, maxPerKey: 2 });
  const add = (name: string, key: string | null = null): Evictable => {
    const element = { key, evict: () => void evicted.push(name) };
    set.add(element);
    return element;
  };
  return { set, evicted, add };
}

test('elements above the limit evict the oldest', () => {
  const { set, evicted, add } = fixture();
  for (const name of ['a', 'b', 'c']) add(name);
  expect(evicted).toEqual([]);
  add('d');
  add('e');
  expect(evicted).toEqual(['a', 'b']);
  expect(set.size).toBe(3);
});

test('a deleted element makes room, once', () => {
  const { set, evicted, add } = fixture();
  const first = add('a');
  for (const name of ['b', 'c']) add(name);
  expect([set.delete(first), set.delete(first)]).toEqual([true, false]);
  add('d');
  expect(evicted).toEqual([]);
});

test('one key has a limit of its own, and gets room back by deletion and eviction', () => {
  const { set, add } = fixture();
  const first = add('a', '10.0.0.1');
  add('b', '10.0.0.1');
  expect(set.hasRoomFor('10.0.0.1')).toBe(false);
  expect(set.hasRoomFor('10.0.0.2')).toBe(true);
  expect(set.hasRoomFor(null)).toBe(true);
  set.delete(first);
  expect(set.hasRoomFor('10.0.0.1')).toBe(true);
  for (const name of ['c', 'd', 'e']) add(name);
  expect(set.hasRoomFor('10.0.0.1')).toBe(true);
});
