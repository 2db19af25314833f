import { expect, onTestFinished, test } from 'vitest';
import type { User } from '@tandem/protocol';
import { createNodes } from '../bus/testing/bus-fixture.ts';
import { openMemory } from '../bus/testing/memory-environment.ts';
import { LIBRARY } from '../storage/limits.ts';
import { PRESENT_EXCHANGE } from './limits.ts';
import { encodeMessage } from './node-message.ts';
import { PresentExchange } from './present-exchange.ts';

async function twoNodes(present: (document: string) => readonly User[]) {
  const environment = openMemory();
  const [a, b] = await createNodes(environment);
  const documents = new Set<string>();
  const unknown: string[] = [];
  const create = (bus: typeof a.bus, here: (document: string) => readonly User[]) => {
    const exchange = new PresentExchange({
      bus,
      clock: environment.clock,
      present: here,
      documents: () => documents,
      onChanged: () => {},
      onUnknown: () => void unknown.push('unknown'),
    });
    onTestFinished(() => exchange[Symbol.dispose]());
    return exchange;
  };
  const here = create(a.bus, present);
  const there = create(b.bus, () => []);
  await environment.pass(100);
  return { environment, a, here, there, documents, unknown };
}

const people = (document: string, name: string): User[] =>
  Array.from({ length: LIBRARY.maxPresentShown }, (_, i) => ({
    id: `${document}-${i}`.padEnd(26, '0'),
    name,
    color: i,
  }));

test.each([
  ['short', 'Ada'],
  // A hundred documents do not fit into one message.
  ['long', '海'.repeat(40)],
])(
  'lists on other nodes show who is in more documents than fit, with %s names',
  async (_, name) => {
    const { environment, here, there } = await twoNodes((document) => people(document, name));
    const documents = Array.from({ length: PRESENT_EXCHANGE.perMessage + 1 }, (_, i) => `d${i}`);
    for (const document of documents) here.changed(document);
    await environment.pass(PRESENT_EXCHANGE.intervalMs + 100);
    for (const document of documents)
      expect(there.users(document), document).toEqual(people(document, name));
  },
);

test('who left, and who was on a node that ended, is not shown', async () => {
  let present = [{ id: 'ada', name: 'Ada', color: 1 }];
  const { environment, a, here, there } = await twoNodes(() => present);
  here.changed('d1');
  here.changed('d2');
  await environment.pass(PRESENT_EXCHANGE.intervalMs + 100);
  expect(there.users('d1')).toEqual(present);
  present = [];
  here.changed('d1');
  await environment.pass(PRESENT_EXCHANGE.intervalMs + 100);
  expect([there.users('d1'), there.users('d2')]).toMatchObject([[], [{ id: 'ada' }]]);
  await a.bus[Symbol.asyncDispose]();
  await environment.pass(100);
  expect(there.users('d2')).toEqual([]);
});

test('UP7 a message that a node does not know is counted, and changes nothing', async () => {
  const { environment, a, here, there, documents, unknown } = await twoNodes((document) =>
    people(document, 'Ada').slice(0, 1),
  );
  documents.add('d1');
  here.changed('d1');
  await environment.pass(PRESENT_EXCHANGE.intervalMs + 100);
  const before = there.users('d1');
  expect(before).toHaveLength(1);
  for (const message of [{ kind: 'later' }, [['d1', 'nobody']]])
    a.bus.publish('present', encodeMessage(message));
  // Not MessagePack.
  a.bus.publish('present', Uint8Array.of(0xc1));
  await environment.pass(100);
  expect(unknown).toHaveLength(3);
  expect(there.users('d1')).toEqual(before);
});
