/**
 * Publishes to the server itself once a second, on the path of all messages. Most beats are
 * awareness, without disk writes; each tenth is a committed update: one per second would flush the
 * disk thirty million times a year. A server without other connections is probed rarely, over
 * connections that last for one beat, so that it sleeps in between.
 */
import { PROBE } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ProbePath, Metrics } from '../metrics/metrics.ts';

export interface ProbePair {
  /** Resolves when both have opened; like the methods below, rejects when a connection is lost. */
  open(): Promise<void>;
  deliver(beat: number): Promise<void>;
  commit(beat: number): Promise<void>;
  end(): void;
}

/** The writer and the reader. */
const CONNECTIONS_PER_PAIR = 2;

export interface SelfProbeOptions {
  readonly createPair: () => ProbePair;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export class SelfProbe implements Disposable {
  readonly #options: SelfProbeOptions;
  #timer: unknown = null;
  #pair: ProbePair | null = null;
  #beats = 0;
  #state: 'running' | 'ended' = 'running';
  #health: 'healthy' | 'unhealthy' = 'healthy';

  constructor(options: SelfProbeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule(PROBE.intervalMs);
  }

  [Symbol.dispose](): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#state = 'ended';
    this.#pair?.end();
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#options.clock.setTimeout(() => void this.#run(), delayMs);
  }

  async #run(): Promise<void> {
    await this.#beat();
    if (this.#state === 'ended') return;
    const isUnused = this.#isUnused();
    if (isUnused) this.#endPair();
    this.#schedule(isUnused ? PROBE.unusedIntervalMs : PROBE.intervalMs);
  }

  async #beat(): Promise<void> {
    const { clock } = this.#options;
    const beat = this.#beats++;
    const path: ProbePath = beat % PROBE.commitEvery === 0 ? 'commit' : 'deliver';
    const pair = (this.#pair ??= this.#options.createPair());
    const timeout = clock.setTimeout(() => pair.end(), PROBE.timeoutMs);
    try {
      await this.#probe(pair, { beat, path });
      this.#recovered();
    } catch (error) {
      this.#failed(path, error);
    } finally {
      clock.clearTimeout(timeout);
    }
  }

  #isUnused(): boolean {
    const own = this.#pair === null ? 0 : CONNECTIONS_PER_PAIR;
    return this.#options.metrics.connections.total <= own;
  }

  #endPair(): void {
    this.#pair?.end();
    this.#pair = null;
  }

  async #probe(
    pair: ProbePair,
    { beat, path }: { readonly beat: number; readonly path: ProbePath },
  ): Promise<void> {
    await pair.open();
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonicMs();
    await pair[path](beat);
    metrics.selfProbe.of(path).observe((clock.monotonicMs() - startMs) / 1_000);
  }

  #failed(path: ProbePath, error: unknown): void {
    this.#endPair();
    if (this.#state === 'ended') return;
    const { metrics, log } = this.#options;
    metrics.probeFailures.add(path);
    if (this.#health === 'healthy') log.warn({ err: error, path }, 'self-probe failed');
    this.#health = 'unhealthy';
  }

  #recovered(): void {
    if (this.#health === 'unhealthy') this.#options.log.info('self-probe succeeds again');
    this.#health = 'healthy';
  }
}
