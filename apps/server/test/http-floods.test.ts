/** HTTP request floods: their senders hold few resources, and other clients are not affected. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { MAX_OPENING_BYTES, SUBPROTOCOL_BINARY } from '@tandem/protocol';
import { HTTP, REQUEST_RATES, TRANSPORT } from '../src/limits.ts';
import { eventually } from './eventually.ts';
import { HttpClient } from './http-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const METRICS_TOKEN = 'a token for anyone who watches';
/** Maximum growth; each of these floods would add several times as much if it were kept. */
const MAX_GROWTH_BYTES = 200 * 1_024 * 1_024;

const atEnd = atEndOfFile();
let server: RunningServer;
let guest: SignedIn;
let before: number;

beforeAll(async () => {
  server = await RunningServer.start({ METRICS_TOKEN, LOG_LEVEL: 'info' }, atEnd);
});

beforeEach(async () => {
  guest = await signIn(server);
  before = await residentBytes();
});

async function residentBytes(): Promise<number> {
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

class Raw {
  readonly socket: Socket;
  isOver = false;
  answers = 0;

  constructor() {
    this.socket = connect(server.port, 'localhost');
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.isOver = true));
    this.socket.on(
      'data',
      (data) => (this.answers += data.toString().split('HTTP/1.1').length - 1),
    );
  }
}

const list = (): string =>
  `GET /api/documents HTTP/1.1\r\nHost: localhost\r\nCookie: ${guest.cookie}\r\n\r\n`;

test('answers a few requests that come at once on one connection, and ends one that asks without end', async () => {
  const modest = new Raw();
  modest.socket.write(list().repeat(HTTP.maxPipelinedRequests));
  await eventually('all are answered', () => modest.answers === HTTP.maxPipelinedRequests);
  expect(modest.isOver).toBe(false);
  const greedy = new Raw();
  const thousand = list().repeat(1_000);
  for (let sent = 0; sent < 100 && !greedy.isOver; sent++) {
    greedy.socket.write(thousand);
    await sleep(1);
  }
  await eventually('it is ended', () => greedy.isOver);
  expect((await residentBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
  expect((await (await signIn(server)).fetch('/api/documents')).status).toBe(200);
});

test('keeps 3,000 openings that do not go on from being kept, and opens a transport beside them', async () => {
  const head =
    'POST /sync/stream HTTP/1.1\r\nHost: localhost\r\n' +
    `Tandem-Protocol: ${SUBPROTOCOL_BINARY}\r\nContent-Length: ${MAX_OPENING_BYTES}\r\n\r\n`;
  const slow = Array.from({ length: 3_000 }, () => {
    const raw = new Raw();
    raw.socket.write(head);
    raw.socket.write(Buffer.alloc(MAX_OPENING_BYTES - 1));
    return raw;
  });
  const left = () => slow.filter(({ isOver }) => !isOver).length;
  await eventually(
    () => `those that are too many are ended; there are ${left()}`,
    () => left() <= TRANSPORT.maxIncompleteOpens,
  );
  expect((await residentBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
  const client = new HttpClient(server.url, guest);
  expect((await client.stream()).status).toBe(200);
  await client.next('welcome');
  for (const { socket } of slow) socket.destroy();
});

test('lets no more connections stay than may wait for another request', async () => {
  const idle: Raw[] = [];
  while (idle.length < HTTP.maxIdleSockets + 50) {
    const some = Array.from({ length: 100 }, () => new Raw());
    for (const { socket } of some) socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually('they are answered', () => some.every(({ answers }) => answers === 1));
    idle.push(...some);
  }
  const left = () => idle.filter(({ isOver }) => !isOver).length;
  await eventually(
    () => `the oldest are ended; there are ${left()}`,
    () => left() <= HTTP.maxIdleSockets,
  );
  expect(idle.findLastIndex(({ isOver }) => isOver)).toBeLessThan(200);
  for (const { socket } of idle) socket.destroy();
});

test('lets anyone who only reads wait, too', async () => {
  const codes: number[] = [];
  // As fast as a busy machine answers, which is faster than the bucket refills.
  const { burst } = REQUEST_RATES.reads;
  for (let asked = 0; asked < 10 * burst && !codes.includes(429); asked += 20) {
    const some = Array.from({ length: 20 }, () => guest.fetch('/api/documents'));
    for (const answer of await Promise.all(some)) {
      codes.push(answer.status);
      if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('1');
      await answer.arrayBuffer();
    }
  }
  expect(new Set(codes)).toEqual(new Set([200, 429]));
  expect(codes.slice(0, burst)).not.toContain(429);
});
