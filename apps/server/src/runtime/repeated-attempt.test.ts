import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { RepeatedAttempt } from './repeated-attempt.ts';

function setup() {
  const clock = new ManualClock();
  const begun: { succeed: () => void; fail: () => void }[] = [];
  const failures: unknown[] = [];
  const attempt = new RepeatedAttempt({
    run: () =>
      new Promise((resolve, reject) =>
        begun.push({ succeed: resolve, fail: () => reject(new Error('no database')) }),
      ),
    onFailed: (error) => failures.push(error),
    clock,
    backoff: { baseMs: 100, capMs: 400 },
  });
  return { clock, begun, failures, attempt };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('begins at once, and again after growing pauses until it succeeds', async () => {
  const { clock, begun, failures, attempt } = setup();
  attempt.request();
  for (const [pauses, delayMs] of [100, 200, 400, 400].entries()) {
    begun[pauses]?.fail();
    await settled();
    clock.advance(delayMs - 1);
    expect(begun).toHaveLength(pauses + 1);
    clock.advance(1);
    expect(begun).toHaveLength(pauses + 2);
  }
  begun[4]?.succeed();
  await settled();
  expect([failures.length, clock.pending]).toEqual([4, 0]);
  attempt.request();
  begun[5]?.fail();
  await settled();
  clock.advance(100);
  expect(begun).toHaveLength(7);
});

test('while an attempt runs, requests begin one that follows; while it waits, they begin it at once', async () => {
  const { clock, begun, attempt } = setup();
  for (let i = 0; i < 3; i++) attempt.request();
  expect(begun).toHaveLength(1);
  begun[0]?.succeed();
  await settled();
  expect(begun).toHaveLength(2);
  begun[1]?.fail();
  await settled();
  attempt.request();
  expect([begun.length, clock.pending]).toEqual([3, 0]);
});

test('nothing follows its end', async () => {
  const { clock, begun, failures, attempt } = setup();
  attempt.request();
  attempt[Symbol.dispose]();
  begun[0]?.fail();
  await settled();
  attempt.request();
  expect([begun.length, failures.length, clock.pending]).toEqual([1, 0, 0]);
});
