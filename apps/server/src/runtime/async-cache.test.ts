import { expect, test, vi } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { AsyncCache, type AsyncCacheOptions } from './async-cache.ts';

const IDLE_MS = 1_000;

interface Value {
  readonly text: string;
}

function fixture(options: Partial<AsyncCacheOptions<Value>> = {}) {
  const clock = new ManualClock();
  const loaded: string[] = [];
  const waiting: {
    readonly resolve: (value: Value | null) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  const cache = new AsyncCache<Value>({
    load(key) {
      loaded.push(key);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    maxEntries: 2,
    idleMs: IDLE_MS,
    clock,
    ...options,
  });
  const answer = (text: string | null) => waiting.shift()?.resolve(text === null ? null : { text });
  const fill = async (key: string) => {
    const fetched = cache.fetch(key);
    answer(`${key}!`);
    await fetched;
  };
  const fail = () => waiting.shift()?.reject(new Error('no disk'));
  return { cache, clock, loaded, answer, fail, fill };
}

test('concurrent fetches share a request, and later ones get the cached value', async () => {
  const { cache, loaded, answer } = fixture();
  const fetched = [cache.fetch('a'), cache.fetch('a')];
  answer('one');
  expect(await Promise.all(fetched)).toEqual([{ text: 'one' }, { text: 'one' }]);
  expect(await cache.fetch('a')).toEqual({ text: 'one' });
  expect(loaded).toEqual(['a']);
});

test('a request that is invalidated while it runs is repeated', async () => {
  const { cache, loaded, answer } = fixture();
  const before = cache.fetch('a');
  cache.invalidate('a');
  const after = cache.fetch('a');
  answer('old');
  answer('new');
  expect(await Promise.all([before, after, cache.fetch('a')])).toEqual([
    { text: 'new' },
    { text: 'new' },
    { text: 'new' },
  ]);
  expect(loaded).toEqual(['a', 'a']);
});

test('invalidated values are loaded again, one or all', async () => {
  const { cache, loaded, fill, answer } = fixture();
  await fill('a');
  await fill('b');
  cache.invalidate('a');
  expect(await cache.fetch('b')).toEqual({ text: 'b!' });
  const pending = cache.fetch('c');
  cache.clear();
  answer('old');
  await vi.waitFor(() => expect(loaded).toEqual(['a', 'b', 'c', 'c']));
  answer('new');
  expect(await pending).toEqual({ text: 'new' });
  expect(cache.size).toBe(1);
});

test('missing values and failures are not cached', async () => {
  const { cache, loaded, answer, fail } = fixture();
  const missing = cache.fetch('a');
  answer(null);
  expect(await missing).toBeNull();
  const failing = cache.fetch('a');
  fail();
  await expect(failing).rejects.toThrow('no disk');
  const fetched = cache.fetch('a');
  answer('one');
  expect(await fetched).toEqual({ text: 'one' });
  expect(loaded).toHaveLength(3);
});

test('the least recently used value is evicted', async () => {
  const { cache, loaded, fill } = fixture();
  for (const key of ['a', 'b']) await fill(key);
  await cache.fetch('a');
  await fill('c');
  expect(cache.size).toBe(2);
  await cache.fetch('a');
  expect(loaded).toEqual(['a', 'b', 'c']);
});

test('an idle value is dropped, unless it is in use', async () => {
  const { cache, clock, loaded, fill } = fixture({ isInUse: (key) => key === 'b' });
  await fill('a');
  await fill('b');
  clock.advance(IDLE_MS + 1);
  expect(await cache.fetch('b')).toEqual({ text: 'b!' });
  await fill('a');
  expect(loaded).toEqual(['a', 'b', 'a']);
  clock.advance(IDLE_MS);
  cache.touch('a');
  clock.advance(IDLE_MS);
  expect(await cache.fetch('a')).toEqual({ text: 'a!' });
  expect(loaded).toHaveLength(3);
});
