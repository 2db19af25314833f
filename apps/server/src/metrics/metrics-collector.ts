/** All measurements off the message path: event-loop delay, process, and the Prometheus page. */
import type { Engine } from '../engine/port.ts';
import { METRICS } from '../limits.ts';
import type { ServerStats } from './connection-stats.ts';
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
}

export class MetricsCollector implements Disposable {
  readonly dashboard: DashboardSampler;
  readonly #options: MetricsCollectorOptions;
  readonly #loopDelay: LoopDelay;
  readonly #process = new ProcessInstruments();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: MetricsCollectorOptions) {
    this.#options = options;
    const { metrics, serverStats } = options;
    this.#loopDelay = new LoopDelay(metrics.loopDelay);
    this.dashboard = new DashboardSampler({
      metrics,
      serverStats,
      loopDelayMs: () => this.#loopDelay.p99Ms,
      memory: process.memoryUsage,
      now: () => metrics.clock.now(),
    });
  }

  start(): void {
    this.#loopDelay.start();
    this.#process.start();
    this.#timer = setInterval(() => this.#loopDelay.turn(), METRICS.loopDelayIntervalMs).unref();
  }

  instruments(): readonly Instrument[] {
    const { metrics, engine, serverStats } = this.#options;
    return [
      ...metrics.instruments,
      ...stateInstruments(serverStats(), metrics, engine.stats()),
      ...this.#process.read(),
    ];
  }

  readonly read = (): string => expose(this.instruments());

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#loopDelay[Symbol.dispose]();
    this.#process[Symbol.dispose]();
  }
}
