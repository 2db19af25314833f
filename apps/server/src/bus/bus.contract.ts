/** The contract of every bus. Each adapter runs it from its own test. */
import { expect, test } from 'vitest';
import {
  bytes,
  createNode,
  createNodes,
  encoded,
  equal,
  heartbeat,
  QUIET_MS,
  rawBroker,
  text,
  worksIn,
  type BusEnvironment,
} from './testing/bus-fixture.ts';

const REQUEST_LIMIT_MS = 5000;

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
    // Before the ten seconds also on a busy machine, in real time.
    await environment.pass(7000);
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
