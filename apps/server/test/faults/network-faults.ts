/** What happens to the network between nodes, Postgres and Redis. */
import { BOTH_WAYS, type LinkFaults } from '../link.ts';
import type { ClusterNode } from './fault-cluster.ts';
import type { Fault } from './fault.ts';

function ofNode(
  name: string,
  options: {
    readonly link: 'toPostgres' | 'toRedis';
    readonly held: NonNullable<LinkFaults['held']>;
    readonly seconds: number;
  },
): Fault {
  const { link, held, seconds } = options;
  return {
    name,
    part: 'network',
    lastsMs: seconds * 1_000,
    ...(seconds > 10 ? { isSingle: true as const } : {}),
    async begin({ node }) {
      node[link].faults = { held };
      return async () => void (node[link].faults = {});
    },
  };
}

function onAllLinks(name: string, faults: LinkFaults, seconds: number): Fault {
  const links = (nodes: readonly ClusterNode[]) =>
    nodes.flatMap(({ toPostgres, toRedis }) =>
      faults.lostAnswers === undefined ? [toPostgres, toRedis] : [toPostgres],
    );
  return {
    name,
    part: 'network',
    lastsMs: seconds * 1_000,
    async begin({ cluster }) {
      const affected = links(cluster.nodes);
      for (const link of affected) link.faults = faults;
      return async () => {
        for (const link of affected) link.faults = {};
      };
    },
  };
}

export const NETWORK_FAULTS: readonly Fault[] = [
  onAllLinks('answers-lost', { lostAnswers: 0.03 }, 4),
  onAllLinks('chunks-delayed', { delayed: { chance: 0.02, ms: 200 } }, 5),
  ofNode('parted-from-postgres', { link: 'toPostgres', held: BOTH_WAYS, seconds: 8 }),
  ofNode('parted-from-postgres-2s', { link: 'toPostgres', held: BOTH_WAYS, seconds: 2 }),
  ofNode('parted-from-postgres-one-way', { link: 'toPostgres', held: ['to-client'], seconds: 8 }),
  ofNode('parted-from-postgres-other-way', {
    link: 'toPostgres',
    held: ['to-server'],
    seconds: 12,
  }),
  ofNode('parted-from-postgres-60s', { link: 'toPostgres', held: BOTH_WAYS, seconds: 60 }),
  ofNode('parted-from-redis', { link: 'toRedis', held: BOTH_WAYS, seconds: 8 }),
  ofNode('parted-from-redis-one-way', { link: 'toRedis', held: ['to-client'], seconds: 8 }),
];
