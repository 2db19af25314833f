import { expect, test } from 'vitest';
import { createNodes, equal } from '../bus/testing/bus-fixture.ts';
import { openMemory } from '../bus/testing/memory-environment.ts';
import { TRANSPORT } from '../limits.ts';
import { TransportRelay, type RelayedRequest, type RelayOutcome } from './transport-relay.ts';

const REQUEST: RelayedRequest = {
  path: '/poll',
  transport: 'b.secret',
  session: null,
  sequence: null,
  received: 0,
  hold: 0,
  close: null,
  body: new Uint8Array(),
};
/** Longer than the rest of an answer waits for its reader. */
const TOO_LATE_MS = 6_000;

/** A node whose relay asks, and one that answers each request with the body. */
async function relays(body: Uint8Array) {
  const environment = openMemory();
  const [a, b] = await createNodes(environment);
  const here = new TransportRelay({ bus: a.bus, clock: environment.clock });
  const there = new TransportRelay({ bus: b.bus, clock: environment.clock });
  let requests = 0;
  there.onRequest((_request, answer) => {
    requests++;
    answer.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(body);
  });
  const send = async (): Promise<RelayOutcome> => {
    let outcome: RelayOutcome | null = null;
    const sent = here.send('b', REQUEST, new AbortController().signal);
    void sent.then((done) => (outcome = done));
    await environment.until(() => outcome !== null);
    return sent;
  };
  return { environment, a, b, here, send, requests: () => requests };
}

test.each([
  ['nothing', 0],
  ['as much as fits into a message', TRANSPORT.maxRelayedBytes],
  ['one byte more', TRANSPORT.maxRelayedBytes + 1],
  ['exactly two messages', 2 * TRANSPORT.maxRelayedBytes],
  ['more than two messages', 2 * TRANSPORT.maxRelayedBytes + 1],
])('an answer of %s arrives whole, after one request', async (_, size) => {
  const body = Uint8Array.from({ length: size }, (_, i) => i % 251);
  const { send, requests } = await relays(body);
  const outcome = await send();
  if (outcome.kind !== 'answered') throw new Error(outcome.kind);
  expect(outcome.answer).toMatchObject({
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream' },
  });
  expect(equal(outcome.answer.body, body)).toBe(true);
  expect(requests()).toBe(1);
});

test('the rest of an answer is dropped when nobody reads it', async () => {
  const { environment, a, send } = await relays(new Uint8Array(TRANSPORT.maxRelayedBytes + 1));
  const { request } = a.bus;
  let asked = 0;
  a.bus.request = async (question) => {
    if (++asked === 2) await environment.clock.advanceAsync(TOO_LATE_MS);
    return await request.call(a.bus, question);
  };
  expect(await send()).toEqual({ kind: 'failed' });
  expect(asked).toBe(2);
});

test('a transport of a node that has ended is gone', async () => {
  const { environment, a, b, here, send } = await relays(new Uint8Array(1));
  expect(here.nodeOf('b.secret')).toBe('b');
  expect(here.nodeOf('a.secret')).toBeNull();
  expect(here.isAlive('b')).toBe(true);
  await b.bus[Symbol.asyncDispose]();
  await environment.until(() => a.bus.peers.length === 0);
  expect(here.isAlive('b')).toBe(false);
  expect(await send()).toEqual({ kind: 'gone' });
});
