/** Nodes over a bus in memory, in the time of a manual clock. */
import { ManualClock, SeededRandom } from '@tandem/testkit';
import { BrokerBus } from '../broker-bus.ts';
import type { NodeIdentity } from '../bus.ts';
import { MemoryNetwork } from '../memory-broker.ts';
import type { BusEnvironment } from './bus-fixture.ts';

const STEP_MS = 25;
const LIMIT_MS = 60_000;

export interface MemoryEnvironment extends BusEnvironment {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
}

export function openMemory(carriesTopics = true, seed = 1): MemoryEnvironment {
  const clock = new ManualClock(1_000_000);
  const random = new SeededRandom(seed);
  const network = new MemoryNetwork({ clock, random: () => random.next(), carriesTopics });
  return {
    carriesTopics,
    clock,
    network,
    createBus: (self: NodeIdentity) =>
      new BrokerBus({
        broker: network.createBroker(),
        self,
        clock,
        random: () => random.next(),
        onError: () => undefined,
      }),
    createBroker: () => network.createBroker(),
    async until(holds) {
      const endMs = clock.now() + LIMIT_MS;
      while (!holds()) {
        if (clock.now() > endMs) throw new Error('not within a minute');
        await clock.advanceAsync(STEP_MS);
      }
    },
    pass: (ms) => clock.advanceAsync(ms),
    cut: () => Promise.resolve(network.cut()),
    stop: () => Promise.resolve(network.stop()),
    resume: () => Promise.resolve(network.resume()),
  };
}
