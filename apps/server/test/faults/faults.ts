/** All faults, and random combinations of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import type { Fault } from './fault.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { NODE_FAULTS } from './node-faults.ts';
import { POSTGRES_FAULTS } from './postgres-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';
import { REVOCATION_FAULTS } from './revocation-faults.ts';

export const FAULTS: readonly Fault[] = [
  ...NODE_FAULTS,
  ...REDIS_FAULTS,
  ...POSTGRES_FAULTS,
  ...NETWORK_FAULTS,
  ...REVOCATION_FAULTS,
];

const MAX_OFFSET_MS = 1_500;

/** Two or three faults of different parts, which overlap. */
export function combineFaults(seed: number): Fault {
  const random = new SeededRandom(seed);
  const chosen: Fault[] = [];
  const count = random.int(2, 3);
  for (const fault of random.shuffle(FAULTS.filter(({ isSingle }) => isSingle !== true)))
    if (chosen.length < count && chosen.every(({ part }) => part !== fault.part))
      chosen.push(fault);
  return {
    name: chosen.map(({ name }) => name).join(' + '),
    part: 'node',
    lastsMs: 0,
    async begin(context) {
      const heals: (() => Promise<void>)[] = [];
      for (const fault of chosen) {
        heals.push(await fault.begin(context));
        await sleep(random.int(0, MAX_OFFSET_MS));
      }
      return async () => {
        // At once: a node does not start before its database.
        await Promise.all(
          heals.map(async (heal) => {
            await sleep(random.int(0, MAX_OFFSET_MS));
            await heal();
          }),
        );
      };
    },
  };
}
