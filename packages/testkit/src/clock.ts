/** What `setTimeout` gave back; only good for handing to `clearTimeout` of the same clock. */
export type TimerHandle = unknown;

/** Time as an argument. Whatever keeps time in the product takes a clock of this shape. */
export interface Clock {
  /** Milliseconds. Only differences have a meaning. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}
