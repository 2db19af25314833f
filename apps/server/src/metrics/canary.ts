/**
 * The server publishes to itself, once a second, on the way that everybody's messages take. Most beats
 * go by awareness, which costs no disk; each tenth is an update, committed and acknowledged: an update
 * a second would be thirty million flushes of the disk in a year, on a server that nobody uses.
 */
import { CANARY_COMMIT_EVERY, CANARY_INTERVAL_MS, CANARY_TIMEOUT_MS } from '../limits.ts';
import type { Log } from '../log.ts';
import type { CanaryPath, Metrics } from './metrics.ts';

/** Two connections that have one document open. */
export interface CanaryPair {
  /** Resolves when both are in; with the methods below, rejects when a connection is lost. */
  open(): Promise<void>;
  /** Resolves when the second connection has what the first one published. */
  deliver(beat: number): Promise<void>;
  /** Resolves when an update is acknowledged, and the second connection has it. */
  commit(beat: number): Promise<void>;
  /** Both are gone at once. */
  end(): void;
}

export interface CanaryOptions {
  readonly createPair: () => CanaryPair;
  readonly metrics: Metrics;
  readonly log: Log;
}

export class Canary implements Disposable {
  readonly #options: CanaryOptions;
  #timer: NodeJS.Timeout | null = null;
  #pair: CanaryPair | null = null;
  #beats = 0;
  #state: 'resting' | 'beating' | 'ended' = 'resting';
  #health: 'well' | 'ill' = 'well';

  constructor(options: CanaryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#beat().catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'self-probe failed');
        if (this.#state === 'beating') this.#state = 'resting';
      });
    }, CANARY_INTERVAL_MS);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#state = 'ended';
    this.#pair?.end();
  }

  /** A beat that comes while the one before it waits is left out: that one will fail, or has been slow. */
  async #beat(): Promise<void> {
    if (this.#state !== 'resting') return;
    this.#state = 'beating';
    const beat = this.#beats++;
    const path: CanaryPath = beat % CANARY_COMMIT_EVERY === 0 ? 'commit' : 'deliver';
    const pair = (this.#pair ??= this.#options.createPair());
    const limit = setTimeout(() => pair.end(), CANARY_TIMEOUT_MS);
    try {
      await this.#sing(pair, { beat, path });
      this.#recovered();
    } catch (error) {
      this.#failed(path, error);
    } finally {
      clearTimeout(limit);
    }
    if (this.#state === 'beating') this.#state = 'resting';
  }

  async #sing(
    pair: CanaryPair,
    { beat, path }: { readonly beat: number; readonly path: CanaryPath },
  ): Promise<void> {
    await pair.open();
    const startMs = performance.now();
    await pair[path](beat);
    this.#options.metrics.canary.of(path).observe((performance.now() - startMs) / 1_000);
  }

  /** Both connections are made anew for the next beat. */
  #failed(path: CanaryPath, error: unknown): void {
    this.#pair?.end();
    this.#pair = null;
    if (this.#state === 'ended') return;
    const { metrics, log } = this.#options;
    metrics.canaryFailures.add(path);
    if (this.#health === 'well') log.warn({ err: error, path }, 'the canary is not heard');
    this.#health = 'ill';
  }

  #recovered(): void {
    if (this.#health === 'ill') this.#options.log.info('the canary is heard again');
    this.#health = 'well';
  }
}
