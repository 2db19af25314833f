/**
 * Publishes to the server itself once a second, on the path of all messages. Most beats are
 * awareness, without disk writes; each tenth is a committed update: one per second would flush an
 * unused server's disk thirty million times a year.
 */
import { PROBE } from '../limits.ts';
import type { Log } from '../runtime/log.ts';
import type { ProbePath, Metrics } from '../metrics/metrics.ts';

export interface ProbePair {
  /** Resolves when both have opened; like the methods below, rejects when a connection is lost. */
  open(): Promise<void>;
  /** Resolves when the second connection has the first one's message. */
  deliver(beat: number): Promise<void>;
  /** Resolves when an update is acknowledged, and the second connection has it. */
  commit(beat: number): Promise<void>;
  end(): void;
}

export interface SelfProbeOptions {
  readonly createPair: () => ProbePair;
  readonly metrics: Metrics;
  readonly log: Log;
}

export class SelfProbe implements Disposable {
  readonly #options: SelfProbeOptions;
  #timer: NodeJS.Timeout | null = null;
  #pair: ProbePair | null = null;
  #beats = 0;
  #state: 'resting' | 'beating' | 'ended' = 'resting';
  #health: 'well' | 'ill' = 'well';

  constructor(options: SelfProbeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#beat().catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'self-probe failed');
        if (this.#state === 'beating') this.#state = 'resting';
      });
    }, PROBE.intervalMs);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
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
    const limit = setTimeout(() => pair.end(), PROBE.timeoutMs);
    try {
      await this.#probe(pair, { beat, path });
      this.#recovered();
    } catch (error) {
      this.#failed(path, error);
    } finally {
      clearTimeout(limit);
    }
    if (this.#state === 'beating') this.#state = 'resting';
  }

  async #probe(
    pair: ProbePair,
    { beat, path }: { readonly beat: number; readonly path: ProbePath },
  ): Promise<void> {
    await pair.open();
    const startMs = performance.now();
    await pair[path](beat);
    this.#options.metrics.selfProbe.of(path).observe((performance.now() - startMs) / 1_000);
  }

  #failed(path: ProbePath, error: unknown): void {
    this.#pair?.end();
    this.#pair = null;
    if (this.#state === 'ended') return;
    const { metrics, log } = this.#options;
    metrics.probeFailures.add(path);
    if (this.#health === 'well') log.warn({ err: error, path }, 'the self-probe is not heard');
    this.#health = 'ill';
  }

  #recovered(): void {
    if (this.#health === 'ill') this.#options.log.info('the self-probe is heard again');
    this.#health = 'well';
  }
}
