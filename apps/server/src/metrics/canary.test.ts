import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CANARY_COMMIT_EVERY, CANARY_INTERVAL_MS, CANARY_TIMEOUT_MS } from '../limits.ts';
import { Canary, type CanaryPair } from './canary.ts';
import { Metrics } from './metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakePair implements CanaryPair {
  readonly sung: string[] = [];
  state: 'hearing' | 'deaf' | 'ended' = 'hearing';
  #reject: (error: Error) => void = () => {};

  async open(): Promise<void> {}

  deliver(beat: number): Promise<void> {
    return this.#sing(`deliver ${beat}`);
  }

  commit(beat: number): Promise<void> {
    return this.#sing(`commit ${beat}`);
  }

  end(): void {
    this.state = 'ended';
    this.#reject(new Error('ended'));
  }

  async #sing(song: string): Promise<void> {
    this.sung.push(song);
    if (this.state !== 'hearing') await new Promise((_, reject) => (this.#reject = reject));
  }
}

function house() {
  const pairs: FakePair[] = [];
  const metrics = new Metrics();
  const createPair = () => {
    const pair = new FakePair();
    pairs.push(pair);
    return pair;
  };
  const canary = new Canary({ createPair, metrics, log: pino({ enabled: false }) });
  canary.start();
  const beats = (count: number) => vi.advanceTimersByTimeAsync(count * CANARY_INTERVAL_MS);
  return { canary, pairs, metrics, beats };
}

it('goes through the journal once in a while, and otherwise by awareness, on one pair', async () => {
  const { canary, pairs, metrics, beats } = house();
  await beats(CANARY_COMMIT_EVERY + 1);
  expect(pairs).toHaveLength(1);
  expect(pairs[0]?.sung.filter((song) => song.startsWith('commit'))).toEqual([
    'commit 0',
    `commit ${CANARY_COMMIT_EVERY}`,
  ]);
  expect(metrics.canary.of('commit').count).toBe(2);
  expect(metrics.canary.of('deliver').count).toBe(CANARY_COMMIT_EVERY - 1);
  expect(metrics.canaryFailures.total).toBe(0);
  canary[Symbol.dispose]();
});

it('counts one failure for a beat that is not heard in time, and begins anew', async () => {
  const { canary, pairs, metrics, beats } = house();
  await beats(1);
  pairs[0]!.state = 'deaf';
  await beats(1);
  await vi.advanceTimersByTimeAsync(CANARY_TIMEOUT_MS);
  expect(pairs[0]?.state).toBe('ended');
  expect(metrics.canaryFailures.of('deliver')).toBe(1);
  await beats(2);
  expect(pairs).toHaveLength(2);
  expect(metrics.canaryFailures.total).toBe(1);
  canary[Symbol.dispose]();
});

it('counts nothing that its own end has cut off', async () => {
  const { canary, pairs, metrics, beats } = house();
  await beats(1);
  pairs[0]!.state = 'deaf';
  await beats(1);
  canary[Symbol.dispose]();
  await beats(20);
  expect(pairs).toHaveLength(1);
  expect(metrics.canaryFailures.total).toBe(0);
});
