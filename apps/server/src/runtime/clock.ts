/** Time and timers as an argument, so that tests control them: `systemClock` outside tests. */
export interface Clock {
  /** Milliseconds since the epoch. May jump when the system's time is corrected. */
  now(): number;
  /** Milliseconds that only grow, for measuring intervals. */
  monotonicMs(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs).unref(),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
