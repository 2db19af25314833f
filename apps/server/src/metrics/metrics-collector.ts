/**
 * All measurements off the message path: event-loop delay, process, and the Prometheus page. The
 * event-loop delay is sampled only while there are connections, because each sample wakes the process.
 */
import type { Engine } from '../engine/port.ts';
import { METRICS } from '../limits.ts';
import { OnDemandInterval } from '../runtime/on-demand-interval.ts';
import type { JobCounts } from '../storage/jobs/job-store.ts';
import type { ServerStats } from './connection-stats.ts';
import { clusterInstruments } from './cluster-stats.ts';
import { DashboardSampler } from './dashboard-sample.ts';
import { expose, type Instrument } from './instruments.ts';
import { LoopDelay } from './loop-delay.ts';
import type { Metrics } from './metrics.ts';
import { ProcessInstruments } from './process-instruments.ts';
import { stateInstruments } from './state-instruments.ts';

export interface MetricsCollectorOptions {
  readonly metrics: Metrics;
  readonly engine: Engine;
  readonly serverStats: () => ServerStats;
  /** Asks the database, which may not answer. */
  readonly countJobs: () => Promise<JobCounts>;
}

export class MetricsCollector implements Disposable {
  readonly dashboard: DashboardSampler;
  readonly #options: MetricsCollectorOptions;
  readonly #loopDelay: LoopDelay;
  readonly #process = new ProcessInstruments();
  readonly #interval: OnDemandInterval;

  constructor(options: MetricsCollectorOptions) {
    this.#options = options;
    const { metrics, serverStats } = options;
    this.#loopDelay = new LoopDelay(metrics.loopDelay);
    const isInUse = () => metrics.connections.total > 0;
    this.#interval = new OnDemandInterval({
      clock: metrics.clock,
      intervalMs: METRICS.loopDelayIntervalMs,
      tick: () => {
        this.#loopDelay.turn();
        if (!isInUse()) this.#loopDelay.stop();
      },
      isNeeded: isInUse,
    });
    this.dashboard = new DashboardSampler({
      metrics,
      serverStats,
      loopDelayMs: () => this.#loopDelay.p99Ms,
      memory: process.memoryUsage,
      now: () => metrics.clock.now(),
    });
  }

  start(): void {
    this.#process.start();
    this.#options.metrics.connections.onIncrement(() => {
      this.#loopDelay.start();
      this.#interval.request();
    });
  }

  instruments(jobs: JobCounts | null = null): readonly Instrument[] {
    const { metrics, engine } = this.#options;
    const serverStats = this.#options.serverStats();
    return [
      ...metrics.instruments,
      ...stateInstruments(serverStats, metrics, { engine: engine.stats(), jobs }),
      ...clusterInstruments(serverStats.cluster),
      ...this.#process.read(),
    ];
  }

  readonly read = async (): Promise<string> => expose(this.instruments(await this.#readJobs()));

  [Symbol.dispose](): void {
    this.#interval[Symbol.dispose]();
    this.#loopDelay.stop();
    this.#process[Symbol.dispose]();
  }

  /** Everything else is shown although the database does not answer. */
  async #readJobs(): Promise<JobCounts | null> {
    const { clock } = this.#options.metrics;
    let timer: unknown = null;
    const limit = new Promise<null>((resolve) => {
      timer = clock.setTimeout(() => resolve(null), METRICS.countJobsTimeoutMs);
    });
    const counts = this.#options.countJobs().catch(() => null);
    const jobs = await Promise.race([counts, limit]);
    clock.clearTimeout(timer);
    return jobs;
  }
}
