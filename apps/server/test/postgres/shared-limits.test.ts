/** Limits by user and by address on two servers with one database and nothing else: `rate-limits/README.md`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, inject, test } from 'vitest';
import * as Y from 'yjs';
import { REQUEST_RATES, SHARED_LIMITS, VIOLATIONS } from '../../src/limits.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { newDocument } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { FeedReader } from '../feed-reader.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { atEndOfFile } from '../shared.ts';
import { signIn, type SignedIn } from '../signed-in.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

const MAX = 6;
const METRICS_TOKEN = 'token-of-the-operator';
const atEnd = atEndOfFile();
let environment: Record<string, string>;
let one: RunningServer;
let other: RunningServer;

beforeAll(async () => {
  environment = {
    DATABASE_URL: await createDatabase(inject('postgres')),
    ENGINE_WORKERS: '1',
    TRUST_PROXY: '1',
    MAX_CONNECTIONS_PER_USER: `${MAX}`,
    MAX_CONNECTIONS_PER_ADDRESS: `${MAX}`,
    METRICS_TOKEN,
  };
  one = await RunningServer.start(environment, atEnd);
  other = await RunningServer.start(environment, atEnd);
});

/** Null when the user has too many connections, or is banned. */
async function connect(node: RunningServer, { token }: SignedIn): Promise<NativeClient | null> {
  const client = new NativeClient(node);
  await client.opened();
  client.hello(token);
  await eventually('it is answered', () => client.received.length > 0);
  const [answer] = client.received;
  if (answer?.type === 'welcome') return client;
  expect(answer).toMatchObject({ type: 'error', error: { code: 'too-many', temporary: true } });
  return null;
}

/** Asks until it is so; connections that were accepted too early are closed again. */
async function untilRefused(node: RunningServer, guest: SignedIn): Promise<void> {
  for (;;) {
    const client = await connect(node, guest);
    if (client === null) return;
    client.socket.terminate();
    await sleep(100);
  }
}

test('LI1 LI3 the connections of a user on both nodes are one limit, and those of a killed node end', async () => {
  const doomed = await RunningServer.start(environment);
  const ada = await signIn(one);
  const here = [];
  for (let i = 0; i < MAX / 2; i++) {
    here.push(await connect(one, ada));
    expect(await connect(doomed, ada)).not.toBeNull();
  }
  await untilRefused(one, ada);
  await untilRefused(other, ada);
  expect(await connect(one, await signIn(one))).not.toBeNull();

  await doomed.kill();
  const killedMs = performance.now();
  while ((await connect(one, ada)) === null) await sleep(250);
  const freeMs = performance.now() - killedMs;
  expect(freeMs).toBeGreaterThan(1_000);
  expect(freeMs).toBeLessThan(20_000);
  for (let i = 1; i < MAX / 2; i++) expect(await connect(one, ada)).not.toBeNull();
  expect(await connect(one, ada)).toBeNull();
  expect(here).not.toContain(null);
});

test('LI3 the connections of a node that stops end at once', async () => {
  const stopping = await RunningServer.start(environment);
  const ada = await signIn(one);
  for (let i = 0; i < MAX; i++) await connect(stopping, ada);
  await untilRefused(one, ada);
  const stopped = stopping.kill('SIGTERM');
  const stoppedMs = performance.now();
  while ((await connect(one, ada)) === null) await sleep(50);
  // Those of a killed node stay for ten seconds.
  expect(performance.now() - stoppedMs).toBeLessThan(PROMISED_SECOND_MS);
  await stopped;
});

test('LI1 readers of metrics count on their node', async () => {
  const open = async (node: RunningServer): Promise<number> =>
    (await FeedReader.open(node, 'dashboard', { Authorization: `Bearer ${METRICS_TOKEN}` })).status;
  for (let i = 0; i < MAX; i++) expect(await open(one)).toBe(200);
  await sleep(2_000);
  expect(await Promise.all([one, other].map(open))).toEqual([429, 200]);
});

test('LI1 the connections of an address on both nodes are one limit', async () => {
  const headers = { 'X-Forwarded-For': '203.0.113.7' };
  const isOpen = async (node: RunningServer): Promise<boolean> => {
    const client = new NativeClient(node, { headers });
    await eventually('it is answered', () => client.socket.readyState !== client.socket.CONNECTING);
    return client.socket.readyState === client.socket.OPEN;
  };
  for (let i = 0; i < MAX / 2; i++)
    expect(await Promise.all([one, other].map(isOpen))).toEqual([true, true]);
  // Accepted ones are closed again: they are not to fill the limit of their node.
  const isAccepted = async (node: RunningServer): Promise<boolean> => {
    const client = new NativeClient(node, { headers });
    await eventually('it is answered', () => client.socket.readyState !== client.socket.CONNECTING);
    const isOpenNow = client.socket.readyState === client.socket.OPEN;
    client.socket.terminate();
    return isOpenNow;
  };
  const areAccepted = () => Promise.all([one, other].map(isAccepted));
  await expect.poll(areAccepted, { interval: 500 }).toEqual([false, false]);
  headers['X-Forwarded-For'] = '203.0.113.8';
  expect(await Promise.all([one, other].map(isOpen))).toEqual([true, true]);
});

/** How many requests were accepted, of many on both nodes in turn. */
async function accepted(
  count: number,
  request: (node: RunningServer) => Promise<Response>,
  atOnce = 2,
) {
  const beganMs = performance.now();
  const nodes = Array.from({ length: atOnce }, (_, i) => (i % 2 === 0 ? one : other));
  let ok = 0;
  for (let i = 0; i < count; i += atOnce) {
    const answers = await Promise.all(nodes.map(request));
    ok += answers.filter(({ status }) => status === 200).length;
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  }
  return { ok, seconds: (performance.now() - beganMs) / 1_000 };
}

test('LI7 an address becomes as many guests on both nodes as on one', async () => {
  const { burst, perSecond } = REQUEST_RATES.guests;
  const becomeGuest = (node: RunningServer): Promise<Response> =>
    fetch(`${node.url}/api/session`, {
      method: 'POST',
      headers: { 'X-Forwarded-For': '203.0.113.9' },
    });
  const { ok, seconds } = await accepted(2 * burst, becomeGuest, 50);
  expect(ok).toBeGreaterThanOrEqual(burst);
  expect(ok).toBeLessThanOrEqual(burst + Math.ceil(perSecond * seconds));
});

test('LI4 the requests of a user on both nodes are one rate', async () => {
  const { burst, perSecond } = REQUEST_RATES.changes;
  const { cookie } = await signIn(one);
  const { ok, seconds } = await accepted(4 * burst, async (node) => {
    // Longer than nodes need to tell each other.
    await sleep(10);
    return await fetch(`${node.url}/api/session`, { method: 'POST', headers: { Cookie: cookie } });
  });
  const unreported = 2 * burst * SHARED_LIMITS.reportedShare;
  // What is given while the first message is under way.
  const unheard = 0.5 * (ok / seconds);
  expect(ok).toBeGreaterThanOrEqual(burst - unreported);
  expect(ok).toBeLessThanOrEqual(burst + perSecond * seconds + unreported + unheard);
});

test('LI5 a user who sends harmful updates to one node is banned from both', async () => {
  const eve = await signIn(one);
  const id = newDocument();
  await eve.fetch('/api/documents', { method: 'POST', body: { id } });
  const client = await NativeClient.onAuthenticated(one, { guest: eve });
  for (let i = 0; i <= VIOLATIONS.maxPerUser; i++) {
    const { channel } = await client.open(id, { client: i + 1 });
    client.send({ type: 'update', channel, cseq: 1, update: Y.encodeStateAsUpdate(harmful()) });
    await client.next('nack');
  }
  await client.end();
  await untilRefused(other, eve);
});

/** Violates the schema of a page. */
function harmful(): Y.Doc {
  const doc = new Y.Doc();
  doc.getText('no root of a page').insert(0, 'x');
  return doc;
}
