/** The contract of every bus. Each adapter runs it from its own test. */
import { expect, onTestFinished, test } from 'vitest';
import type { Broker, BrokerListener } from './broker.ts';
import type { Bus, NodeIdentity, PeerChange, TopicMessage } from './bus.ts';
import { encodeFrame } from './frame.ts';

/** One broker, or pair of brokers, and the nodes that share it. */
export interface BusEnvironment {
  readonly carriesTopics: boolean;
  /** Not started. */
  createBus(self: NodeIdentity): Bus;
  /** Below a bus: for what no bus of this version sends. */
  createBroker(): Broker;
  /** Lets time pass until something holds. */
  until(holds: () => boolean): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Cuts every connection once. */
  cut(): Promise<void>;
  /** The broker ends, and starts again. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
const encoded = (words: string) => new TextEncoder().encode(words);

/** `toEqual` takes a second for 256 KiB. */
const equal = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

const QUIET_MS = 300;
const REQUEST_LIMIT_MS = 5000;

interface Node {
  readonly bus: Bus;
  readonly states: string[];
  readonly changes: string[];
}

function createNode(environment: BusEnvironment, name: string, boot = `boot-of-${name}`): Node {
  const bus = environment.createBus({ node: name, boot });
  const [states, changes]: [string[], string[]] = [[], []];
  bus.onState(({ kind }) => states.push(kind));
  bus.onPeer(({ kind, peer }: PeerChange) => changes.push(`${kind} ${peer.node} ${peer.boot}`));
  onTestFinished(() => bus[Symbol.asyncDispose]());
  bus.start();
  return { bus, states, changes };
}

const worksIn =
  ({ carriesTopics }: BusEnvironment) =>
  ({ bus }: Node) =>
    bus.state.kind === (carriesTopics ? 'up' : 'fallback');

async function createNodes(environment: BusEnvironment): Promise<[a: Node, b: Node]> {
  const [a, b] = [createNode(environment, 'a'), createNode(environment, 'b')];
  const works = worksIn(environment);
  await environment.until(
    () => works(a) && works(b) && a.bus.peers.length > 0 && b.bus.peers.length > 0,
  );
  return [a, b];
}

async function rawBroker(
  environment: BusEnvironment,
  node: string,
  listener: Partial<BrokerListener> = {},
): Promise<Broker> {
  const broker = environment.createBroker();
  onTestFinished(() => broker[Symbol.asyncDispose]());
  let isConnected = false;
  const ignore = () => undefined;
  broker.start(node, {
    onTopic: ignore,
    onMail: ignore,
    onConnected: () => (isConnected = true),
    onDisconnected: ignore,
    ...listener,
  });
  await environment.until(() => isConnected);
  return broker;
}

const heartbeat = (node: string, boot: string, startedAtMs: number) =>
  encodeFrame({
    kind: 'heartbeat',
    from: { node, boot },
    startedAtMs,
    hasTopics: true,
    wantsReply: false,
  });

export function testBus(open: () => Promise<BusEnvironment>): void {
  test('BU6: a bus is down until it has heard itself, and works then', async () => {
    const environment = await open();
    const { bus, states } = createNode(environment, 'a');
    expect(bus.state).toMatchObject({ kind: 'down', reason: { code: 'starting' } });
    const kind = environment.carriesTopics ? 'up' : 'fallback';
    await environment.until(() => bus.state.kind === kind);
    expect(states.at(-1)).toBe(kind);
  });

  test('BU11, BU12: nodes know of each other at once, and when one leaves', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    expect(a.bus.peers).toEqual([
      { node: 'b', boot: 'boot-of-b', startedAtMs: expect.any(Number) },
    ]);
    expect(a.changes).toEqual(['joined b boot-of-b']);
    await b.bus[Symbol.asyncDispose]();
    await environment.until(() => a.bus.peers.length === 0);
    expect(a.changes.slice(1)).toEqual(['left b boot-of-b']);
  });

  test('BU11: a node that says nothing more is lost after 10 s, and its requests end', async () => {
    const environment = await open();
    const [a] = await createNodes(environment);
    const broker = await rawBroker(environment, 'silent');
    broker.announce(heartbeat('silent', 'boot-1', 1000));
    await environment.until(() => a.bus.peers.length === 2);
    const request = { node: 'silent', service: 'echo', payload: bytes(), timeoutMs: 60_000 };
    const reply = a.bus.request(request);
    await environment.pass(8500);
    expect(a.bus.peers).toHaveLength(2);
    await environment.until(() => a.bus.peers.length === 1);
    expect(a.changes.at(-1)).toBe('lost silent boot-1');
    expect(await reply).toEqual({ kind: 'gone' });
    expect(await a.bus.request(request)).toEqual({ kind: 'gone' });
  });

  test('BU11: a later boot takes the place of an earlier one, which is ignored then', async () => {
    const environment = await open();
    const works = worksIn(environment);
    const a = createNode(environment, 'a');
    await environment.until(() => works(a));
    const broker = await rawBroker(environment, 'b');
    broker.announce(heartbeat('b', 'boot-1', 1000));
    await environment.until(() => a.bus.peers.length === 1);
    broker.announce(heartbeat('b', 'boot-2', 2000));
    await environment.until(() => a.bus.peers[0]?.boot === 'boot-2');
    broker.announce(heartbeat('b', 'boot-1', 1000));
    await environment.pass(QUIET_MS);
    expect(a.changes).toEqual(['joined b boot-1', 'restarted b boot-1', 'joined b boot-2']);
  });

  test('BU13: the later of two processes with one name keeps it', async () => {
    const environment = await open();
    const works = worksIn(environment);
    const first = createNode(environment, 'a', 'boot-1');
    await environment.until(() => works(first));
    await environment.pass(10);
    const second = createNode(environment, 'a', 'boot-2');
    await environment.until(() => first.bus.state.kind === 'down' && works(second));
    expect(first.bus.state).toMatchObject({ reason: { code: 'replaced' } });
    await second.bus[Symbol.asyncDispose]();
    await environment.until(() => works(first));
  });

  test('BU14: a message to a mailbox arrives once, at one service of one node', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const received: string[] = [];
    b.bus.onMail('presence', ({ from, payload }) =>
      received.push(`presence ${from.node} ${from.boot} ${text(payload)}`),
    );
    const stop = b.bus.onMail('cursors', ({ payload }) =>
      received.push(`cursors ${text(payload)}`),
    );
    a.bus.onMail('presence', () => received.push('wrong node'));
    expect(a.bus.send('b', 'presence', encoded('one'))).toBe('sent');
    expect(a.bus.send('b', 'cursors', encoded('two'))).toBe('sent');
    await environment.until(() => received.length === 2);
    stop();
    a.bus.send('b', 'cursors', encoded('three'));
    a.bus.send('b', 'presence', encoded('four'));
    await environment.until(() => received.length === 3);
    await environment.pass(QUIET_MS);
    expect(received.toSorted()).toEqual([
      'cursors two',
      'presence a boot-of-a four',
      'presence a boot-of-a one',
    ]);
  });

  test('BU14: a request ends in exactly one outcome', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    b.bus.onRequest('double', async ({ payload }) => {
      await Promise.resolve();
      return payload.map((value) => value * 2);
    });
    b.bus.onRequest('throws', () => Promise.reject(new Error('expected by the test')));
    b.bus.onRequest('hangs', () => new Promise(() => undefined));
    b.bus.onRequest('long', () => Promise.resolve(new Uint8Array(256 * 1024 + 1)));
    const ask = (service: string, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
      a.bus.request({
        node: 'b',
        service,
        payload: bytes(1, 2, 3),
        timeoutMs: REQUEST_LIMIT_MS,
        ...more,
      });
    const controller = new AbortController();
    const outcomes = Promise.all([
      ask('double'),
      ask('throws'),
      ask('hangs', { timeoutMs: 500 }),
      ask('hangs', { signal: controller.signal }),
      ask('long'),
      ask('unknown'),
    ]);
    controller.abort();
    let isDone = false;
    void outcomes.then(() => (isDone = true));
    await environment.until(() => isDone);
    expect(await outcomes).toEqual([
      { kind: 'answered', payload: bytes(2, 4, 6) },
      { kind: 'failed' },
      { kind: 'timeout' },
      { kind: 'cancelled' },
      { kind: 'failed' },
      { kind: 'unsupported' },
    ]);
    expect(() => b.bus.onRequest('double', () => Promise.resolve(bytes()))).toThrow(
      /has a handler/,
    );
    const own = await a.bus.request({
      node: 'nobody',
      service: 'double',
      payload: bytes(),
      timeoutMs: 1000,
    });
    expect(own).toEqual({ kind: 'gone' });
  });

  test('BU1: requests and replies have up to 256 KiB', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    b.bus.onRequest('same', ({ payload }) => Promise.resolve(payload));
    const ask = (payload: Uint8Array) =>
      a.bus.request({ node: 'b', service: 'same', payload, timeoutMs: REQUEST_LIMIT_MS });
    expect(await ask(new Uint8Array(256 * 1024 + 1))).toEqual({ kind: 'too-large' });
    const payload = new Uint8Array(256 * 1024).map((_, i) => i % 251);
    const reply = ask(payload);
    let isDone = false;
    void reply.then(() => (isDone = true));
    await environment.until(() => isDone);
    const outcome = await reply;
    expect(outcome.kind === 'answered' && equal(outcome.payload, payload)).toBe(true);
  });

  test('BU18: what a listener throws does not reach the others', async () => {
    const environment = await open();
    const [a, b] = await createNodes(environment);
    const received: string[] = [];
    b.bus.onMail('presence', () => {
      throw new Error('expected by the test');
    });
    b.bus.onMail('presence', ({ payload }) => received.push(text(payload)));
    a.bus.send('b', 'presence', encoded('one'));
    await environment.until(() => received.length === 1);
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

  test('BU5, BU6: while the broker is gone everything is dropped and counted', async () => {
    const environment = await open();
    const works = worksIn(environment);
    const [a, b] = await createNodes(environment);
    await environment.stop();
    await environment.until(() => a.bus.state.kind === 'down');
    expect(a.bus.send('b', 'presence', bytes(1))).toBe('dropped');
    expect(a.bus.publish('doc', bytes(1))).toBe('dropped');
    const request = { node: 'b', service: 'presence', payload: bytes(), timeoutMs: 1000 };
    expect(await a.bus.request(request)).toEqual({ kind: 'dropped' });
    expect(a.bus.counters.droppedWhileDown).toBe(3);
    await environment.resume();
    await environment.until(() => works(a) && works(b));
    const received: number[] = [];
    b.bus.onMail('presence', ({ payload }) => received.push(payload[0]!));
    a.bus.send('b', 'presence', bytes(2));
    await environment.until(() => received.length > 0);
    expect(received).toEqual([2]);
  });
}

/** For those that carry topics. */
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

  test('BU4: a message of another version says that there is something to read', async () => {
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
    await environment.until(() => a.bus.state.kind === 'down');
    await environment.until(() => a.bus.state.kind === 'up' && b.bus.state.kind === 'up');
    await publishAll();
  });
}
