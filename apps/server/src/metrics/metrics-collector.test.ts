import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { Engine } from '../engine/port.ts';
import type { JobCounts } from '../storage/jobs/job-store.ts';
import { METRICS } from '../limits.ts';
import { Metrics } from './metrics.ts';
import { MetricsCollector } from './metrics-collector.ts';

function collector(countJobs: () => Promise<JobCounts>) {
  const clock = new ManualClock();
  const { read } = new MetricsCollector({
    metrics: new Metrics(null, clock),
    engine: { stats: () => ({ shards: [], compactions: 0 }) } as unknown as Engine,
    serverStats: () => ({
      certificateExpiresAtMs: null,
      state: 'open',
      connections: [],
      rooms: [],
      cluster: null,
    }),
    countJobs,
  });
  return { clock, read };
}

const COUNTS = { waiting: 3, oldestWaitingMs: 1_500, failed: 2 };

test('shows the jobs of the cluster, and leaves no timer', async () => {
  const { clock, read } = collector(async () => COUNTS);
  const page = await read();
  for (const line of ['waiting 3', 'oldest_waiting_seconds 1.5', 'failed 2'])
    expect(page).toContain(`\ntandem_jobs_${line}\n`);
  expect(clock.pending).toBe(0);
});

test.each([
  ['fails', () => Promise.reject(new Error('no answer'))],
  ['hangs', () => new Promise<JobCounts>(() => {})],
])('shows everything else while the database %s', async (_, countJobs) => {
  const { clock, read } = collector(countJobs);
  const reading = read();
  await clock.advanceAsync(METRICS.countJobsTimeoutMs);
  const page = await reading;
  expect(page).not.toMatch(/^tandem_jobs_waiting /m);
  expect(page).toMatch(/^tandem_rooms 0$/m);
});
