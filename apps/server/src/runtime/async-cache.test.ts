import { expect, onTestFinished, test, vi } from 'vitest';
import { AsyncCache, type AsyncCacheOptions } from './async-cache.ts';

const KEPT_MS = 1_000;

/** Answers are given by the test, oldest question first. */
function fixture(options: Partial<AsyncCacheOptions<string>> = {}) {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const asked: string[] = [];
  const waiting: {
    readonly resolve: (answer: string | null) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  const memory = new AsyncCache<string>({
    ask(key) {
      asked.push(key);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    maxAnswers: 2,
    keptMs: KEPT_MS,
    ...options,
  });
  const answer = (value: string | null) => waiting.shift()?.resolve(value);
  const learn = async (key: string) => {
    const found = memory.find(key);
    answer(`${key}!`);
    await found;
  };
  const fail = () => waiting.shift()?.reject(new Error('no disk'));
  return { memory, asked, answer, fail, learn };
}

test('many who ask at one time share a question, and who asks later gets what is known', async () => {
  const { memory, asked, answer } = fixture();
  const found = [memory.find('a'), memory.find('a')];
  answer('one');
  expect(await Promise.all(found)).toEqual(['one', 'one']);
  expect(await memory.find('a')).toBe('one');
  expect(asked).toEqual(['a']);
});

test('an answer that was on its way when it was forgotten is asked for anew', async () => {
  const { memory, asked, answer } = fixture();
  const before = memory.find('a');
  memory.forget('a');
  const after = memory.find('a');
  answer('old');
  answer('new');
  expect([await before, await after, await memory.find('a')]).toEqual(['new', 'new', 'new']);
  expect(asked).toEqual(['a', 'a']);
});

test('what is forgotten is asked for again, one or all', async () => {
  const { memory, asked, learn, answer } = fixture();
  await learn('a');
  await learn('b');
  memory.forget('a');
  expect(await memory.find('b')).toBe('b!');
  const pending = memory.find('c');
  memory.clear();
  answer('old');
  await vi.waitFor(() => expect(asked).toEqual(['a', 'b', 'c', 'c']));
  answer('new');
  expect(await pending).toBe('new');
  expect(memory.size).toBe(1);
});

test('nothing is remembered of what is not there, nor of a question that failed', async () => {
  const { memory, asked, answer, fail } = fixture();
  const nothing = memory.find('a');
  answer(null);
  expect(await nothing).toBeNull();
  const failing = memory.find('a');
  fail();
  await expect(failing).rejects.toThrow('no disk');
  const found = memory.find('a');
  answer('one');
  expect(await found).toBe('one');
  expect(asked).toHaveLength(3);
});

test('the answer that was not used for the longest gives way', async () => {
  const { memory, asked, learn } = fixture();
  for (const key of ['a', 'b']) await learn(key);
  await memory.find('a');
  await learn('c');
  expect(memory.size).toBe(2);
  await memory.find('a');
  expect(asked).toEqual(['a', 'b', 'c']);
});

test('an answer is let go when it was not used for long, unless it is in use', async () => {
  const { memory, asked, learn } = fixture({ isInUse: (key) => key === 'b' });
  await learn('a');
  await learn('b');
  vi.advanceTimersByTime(KEPT_MS + 1);
  expect(await memory.find('b')).toBe('b!');
  await learn('a');
  expect(asked).toEqual(['a', 'b', 'a']);
  vi.advanceTimersByTime(KEPT_MS);
  memory.schedule('a');
  vi.advanceTimersByTime(KEPT_MS);
  expect(await memory.find('a')).toBe('a!');
  expect(asked).toHaveLength(3);
});
