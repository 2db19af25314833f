import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PROBE } from '../limits.ts';
import { systemClock } from '../runtime/clock.ts';
import { SelfProbe, type ProbePair } from './self-probe.ts';
import { Metrics } from '../metrics/metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakePair implements ProbePair {
  readonly probes: string[] = [];
  state: 'answering' | 'silent' | 'ended' = 'answering';
  #reject: (error: Error) => void = () => {};

  async open(): Promise<void> {}

  deliver(beat: number): Promise<void> {
    return this.#probe(`deliver ${beat}`);
  }

  commit(beat: number): Promise<void> {
    return this.#probe(`commit ${beat}`);
  }

  end(): void {
    this.state = 'ended';
    this.#reject(new Error('ended'));
  }

  async #probe(probe: string): Promise<void> {
    this.probes.push(probe);
    if (this.state !== 'answering') await new Promise((_, reject) => (this.#reject = reject));
  }
}

const KIND = { transport: 'websocket', codec: 'binary' } as const;

/** @param others connections beside the probe's own two. */
function context({ others }: { readonly others: number } = { others: 1 }) {
  const pairs: FakePair[] = [];
  const metrics = new Metrics();
  for (let i = 0; i < others + 2; i++) metrics.connections.increment(KIND);
  const createPair = () => {
    const pair = new FakePair();
    pairs.push(pair);
    return pair;
  };
  const selfProbe = new SelfProbe({
    createPair,
    clock: systemClock,
    metrics,
    log: pino({ enabled: false }),
  });
  selfProbe.start();
  const beats = (count: number) => vi.advanceTimersByTimeAsync(count * PROBE.intervalMs);
  return { selfProbe, pairs, metrics, beats };
}

test('goes through the journal once in a while, and otherwise by awareness, on one pair', async () => {
  const { selfProbe, pairs, metrics, beats } = context();
  await beats(PROBE.commitEvery + 1);
  expect(pairs).toHaveLength(1);
  expect(pairs[0]?.probes.filter((probe) => probe.startsWith('commit'))).toEqual([
    'commit 0',
    `commit ${PROBE.commitEvery}`,
  ]);
  expect(metrics.selfProbe.of('commit').count).toBe(2);
  expect(metrics.selfProbe.of('deliver').count).toBe(PROBE.commitEvery - 1);
  expect(metrics.probeFailures.total).toBe(0);
  selfProbe[Symbol.dispose]();
});

test('counts one failure for a beat that is not answered in time, and begins again', async () => {
  const { selfProbe, pairs, metrics, beats } = context();
  await beats(1);
  pairs[0]!.state = 'silent';
  await beats(1);
  await vi.advanceTimersByTimeAsync(PROBE.timeoutMs);
  expect(pairs[0]?.state).toBe('ended');
  expect(metrics.probeFailures.of('deliver')).toBe(1);
  await beats(2);
  expect(pairs).toHaveLength(2);
  expect(metrics.probeFailures.total).toBe(1);
  selfProbe[Symbol.dispose]();
});

test('counts nothing that its own end has cut off', async () => {
  const { selfProbe, pairs, metrics, beats } = context();
  await beats(1);
  pairs[0]!.state = 'silent';
  await beats(1);
  selfProbe[Symbol.dispose]();
  await beats(20);
  expect(pairs).toHaveLength(1);
  expect(metrics.probeFailures.total).toBe(0);
});

test('probes an unused server rarely, with a new pair each time, and a used one each second', async () => {
  const { selfProbe, pairs, metrics, beats } = context({ others: 0 });
  await beats(1);
  expect(pairs).toHaveLength(1);
  expect(pairs[0]?.state).toBe('ended');
  await vi.advanceTimersByTimeAsync(PROBE.unusedIntervalMs);
  expect(pairs.map(({ probes }) => probes)).toEqual([['commit 0'], ['deliver 1']]);
  metrics.connections.increment(KIND);
  await vi.advanceTimersByTimeAsync(PROBE.unusedIntervalMs);
  await beats(3);
  expect(pairs).toHaveLength(3);
  expect(pairs[2]?.probes).toEqual(['deliver 2', 'deliver 3', 'deliver 4', 'deliver 5']);
  expect(pairs[2]?.state).toBe('answering');
  expect(metrics.probeFailures.total).toBe(0);
  selfProbe[Symbol.dispose]();
});
