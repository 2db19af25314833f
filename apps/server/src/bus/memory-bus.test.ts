import { expect, test } from 'vitest';
import { testBus } from './bus.contract.ts';
import { openMemory } from './testing/memory-environment.ts';
import { testTopics } from './topics.contract.ts';

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
