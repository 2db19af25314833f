import { ManualClock, SeededRandom } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { BrokerBus } from './broker-bus.ts';
import { testBus } from './bus.contract.ts';
import type { BusEnvironment } from './testing/bus-fixture.ts';
import { testTopics } from './topics.contract.ts';
import type { NodeIdentity } from './bus.ts';
import { MemoryNetwork } from './memory-broker.ts';

const STEP_MS = 25;
const LIMIT_MS = 60_000;

function openMemory(carriesTopics: boolean): BusEnvironment {
  const clock = new ManualClock(1_000_000);
  const random = new SeededRandom(1);
  const network = new MemoryNetwork({ clock, random: () => random.next(), carriesTopics });
  return {
    carriesTopics,
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

testBus(() => Promise.resolve(openMemory(true)));
testTopics(() => Promise.resolve(openMemory(true)));

test('BU30: without topics, the state is fallback and subscriptions are not confirmed', async () => {
  const environment = openMemory(false);
  await using bus = environment.createBus({ node: 'a', boot: 'boot-1' });
  bus.start();
  await environment.until(() => bus.state.kind !== 'down');
  expect(bus.state).toMatchObject({ kind: 'fallback', reason: { code: 'no-topics' } });
  const subscription = await bus.subscribe('doc', () => undefined);
  expect(subscription.confirmed).toBe(false);
  subscription.close();
  expect(bus.publish('doc', Uint8Array.of(1))).toBe('dropped');
});
