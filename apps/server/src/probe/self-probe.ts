/**
 * Publishes to the server itself once a second, on the path of all messages. Most beats are
 * awareness, without disk writes; each tenth is a committed update: one per second would flush an
 * unused server's disk thirty million times a year.
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
  #state: 'resting' | 'beating' | 'ended' = 'resting';
  #health: 'healthy' | 'unhealthy' = 'healthy';

  constructor(options: SelfProbeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.start();
      this.#beat().catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'self-probe failed');
        if (this.#state === 'beating') this.#state = 'resting';
      });
    }, PROBE.intervalMs);
  }

  [Symbol.dispose](): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#state = 'ended';
    this.#pair?.end();
  }

  /** Skipped while the previous beat is pending: that one will fail, or was slow. */
  async #beat(): Promise<void> {
    if (this.#state !== 'resting') return;
    this.#state = 'beating';
    const beat = this.#beats++;
    const path: ProbePath = beat % PROBE.commitEvery === 0 ? 'commit' : 'deliver';
    const pair = (this.#pair ??= this.#options.createPair());
    const { clock } = this.#options;
    const timeout = clock.setTimeout(() => pair.end(), PROBE.timeoutMs);
    try {
      await this.#probe(pair, { beat, path });
      this.#recovered();
    } catch (error) {
      this.#failed(path, error);
    } finally {
      clock.clearTimeout(timeout);
    }
    if (this.#state === 'beating') this.#state = 'resting';
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
    this.#pair?.end();
    this.#pair = null;
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
