/**
 * Notices that a worker answers nothing although answers are due, as while its disk hangs: such a thread
 * cannot say so itself. Runs no timer while no answer is due.
 */
import type { Clock } from './clock.ts';
import { OnDemandInterval } from './on-demand-interval.ts';

export interface StallDetectorOptions {
  readonly clock: Clock;
  readonly afterMs: number;
  readonly intervalMs: number;
  readonly isDue: () => boolean;
  readonly onStalled: () => void;
}

export class StallDetector implements Disposable {
  readonly #options: StallDetectorOptions;
  readonly #interval: OnDemandInterval;
  #state: 'idle' | 'waiting' | 'stalled' = 'idle';
  #silentMs = 0;
  #checkedAtMs = 0;

  constructor(options: StallDetectorOptions) {
    this.#options = options;
    this.#interval = new OnDemandInterval({
      clock: options.clock,
      intervalMs: options.intervalMs,
      tick: () => this.#check(),
      isNeeded: () => this.#state === 'waiting',
    });
  }

  /** The worker has been sent something. */
  sent(): void {
    if (this.#state !== 'idle' || !this.#options.isDue()) return;
    this.#state = 'waiting';
    this.#silentMs = 0;
    this.#checkedAtMs = this.#options.clock.monotonicMs();
    this.#interval.request();
  }

  /** The worker has answered something, or is gone. Returns whether it had stalled. */
  answered(): boolean {
    const hadStalled = this.#state === 'stalled';
    this.#state = 'idle';
    this.sent();
    return hadStalled;
  }

  [Symbol.dispose](): void {
    this.#interval[Symbol.dispose]();
  }

  #check(): void {
    if (this.#state !== 'waiting') return;
    const { clock, intervalMs, afterMs, isDue, onStalled } = this.#options;
    if (!isDue()) {
      this.#state = 'idle';
      return;
    }
    const nowMs = clock.monotonicMs();
    // When the process was suspended, so was the worker: a step counts for two intervals at most.
    this.#silentMs += Math.min(nowMs - this.#checkedAtMs, 2 * intervalMs);
    this.#checkedAtMs = nowMs;
    if (this.#silentMs < afterMs) return;
    this.#state = 'stalled';
    onStalled();
  }
}
