/** A scenario of the bench, and its outcome. */
import type { ClientProtocolName } from '../load/swarm/protocols/index.ts';
import type { Swarm } from '../load/swarm/swarm.ts';
import type { RunningTarget } from './targets.ts';

export interface Runner {
  readonly running: RunningTarget;
  readonly swarm: Swarm;
  /** Multiplies counts of people. */
  readonly scale: number;
  readonly length: 'quick' | 'full';
}

/** A figure of one run, and how the rounds are combined. */
export interface Figure {
  readonly value: number;
  readonly over: 'sum' | 'median' | 'worst';
}

export interface Outcome {
  /** The divisor of the processor time. */
  readonly operations: number;
  readonly cpuUs: number;
  /** Memory for each person, where that is measured. */
  readonly bytesPerPerson?: number;
  /** Raw durations in milliseconds, by their name. */
  readonly samples: Readonly<Record<string, Float32Array>>;
  readonly figures: Readonly<Record<string, Figure>>;
  /** Errors and early ends of the run, with their number. */
  readonly faults: ReadonlyMap<string, number>;
}

export interface Scenario {
  readonly name: string;
  /** One sentence: what is done. */
  readonly what: string;
  /** What an operation is, in one or two words. */
  readonly operation: string;
  readonly targets: readonly ClientProtocolName[];
  /** The targets run side by side, since none of them uses the processor. */
  readonly together?: true;
  run(runner: Runner): Promise<Outcome>;
}

export const median = (value: number): Figure => ({ value, over: 'median' });
export const total = (value: number): Figure => ({ value, over: 'sum' });
export const worst = (value: number): Figure => ({ value, over: 'worst' });
