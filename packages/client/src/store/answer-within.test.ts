import { ManualClock } from '@tandem/testkit';
import { expect, test, vi } from 'vitest';
import { deferred } from '../testing/deferred.ts';
import { answerWithin } from './answer-within.ts';

function watch(answer: Promise<string>): { outcome: string } {
  const seen = { outcome: 'waiting' };
  answer.then(
    (given) => (seen.outcome = given),
    (error: Error) => (seen.outcome = error.name),
  );
  return seen;
}

test('an answer in time is given, and no timer stays', async () => {
  const clock = new ManualClock();
  const { answer, resolve } = deferred<string>();
  const ask = () => answer;
  const seen = watch(answerWithin(ask, { clock }));
  await clock.advanceAsync(2_999);
  expect(seen.outcome).toBe('waiting');
  resolve('here');
  await clock.advanceAsync(0);
  expect(seen.outcome).toBe('here');
  expect(clock.pending).toBe(0);
});

test('after three seconds it goes on without', async () => {
  const clock = new ManualClock();
  const ask = () => deferred<string>().answer;
  const seen = watch(answerWithin(ask, { clock }));
  await clock.advanceAsync(2_999);
  expect(seen.outcome).toBe('waiting');
  await clock.advanceAsync(1);
  expect(seen.outcome).toBe('NoAnswerError');
});

test('what comes too late is handed over to be given back, and changes nothing', async () => {
  const clock = new ManualClock();
  const { answer, resolve } = deferred<string>();
  const ask = () => answer;
  const onLate = vi.fn();
  const seen = watch(answerWithin(ask, { clock, onLate }));
  await clock.advanceAsync(3_000);
  resolve('late');
  await clock.advanceAsync(0);
  expect(onLate).toHaveBeenCalledWith('late');
  expect(seen.outcome).toBe('NoAnswerError');
});

test('a refusal is given on, thrown or rejected', async () => {
  const clock = new ManualClock();
  const throwing = () => {
    throw new RangeError('no');
  };
  await expect(answerWithin(throwing, { clock })).rejects.toThrow('no');
  await expect(answerWithin(() => Promise.reject(new Error('not')), { clock })).rejects.toThrow(
    'not',
  );
  expect(clock.pending).toBe(0);
});

test('a page that slept has not waited: the answer that stands behind its timer counts', async () => {
  const clock = new ManualClock();
  const { answer, resolve } = deferred<string>();
  const ask = () => answer;
  const asleep: (() => void)[] = [];
  /** The first timer is due only when the page wakes, an hour later. */
  const sleepy = {
    now: () => clock.now(),
    setTimeout: (run: () => void, ms: number) =>
      asleep.length === 0 ? void asleep.push(run) : clock.setTimeout(run, ms),
    clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
  };
  const seen = watch(answerWithin(ask, { clock: sleepy }));
  clock.advance(3_600_000);
  asleep[0]?.();
  resolve('here');
  await clock.advanceAsync(0);
  expect(seen.outcome).toBe('here');
});
