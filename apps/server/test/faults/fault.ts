/** What may happen to a cluster. */
import type { SeededRandom } from '@tandem/testkit';
import type { ClusterNode, FaultCluster } from './fault-cluster.ts';
import type { Writer } from './writer.ts';

export interface FaultContext {
  readonly cluster: FaultCluster;
  /** Whom a fault of one node concerns. */
  readonly node: ClusterNode;
  readonly random: SeededRandom;
  readonly document: string;
  readonly writers: readonly Writer[];
  /** A sentence about what the cluster did and must not do. */
  report(problem: string): void;
}

export interface Fault {
  readonly name: string;
  /** Faults of a combination break different parts. */
  readonly part: 'node' | 'postgres' | 'redis' | 'network';
  readonly lastsMs: number;
  /** Postgres gets a disk of its own of this size, which needs root. */
  readonly diskMib?: number;
  /** Runs alone: it looks at something that other faults prevent, or takes long. */
  readonly isSingle?: true;
  /** @returns what heals it. */
  begin(context: FaultContext): Promise<() => Promise<void>>;
}
