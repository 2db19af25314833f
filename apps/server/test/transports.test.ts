/** The same conversation over HTTP, for networks that block WebSockets. */
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  encodePart,
  MAX_OPENING_BYTES,
  MAX_SEND_BYTES,
  SUBPROTOCOL_JSON,
  TRANSPORT_HEADERS,
} from '@tandem/protocol';
import { writePage } from '@tandem/document';
import { startFaultyProxy } from './faulty-proxy.ts';
import { eventually } from './eventually.ts';
import { HttpClient } from './http-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const atEnd = atEndOfFile();
let server: RunningServer;
let guest: SignedIn;
let document: string;

beforeAll(async () => {
  server = await RunningServer.start({ MAX_CONNECTIONS_PER_USER: '5' }, atEnd);
});

beforeEach(async () => {
  guest = await signIn(server);
  document = `document-${randomUUID()}`;
  await guest.fetch('/api/documents', { method: 'POST', body: { id: document } });
});

const open = (client: number) => ({ type: 'open', channel: 0, ref: 1, document, client }) as const;
const ping = (nonce: number) => ({ type: 'ping', channel: 0, nonce }) as const;

function pageUpdate(client: number, text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  writePage(doc, [{ type: 'textBlock', content: [{ type: 'text', text }] }], randomBytes);
  return Y.encodeStateAsUpdate(doc);
}

const streaming = (url = server.url) => HttpClient.streaming(url, guest);
const polling = (url = server.url) => HttpClient.polling(url, guest);

describe.each(['stream', 'poll'] as const)('over %s', (kind) => {
  const begin = async (): Promise<HttpClient> => {
    if (kind === 'stream') return await streaming();
    const client = await polling();
    client.keepAsking();
    return client;
  };

  test('T1: a document is opened, written and read as over a WebSocket', async () => {
    const other = await NativeClient.onAuthenticated(server);
    const { channel } = await other.open(document, { client: 9 });
    const client = await begin();
    await client.send(open(3));
    expect(await client.next('opened')).toMatchObject({ channel, document, access: 'edit' });
    const update = pageUpdate(3, 'over HTTP');
    await client.send({ type: 'update', channel, cseq: 1, update });
    expect(await client.next('ack')).toEqual({ type: 'ack', channel, cseq: 1, from: 0, to: 1 });
    const [row] = (await other.next('updates')).updates;
    expect(Buffer.from(row as Uint8Array)).toEqual(Buffer.from(update));
    other.send({ type: 'update', channel, cseq: 1, update: pageUpdate(9, 'and back') });
    expect(await client.next('updates')).toMatchObject({ from: 1, to: 2 });
  });

  test('T1: what is opened may travel with hello, in one round trip', async () => {
    const client = new HttpClient(server.url, guest);
    await client[kind](open(3));
    if (kind === 'poll') client.keepAsking();
    expect(await client.next('opened')).toMatchObject({ document });
  });

  test('T2: it closes with the code and the sentence of a WebSocket', async () => {
    const client = await begin();
    await client.send({ type: 'hello', channel: 0, protocol: 1, schema: 1, token: 'x' });
    expect((await client.next('error')).error.message).toMatch(/^hello was said before/);
    expect(await client.end()).toEqual({ code: 4400, reason: 'bad-message' });
    await eventually('it is gone', () => client.isOver || kind === 'poll');
    expect((await client.send(ping(1))).status).toBe(404);
  });

  test('T3: a repeat has no effect, and requests take effect in order', async () => {
    const client = await begin();
    expect((await client.sendNumbered(1, ping(11))).status).toBe(204);
    expect((await client.sendNumbered(1, ping(12))).status).toBe(204);
    expect((await client.sendNumbered(2, ping(13))).status).toBe(204);
    await client.next('pong', ({ nonce }) => nonce === 13);
    expect(client.received.filter(({ type }) => type === 'pong')).toMatchObject([{ nonce: 11 }]);
    expect((await client.sendNumbered(4, ping(14))).status).toBe(400);
    expect((await client.end()).code).toBe(4400);
  });

  test('T3: repeats that come at the same time count once', async () => {
    const client = await begin();
    const answers = await Promise.all([1, 2, 3].map(() => client.sendNumbered(1, ping(1))));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    await client.sendNumbered(2, ping(2));
    await client.next('pong', ({ nonce }) => nonce === 2);
    expect(client.received.filter(({ type }) => type === 'pong')).toHaveLength(1);
  });

  test('T5: a client that closes cleanly is gone at once', async () => {
    const other = await NativeClient.onAuthenticated(server);
    await other.open(document, { client: 9 });
    const client = await begin();
    await client.send(open(3));
    await client.next('opened');
    await other.next('presence:changed', ({ members }) =>
      members.some(({ user }) => user === guest.user.id),
    );
    expect((await client.leave(1000)).status).toBe(204);
    await other.next('presence:changed', ({ left }) => left.includes(guest.user.id));
    expect((await client.send(ping(1))).status).toBe(404);
  });

  test('T6: its id is worth nothing in another browser', async () => {
    const client = await begin();
    const thief = new HttpClient(server.url, await signIn(server));
    const headers = {
      [TRANSPORT_HEADERS.transport]: client.name,
      [TRANSPORT_HEADERS.sequence]: '1',
    };
    expect(client.name).toMatch(/^(?:[\w-]+\.)?[\w-]{32}$/);
    expect((await thief.post('send', headers, thief.hello())).status).toBe(404);
    await thief.post('close', headers);
    await client.send(ping(5));
    await client.next('pong');
  });

  test('T7: it is counted like any connection', async () => {
    for (let i = 0; i < 4; i++) await NativeClient.onAuthenticated(server, { guest });
    const client = await begin();
    const sixth = new HttpClient(server.url, guest);
    await sixth[kind]();
    if (kind === 'poll') sixth.keepAsking();
    expect((await sixth.next('error')).error.message).toBe(
      'You have as many tabs open as one person may have (5). Close some; this one comes in by itself.',
    );
    expect((await sixth.end()).code).toBe(4529);
    await client.send(ping(1));
    await client.next('pong');
  });

  test('W27 T7: too many messages close it, with a time to reconnect', async () => {
    const client = await begin();
    const pings = Array.from({ length: 1_000 }, (_, i) => ping(i));
    for (let i = 0; i < 4; i++) await client.send(...pings);
    expect((await client.next('error')).error).toMatchObject({
      code: 'too-many',
      temporary: true,
    });
    expect((await client.end()).code).toBe(4529);
  });

  test('W36: signing out ends it within a second', async () => {
    const client = await begin();
    const start = Date.now();
    expect((await guest.fetch('/api/session/end', { method: 'POST' })).status).toBe(204);
    expect((await client.end()).code).toBe(4401);
    expect(Date.now() - start).toBeLessThan(PROMISED_SECOND_MS);
  });

  test('gets notice of a restart, and the time to reconnect', async () => {
    const mine = await RunningServer.start();
    const client = new HttpClient(mine.url, await signIn(mine));
    await client[kind]();
    if (kind === 'poll') client.keepAsking();
    await client.next('welcome');
    const stopped = mine.kill('SIGTERM');
    expect((await client.next('goaway')).retryAfterMs).toBeLessThanOrEqual(1_000);
    expect((await client.end()).code).toBe(1012);
    await stopped;
  });
});

describe('polls', () => {
  test('T4: a lost answer is repeated, and no frame arrives twice', async () => {
    const client = await polling();
    await client.send(ping(1));
    const lost = await client.post('poll', client.askingHeaders(1_000));
    await lost.arrayBuffer();
    await client.ask();
    expect(await client.next('pong')).toMatchObject({ nonce: 1 });
    await client.send(ping(2));
    await client.ask();
    expect(await client.next('pong')).toMatchObject({ nonce: 2 });
    expect(client.received).toEqual([]);
  });

  test('T4: a poll waits for as long as it asks, and not longer', async () => {
    const client = await polling();
    const start = Date.now();
    expect((await client.ask(300)).status).toBe(200);
    expect(Date.now() - start).toBeGreaterThanOrEqual(200);
    const again = Date.now();
    await client.ask(0);
    // Without a time of its own, a poll waits for longer.
    expect(Date.now() - again).toBeLessThan(5_000);
    expect(client.received).toEqual([]);
  });

  test('T4: of two polls the newer gets the next frames', async () => {
    const client = await polling();
    const older = client.ask();
    // By then it has arrived.
    await sleep(500);
    const newer = client.ask();
    expect((await older).headers.get(TRANSPORT_HEADERS.sequence)).toBe('1');
    await client.send(ping(1));
    await newer;
    await client.next('pong');
  });

  test('T4: the confirmation of an answer that was not sent closes it', async () => {
    const client = await polling();
    const headers = { ...client.askingHeaders(0), [TRANSPORT_HEADERS.received]: '7' };
    expect((await client.post('poll', headers)).status).toBe(400);
    expect((await client.ask(0)).status).toBe(404);
  });
});

describe('a request', () => {
  test('T6: from another site, or without an origin, is refused', async () => {
    const client = new HttpClient(server.url, guest);
    for (const Origin of ['https://evil.example', 'null']) {
      const headers = { ...client.openingHeaders, Origin };
      expect((await client.post('stream', headers, client.hello())).status).toBe(403);
    }
    const withoutOrigin = await fetch(`${server.url}/sync/poll`, {
      method: 'POST',
      headers: { ...client.openingHeaders, Cookie: guest.cookie },
      body: client.hello(),
    });
    expect(withoutOrigin.status).toBe(403);
  });

  test('T6: of a program without a browser needs no cookie', async () => {
    const program = new HttpClient(server.url, { ...guest, cookie: '' });
    await program.stream();
    await program.next('welcome');
    await program.send(ping(1));
    await program.next('pong');
  });

  test.each([
    ['without a subprotocol', {}, 400],
    ['of a subprotocol that we do not speak', { [TRANSPORT_HEADERS.protocol]: 'chess' }, 400],
    ['of an unknown transport', { [TRANSPORT_HEADERS.transport]: 'x'.repeat(32) }, 404],
  ])('%s is refused in words', async (_what, headers, status) => {
    const client = new HttpClient(server.url, guest);
    const response = await client.post('poll', headers, client.hello());
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/\.$/) as string },
    });
  });

  test('that is no POST, or opens without hello, is refused', async () => {
    expect((await fetch(`${server.url}/sync/stream`)).status).toBe(400);
    const client = new HttpClient(server.url, guest);
    expect((await client.post('stream', client.openingHeaders)).status).toBe(400);
  });

  test('T7: that is larger than allowed is refused', async () => {
    const client = new HttpClient(server.url, guest);
    const opening = new Uint8Array(MAX_OPENING_BYTES + 1);
    expect((await client.post('poll', client.openingHeaders, opening)).status).toBe(413);
    const open = await polling();
    const headers = { [TRANSPORT_HEADERS.transport]: open.name, [TRANSPORT_HEADERS.sequence]: '1' };
    const large = new Uint8Array(MAX_SEND_BYTES + 1);
    expect((await open.post('send', headers, large)).status).toBe(413);
  });

  test.each([
    ['not made of frames', Uint8Array.of(9, 9, 9)],
    ['cut short', encodePart({ kind: 'frame', data: new Uint8Array(50) }).slice(0, 20)],
  ])('T2: whose body is %s ends its transport', async (_what, body) => {
    const client = await polling();
    const headers = {
      [TRANSPORT_HEADERS.transport]: client.name,
      [TRANSPORT_HEADERS.sequence]: '1',
    };
    await client.post('send', headers, Uint8Array.from(body));
    await client.ask();
    expect((await client.end()).code).toBe(4400);
  });

  test('T10: is answered so that nothing on the way keeps, changes or holds it back', async () => {
    const client = new HttpClient(server.url, guest);
    const { headers } = await client.stream();
    expect(headers.get('Cache-Control')).toBe('no-store, no-transform');
    expect(headers.get('X-Accel-Buffering')).toBe('no');
    expect(headers.get('Content-Type')).toBe('application/octet-stream');
  });

  test('W1: may speak JSON', async () => {
    const client = new HttpClient(server.url, guest);
    const hello = { type: 'hello', protocol: 1, schema: 1, token: guest.token };
    const data = new TextEncoder().encode(JSON.stringify(hello));
    const body = Uint8Array.from(encodePart({ kind: 'frame', data }));
    const headers = { [TRANSPORT_HEADERS.protocol]: SUBPROTOCOL_JSON };
    const answer = await client.post('poll', headers, body);
    expect(await answer.text()).toContain('"type":"welcome"');
  });
});

describe('through a proxy', () => {
  test('that blocks upgrades, a stream gets through', async () => {
    const url = await startFaultyProxy(server.port, { kind: 'blocks' });
    const client = await streaming(url);
    await client.send(ping(1));
    await client.next('pong');
  });

  test('that buffers, polls get through, and a stream does not', async () => {
    const url = await startFaultyProxy(server.port, { kind: 'buffers' });
    const stream = new HttpClient(url, guest);
    void stream.stream().catch(() => undefined);
    const client = await polling(url);
    client.keepAsking();
    await client.send(open(3));
    await client.next('opened');
    await client.send(ping(1));
    await client.next('pong');
    expect(stream.received).toEqual([]);
  });

  test('that aborts every answer, polls lose nothing', async () => {
    const url = await startFaultyProxy(server.port, { kind: 'cuts', afterMs: 400 });
    const writer = await NativeClient.onAuthenticated(server);
    const { channel } = await writer.open(document, { client: 9 });
    const client = await polling(url);
    client.keepAsking();
    await client.send(open(3));
    await client.next('opened');
    const doc = new Y.Doc();
    doc.clientID = 9;
    doc.on('update', (update: Uint8Array) =>
      writer.send({ type: 'update', channel, cseq: ++cseq, update }),
    );
    let cseq = 0;
    doc.getMap('meta').set('schemaVersion', 1);
    for (let i = 0; i < 60; i++) {
      doc.getMap('meta').set('schemaVersion', 1);
      await sleep(50);
    }
    await writer.next('ack', (ack) => ack.cseq === cseq);
    const rows: number[] = [];
    await eventually('all rows are there', () => {
      for (const message of client.received.splice(0)) {
        if (message.type !== 'updates') continue;
        expect(message.from).toBe(rows.at(-1) ?? 0);
        rows.push(message.to);
      }
      return rows.at(-1) === cseq;
    });
    expect(client.closed).toBeNull();
  });
});

describe('T12: admission', () => {
  test('too many handshakes at once wait, and the rest are refused for a moment', async () => {
    const mine = await RunningServer.start({ HELLOS_PER_SECOND: '10' });
    const visitor = await signIn(mine);
    const clients = Array.from({ length: 100 }, () => new HttpClient(mine.url, visitor));
    const start = Date.now();
    const answers = await Promise.all(clients.map((client) => client.stream()));
    const seconds = (Date.now() - start) / 1_000;
    const taken = answers.filter(({ status }) => status === 200).length;
    // Two seconds' worth is waiting, and two ticks' worth was there at the start.
    expect(taken).toBeGreaterThanOrEqual(20);
    expect(taken).toBeLessThanOrEqual(22 + 10 * seconds);
    const refused = answers.find(({ status }) => status === 503) as Response;
    expect(refused.headers.get('Retry-After')).toBe('3');
    expect(await refused.json()).toMatchObject({ error: { code: 'overloaded', temporary: true } });
    const socket = new NativeClient(mine);
    await eventually('the upgrade is refused too', () => socket.closed !== null);
  });

  test('connections that send nothing do not keep others out', async () => {
    const mine = await RunningServer.start();
    const silent = Array.from({ length: 2_000 }, () => connect(mine.port, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => {}).resume();
    await eventually('they are there', () => silent.every(({ connecting }) => !connecting));
    // Let in at its first attempt; how soon is up to the machine.
    const client = await NativeClient.onAuthenticated(mine);
    client.send(ping(1));
    await client.next('pong');
    await eventually('they are gone', () => silent.every(({ destroyed }) => destroyed));
  });
});
