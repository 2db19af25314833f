/** What a scenario is, and what it brings home. */
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

/** A figure of one run, and what is made of those of several rounds. */
export interface Figure {
  readonly value: number;
  readonly over: 'sum' | 'median' | 'worst';
}

export interface Outcome {
  /** What the processor time is divided by. */
  readonly operations: number;
  readonly cpuUs: number;
  /** Memory for each person, where that is measured. */
  readonly bytesPerPerson?: number;
  /** Raw, in milliseconds, by what they are of. */
  readonly samples: Readonly<Record<string, Float32Array>>;
  readonly figures: Readonly<Record<string, Figure>>;
  /** What went wrong or ended the run before its work was done, each with how often. */
  readonly faults: ReadonlyMap<string, number>;
}

export interface Scenario {
  readonly name: string;
  /** One sentence: what is done. */
  readonly what: string;
  /** What an operation is, in one or two words. */
  readonly operation: string;
  readonly targets: readonly ClientProtocolName[];
  /** Nothing is raced: all wait beside each other. */
  readonly together?: true;
  run(runner: Runner): Promise<Outcome>;
}

export const median = (value: number): Figure => ({ value, over: 'median' });
export const total = (value: number): Figure => ({ value, over: 'sum' });
export const worst = (value: number): Figure => ({ value, over: 'worst' });
