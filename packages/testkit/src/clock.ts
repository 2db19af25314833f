export type TimerHandle = unknown;

/** The clock that timed code of the product takes as an argument. */
export interface Clock {
  /** Milliseconds from an arbitrary start: only differences have a meaning. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}
