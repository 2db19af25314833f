import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.ts';

const RETRY_MS = 200;

/** A service whose answers come when the test says so. */
function fixture() {
  const clock = new ManualClock();
  const breaker = new CircuitBreaker({ clock, retryMs: RETRY_MS });
  const waiting: { succeed: () => void; fail: (error: Error) => void }[] = [];
  const outcomes: string[] = [];
  const request = (name: string): void =>
    void breaker
      .run(() => new Promise<void>((succeed, fail) => waiting.push({ succeed, fail })))
      .then(
        () => outcomes.push(`${name} done`),
        (error: unknown) => outcomes.push(`${name} ${(error as Error).message}`),
      );
  const answer = async (kind: 'succeed' | 'fail', message = 'no answer'): Promise<void> => {
    for (const each of waiting.splice(0))
      if (kind === 'succeed') each.succeed();
      else each.fail(new Error(message));
    await clock.advanceAsync(0);
  };
  return { clock, waiting, outcomes, request, answer };
}

test('CB1: requests run at the same time while the service answers', async () => {
  const { waiting, outcomes, request, answer } = fixture();
  for (const name of ['a', 'b', 'c']) request(name);
  expect(waiting).toHaveLength(3);
  await answer('succeed');
  expect(outcomes).toEqual(['a done', 'b done', 'c done']);
});

test('CB1: after a failure, requests fail at once with its error', async () => {
  const { clock, waiting, outcomes, request, answer } = fixture();
  request('a');
  await answer('fail', 'refused');
  await clock.advanceAsync(RETRY_MS - 1);
  request('b');
  await clock.advanceAsync(0);
  expect(waiting).toEqual([]);
  expect(outcomes).toEqual(['a refused', 'b refused']);
});

test('CB2: one request at a time finds out whether the service answers again', async () => {
  const { clock, waiting, outcomes, request, answer } = fixture();
  request('a');
  await answer('fail');
  await clock.advanceAsync(RETRY_MS);
  request('b');
  request('c');
  await clock.advanceAsync(60_000);
  request('d');
  await clock.advanceAsync(0);
  expect(waiting).toHaveLength(1);
  expect(outcomes).toEqual(['a no answer', 'c no answer', 'd no answer']);
  await answer('fail', 'still none');
  request('e');
  await clock.advanceAsync(RETRY_MS);
  expect(outcomes.slice(3)).toEqual(['b still none', 'e still none']);
  request('f');
  await answer('succeed');
  request('g');
  request('h');
  await answer('succeed');
  expect(outcomes.slice(5)).toEqual(['f done', 'g done', 'h done']);
});

test('CB4: the failure of an earlier request does not end the wait for the one that finds out', async () => {
  const { clock, waiting, request } = fixture();
  request('slow');
  request('quick');
  waiting[1]!.fail(new Error('no answer'));
  await clock.advanceAsync(RETRY_MS);
  request('probe');
  waiting[0]!.fail(new Error('no answer'));
  await clock.advanceAsync(RETRY_MS);
  request('next');
  expect(waiting).toHaveLength(3);
});

test('CB3: the success of an earlier request shows that the service answers', async () => {
  const { clock, waiting, outcomes, request } = fixture();
  request('slow');
  request('quick');
  waiting[1]!.fail(new Error('overloaded'));
  await clock.advanceAsync(0);
  waiting[0]!.succeed();
  await clock.advanceAsync(0);
  request('next');
  expect(outcomes).toEqual(['quick overloaded', 'slow done']);
  expect(waiting).toHaveLength(3);
});

test('CB4: the failure of a request from before the recovery does not open it again', async () => {
  const { clock, waiting, outcomes, request } = fixture();
  request('slow');
  request('quick');
  waiting[1]!.fail(new Error('no answer'));
  await clock.advanceAsync(RETRY_MS);
  request('probe');
  waiting[2]!.succeed();
  await clock.advanceAsync(0);
  waiting[0]!.fail(new Error('out of date'));
  await clock.advanceAsync(0);
  request('next');
  expect(outcomes).toEqual(['quick no answer', 'probe done', 'slow out of date']);
  expect(waiting).toHaveLength(4);
});

test('CB4: requests that fail together are one failure, and the wait begins with the first', async () => {
  const { clock, waiting, request } = fixture();
  request('quick');
  request('slow');
  waiting[0]!.fail(new Error('no answer'));
  await clock.advanceAsync(RETRY_MS - 1);
  waiting[1]!.fail(new Error('no answer'));
  await clock.advanceAsync(1);
  request('probe');
  expect(waiting).toHaveLength(3);
});
