/** Types of a bench scenario and its outcome. */
import type { Swarm } from '../load/swarm/swarm.ts';
import type { Consumption } from './measured-server.ts';
import type { RunningTarget, TargetName } from './targets.ts';

export interface Runner {
  readonly running: RunningTarget;
  readonly swarm: Swarm;
  readonly scale: number;
  readonly length: 'quick' | 'full';
}

export interface Figure {
  readonly value: number;
  readonly over: 'sum' | 'median' | 'worst';
}

export interface Outcome extends Consumption {
  readonly operations: number;
  readonly bytesPerPerson?: number;
  readonly samples: Readonly<Record<string, Float32Array>>;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly faults: ReadonlyMap<string, number>;
}

export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly operation: string;
  readonly targets: readonly TargetName[];
  /** Run the targets side by side: none of them keeps the processor busy. */
  readonly isParallel?: true;
  run(runner: Runner): Promise<Outcome>;
}

export const median = (value: number): Figure => ({ value, over: 'median' });
export const total = (value: number): Figure => ({ value, over: 'sum' });
export const worst = (value: number): Figure => ({ value, over: 'worst' });
