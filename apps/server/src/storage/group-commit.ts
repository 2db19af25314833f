/**
 * Group commit without a timer: one transaction at a time over everything that waits; what arrives
 * meanwhile is in the next one. When storage fails, the transaction is retried after pauses that double,
 * and nothing overtakes it. When storage is not at fault, items are committed one by one, so that the
 * faulty item is found and rejected while the others continue.
 */
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { isRetryable } from './storage-error.ts';

/** A database that is back is noticed within a second. */
export const COMMIT_RETRY = { baseMs: 100, capMs: 1_000 } as const;

export interface GroupCommitOptions<T, R> {
  readonly clock: Clock;
  readonly take: (limit: number) => readonly T[];
  readonly commit: (items: readonly T[]) => Promise<R>;
  readonly onCommitted: (items: readonly T[], result: R, durationMs: number) => void;
  readonly onFailed?: (items: readonly T[]) => void;
  readonly onRejected: (item: T, error: unknown) => void;
  /** Storage fails; commits are retried. Called once until `onResumed`. */
  readonly onStalled: (error: Error) => void;
  readonly onResumed: () => void;
  /** A transaction or a pause is over: call `start` in a later turn if there is more to commit. */
  readonly onReady: () => void;
}

type State =
  | { readonly kind: 'ready' }
  | { readonly kind: 'running'; readonly settled: Promise<void> }
  | { readonly kind: 'paused'; readonly timer: unknown };

export class GroupCommit<T, R> {
  readonly #options: GroupCommitOptions<T, R>;
  #state: State = { kind: 'ready' };
  #failures = 0;
  #singles = 0;

  constructor(options: GroupCommitOptions<T, R>) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#state.kind === 'running';
  }

  start(): void {
    if (this.#state.kind !== 'ready') return;
    const items = this.#options.take(this.#singles > 0 ? 1 : Number.POSITIVE_INFINITY);
    if (items.length === 0) return;
    const startMs = this.#options.clock.monotonicMs();
    const settled = this.#options.commit(items).then(
      (result) => this.#finish(items, result, this.#options.clock.monotonicMs() - startMs),
      (error: unknown) => this.#fail(items, error),
    );
    this.#state = { kind: 'running', settled };
  }

  /** Commits everything, with one last attempt when storage fails. */
  async drain(): Promise<void> {
    if (this.#state.kind === 'paused') this.#resume(this.#state.timer);
    this.start();
    while (this.#state.kind === 'running') {
      await this.#state.settled;
      this.start();
    }
    if (this.#state.kind === 'paused') this.#options.clock.clearTimeout(this.#state.timer);
  }

  #finish(items: readonly T[], result: R, durationMs: number): void {
    const { onCommitted, onResumed, onReady } = this.#options;
    this.#state = { kind: 'ready' };
    if (this.#failures > 0) onResumed();
    this.#failures = 0;
    this.#singles = Math.max(0, this.#singles - 1);
    onCommitted(items, result, durationMs);
    onReady();
  }

  #fail(items: readonly T[], error: unknown): void {
    const { onFailed, onRejected, onReady } = this.#options;
    onFailed?.(items);
    this.#state = { kind: 'ready' };
    if (isRetryable(error)) {
      this.#pause(error);
    } else if (items.length > 1) {
      this.#singles = items.length;
    } else {
      this.#singles = Math.max(0, this.#singles - 1);
      for (const item of items) onRejected(item, error);
    }
    onReady();
  }

  #pause(error: Error): void {
    const { clock, onStalled } = this.#options;
    if (this.#failures === 0) onStalled(error);
    const pauseMs = backoffMs(COMMIT_RETRY, this.#failures++);
    const timer: unknown = clock.setTimeout(() => this.#resume(timer), pauseMs);
    this.#state = { kind: 'paused', timer };
  }

  #resume(timer: unknown): void {
    this.#options.clock.clearTimeout(timer);
    this.#state = { kind: 'ready' };
    this.#options.onReady();
  }
}
