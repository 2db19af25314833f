import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { OBJECTS } from '../storage/limits.ts';
import { FILES } from './limits.ts';
import { TransferEnded, TransferWatch } from './transfer-watch.ts';

function start(isAllowed: () => Promise<boolean>) {
  const clock = new ManualClock(1_000_000);
  const watch = new TransferWatch({ isAllowed, clock });
  watch.start();
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= FILES.accessIntervalMs) {
      clock.advance(Math.min(left, FILES.accessIntervalMs));
      await Promise.resolve().then(() => {});
      await Promise.resolve();
    }
  };
  const reason = (): string | null =>
    watch.signal.aborted ? (watch.signal.reason as TransferEnded).reason : null;
  return { watch, pass, reason };
}

test('FI6 a transfer ends within a second after its access', async () => {
  let isAllowed = true;
  const { pass, reason } = start(async () => isAllowed);
  await pass(5_000);
  expect(reason()).toBeNull();
  isAllowed = false;
  await pass(1_000);
  expect(reason()).toBe('access-ended');
});

test('FI6 a database that does not answer allows nothing', async () => {
  const { pass, reason } = start(async () => await Promise.reject(new Error('no answer')));
  await pass(1_000);
  expect(reason()).toBe('unchecked');
});

test('FI7 a transfer that hardly moves ends, and a slow one goes on', async () => {
  const { watch, pass, reason } = start(async () => true);
  for (let round = 0; round < 5; round++) {
    await pass(FILES.stallTimeoutMs - 1_000);
    watch.moved(FILES.minProgressBytes);
    await pass(FILES.accessIntervalMs);
  }
  expect(reason()).toBeNull();
  watch.moved(FILES.minProgressBytes - 1);
  await pass(FILES.stallTimeoutMs + 1_000);
  expect(reason()).toBe('stalled');
});

test('FI7 a transfer that moves all the time ends after an hour', async () => {
  const { watch, pass, reason } = start(async () => true);
  for (let passedMs = 0; passedMs < OBJECTS.transferTimeoutMs; passedMs += 10_000) {
    expect(reason()).toBeNull();
    watch.moved(FILES.minProgressBytes);
    await pass(10_000);
  }
  await pass(1_000);
  expect(reason()).toBe('too-slow');
});

test('FI7 once all bytes have moved, the storage has some minutes', async () => {
  const { watch, pass, reason } = start(async () => true);
  watch.moved(4);
  watch.waitForStorage();
  await pass(FILES.storeTimeoutMs - 1_000);
  expect(reason()).toBeNull();
  await pass(2_000);
  expect(reason()).toBe('stalled');
});

test('nothing happens after the end', async () => {
  const { watch, pass, reason } = start(async () => false);
  watch[Symbol.dispose]();
  await pass(5_000);
  expect(reason()).toBeNull();
});
