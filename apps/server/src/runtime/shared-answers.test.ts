import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { SharedAnswers } from './shared-answers.ts';

function scene() {
  const clock = new ManualClock();
  const answers = new SharedAnswers<number>({ sharedMs: 200, maxEntries: 10, clock });
  let count = 0;
  const find = async () => ++count;
  return { clock, answers, find };
}

test('who asks within a moment shares an answer, and who asks later gets another one', async () => {
  const { clock, answers, find } = scene();
  expect(await Promise.all([answers.ask('a', find), answers.ask('a', find)])).toEqual([1, 1]);
  expect(await answers.ask('b', find)).toBe(2);
  clock.advance(199);
  expect(await answers.ask('a', find)).toBe(1);
  clock.advance(1);
  expect(await answers.ask('a', find)).toBe(3);
});

test('the moment begins with the question, however late its answer is', async () => {
  const { clock, answers, find } = scene();
  let resolve = (_value: number) => {};
  const slow = new Promise<number>((resolved) => (resolve = resolved));
  const first = answers.ask('a', () => slow);
  clock.advance(200);
  expect(await answers.ask('a', find)).toBe(1);
  resolve(7);
  expect(await first).toBe(7);
  expect(await answers.ask('a', find)).toBe(1);
});

test('a failure is not kept', async () => {
  const { answers, find } = scene();
  await expect(answers.ask('a', () => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
  expect(await answers.ask('a', find)).toBe(1);
});
