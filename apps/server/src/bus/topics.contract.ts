/** The contract of every bus that carries topics, besides that of every bus. */
import { expect, test } from 'vitest';
import type { TopicMessage } from './bus.ts';
import {
  bytes,
  createNodes,
  encoded,
  equal,
  QUIET_MS,
  rawBroker,
  text,
  worksIn,
  type BusEnvironment,
} from './testing/bus-fixture.ts';

export function testTopics(open: () => Promise<BusEnvironment>): void {
  const received = (into: string[]) => (message: TopicMessage) =>
    into.push(
      message.kind === 'message' ? `${message.from.node} ${text(message.payload)}` : 'unreadable',
    );

  test('BU2: what is published after the confirmation arrives', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const messages: string[] = [];
    const subscription = await b.bus.subscribe('doc', received(messages));
    expect(subscription.confirmed).toBe(true);
    expect(a.bus.publish('doc', encoded('one'))).toBe('sent');
    expect(a.bus.publish('other', encoded('two'))).toBe('sent');
    await environment.until(() => messages.length > 0);
    subscription.close();
    a.bus.publish('doc', encoded('three'));
    await environment.pass(QUIET_MS);
    expect(messages).toEqual(['a one']);
  });

  test('BU2: subscriptions of one topic end by themselves', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const messages: string[] = [];
    const listener = received(messages);
    const first = await b.bus.subscribe('doc', listener);
    const second = await b.bus.subscribe('doc', listener);
    first.close();
    first.close();
    a.bus.publish('doc', encoded('one'));
    await environment.until(() => messages.length > 0);
    second.close();
    const third = await b.bus.subscribe('doc', listener);
    expect(third.confirmed).toBe(true);
    a.bus.publish('doc', encoded('two'));
    await environment.until(() => messages.length > 1);
    expect(messages).toEqual(['a one', 'a two']);
  });

  test('BU3: a node does not receive what it published', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const messages: string[] = [];
    await a.bus.subscribe('doc', received(messages));
    a.bus.publish('doc', encoded('own'));
    b.bus.publish('doc', encoded('other'));
    await environment.until(() => messages.length > 0);
    await environment.pass(QUIET_MS);
    expect(messages).toEqual(['b other']);
  });

  test('BU1: messages have 0 to 64 KiB', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const payloads: Uint8Array[] = [];
    await b.bus.subscribe('doc', (message) => {
      if (message.kind === 'message') payloads.push(message.payload);
    });
    const longest = new Uint8Array(64 * 1024).map((_, i) => i % 256);
    expect(a.bus.publish('doc', bytes())).toBe('sent');
    await environment.until(() => payloads.length === 1);
    expect(a.bus.publish('doc', longest)).toBe('sent');
    expect(a.bus.publish('doc', new Uint8Array(64 * 1024 + 1))).toBe('too-large');
    expect(a.bus.send('b', 'mail', new Uint8Array(64 * 1024 + 1))).toBe('too-large');
    expect(a.bus.counters.droppedTooLarge).toBe(2);
    await environment.until(() => payloads.length === 2);
    expect(payloads[0]).toHaveLength(0);
    expect(equal(payloads[1]!, longest)).toBe(true);
  });

  test('BU4, UP6: a message of another version says that there is something to read', async () => {
    const environment = await open();
    const [, b] = await createNodes(environment);
    const messages: string[] = [];
    await b.bus.subscribe('doc', received(messages));
    const broker = await rawBroker(environment, 'newer');
    broker.publish({ kind: 'topic', topic: 'doc' }, bytes(2, 0, 1, 2));
    await environment.until(() => messages.length > 0);
    broker.publish({ kind: 'mailbox', node: 'b' }, bytes(2, 0, 1, 2));
    await environment.until(() => b.bus.counters.unreadable === 2);
    expect(messages).toEqual(['unreadable']);
  });

  test('BU8: a cut connection is a change to down and back, for every node', async () => {
    const environment = await open();
    const works = worksIn(environment);
    const [a, b] = await createNodes(environment);
    const before = a.states.length;
    await environment.cut();
    await environment.until(() => a.states.length >= before + 2 && works(a) && works(b));
    expect(a.states[before]).not.toBe(a.states[before - 1]);
    expect(a.bus.counters.connectionsLost).toBeGreaterThan(0);
    expect(a.changes).toEqual(['joined b boot-of-b']);
  });

  test('BU2: what is subscribed while the bus is down is confirmed before it is up', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const messages: string[] = [];
    await b.bus.subscribe('early', received(messages));
    await environment.stop();
    await environment.until(() => b.bus.state.kind === 'down');
    const subscription = await b.bus.subscribe('doc', received(messages));
    expect(subscription.confirmed).toBe(false);
    const closed = await b.bus.subscribe('closed', received(messages));
    closed.close();
    await environment.resume();
    await environment.until(() => a.bus.state.kind === 'up' && b.bus.state.kind === 'up');
    for (const topic of ['closed', 'early', 'doc']) a.bus.publish(topic, encoded(topic));
    await environment.until(() => messages.length === 2);
    expect(messages.toSorted()).toEqual(['a doc', 'a early']);
  });

  test('BU2: topics of every kind of name, more than the broker takes at once', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const names = ['', ' ', '{p01}', 'ä€🙂', 'a.b:c*?[x]', 'x'.repeat(1000)];
    const topics = [...names, ...Array.from({ length: 600 }, (_, i) => `topic-${i}`)];
    const messages = new Set<string>();
    const subscribe = (topic: string) => b.bus.subscribe(topic, () => messages.add(topic));
    const subscriptions = await Promise.all(topics.map(subscribe));
    expect(subscriptions.every(({ confirmed }) => confirmed)).toBe(true);
    const publishAll = async () => {
      messages.clear();
      for (const topic of topics) a.bus.publish(topic, bytes(1));
      await environment.until(() => messages.size === topics.length);
    };
    await publishAll();
    await environment.cut();
    await environment.until(() => a.bus.state.kind !== 'up');
    await environment.until(() => a.bus.state.kind === 'up' && b.bus.state.kind === 'up');
    await publishAll();
  });
}
