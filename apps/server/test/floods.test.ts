/**
 * Floods: each gets an answer or a close, memory stays bounded, and a client that writes meanwhile
 * is acknowledged throughout.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as encoding from 'lib0/encoding';
import { ulid } from 'ulid';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { writePage, type Block } from '@tandem/document';
import { MAX_AWARENESS_BYTES, SUBPROTOCOL_BINARY } from '@tandem/protocol';
import { chat, command, create, newDocument, runCommand, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { expectHealthy, WellBehavedClient, refusal } from './well-behaved-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';

const METRICS_TOKEN = 'a token for anyone who watches';
/** Maximum growth; each of these floods would add several times as much if it were kept. */
const MAX_GROWTH_BYTES = 200 * 1_024 * 1_024;
const MAX_HONEST_MS = 5_000;

let server: RunningServer;
let honest: WellBehavedClient;
let before: number;
const atEnd = atEndOfFile();

beforeAll(async () => {
  server = await RunningServer.start({ METRICS_TOKEN, LOG_LEVEL: 'info' }, atEnd);
});

beforeEach(async () => {
  honest = await WellBehavedClient.join(server);
  await honest.write();
  before = await residentBytes();
  honest.begin();
});

afterEach(async () => {
  await honest.rest();
  expect(Math.max(...honest.latencies)).toBeLessThan(MAX_HONEST_MS);
  expect((await residentBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
  expectHealthy(server);
});

async function residentBytes(): Promise<number> {
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

test('ends 2,000 handshakes that stop half-way', async () => {
  let over = 0;
  const answers = new Set<string>();
  const sockets = Array.from({ length: 2_000 }, () => {
    const socket: Socket = connect(server.port, 'localhost');
    socket.on('data', (data) => answers.add(data.toString().split('\r\n', 1)[0] as string));
    socket.on('error', () => {});
    socket.on('close', () => over++);
    socket.write('GET /sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n');
    return socket;
  });
  await eventually('all are ended', () => over === sockets.length, 30_000);
  expect([...answers]).toEqual(['HTTP/1.1 408 Request Timeout']);
});

test('closes 2,000 connections that send nothing, with a reason', async () => {
  const codes = new Map<number, number>();
  let explained = 0;
  let over = 0;
  const sockets = Array.from({ length: 2_000 }, () => {
    const socket = new WebSocket(`${server.socketUrl}/sync`, SUBPROTOCOL_BINARY);
    socket.on('error', () => {});
    socket.on('message', () => explained++);
    socket.on('close', (code) => {
      codes.set(code, (codes.get(code) ?? 0) + 1);
      over++;
    });
    return socket;
  });
  await eventually('all are ended', () => over === sockets.length, 30_000);
  // Some may be rejected at connect: the limit is 2,000 per second.
  const refused = codes.get(1006) ?? 0;
  expect([...codes.keys()].filter((code) => code !== 1006)).toEqual([4508]);
  expect(explained).toBe(sockets.length - refused);
});

test.each(['open', 'rows:request', 'sync step 1'] as const)(
  'does not hold 300 answers to %s for a reader who does not read',
  async (type) => {
    const { guest, document } = honest;
    const writer = await NativeClient.onAuthenticated(server, { guest });
    const written = await writer.open(document, { client: 8 });
    const update = longPage(8);
    expect(update.byteLength).toBeGreaterThan(900_000);
    writer.send({ type: 'update', channel: written.channel, cseq: 1, update });
    await writer.next('ack');
    let ask: (ref: number) => void;
    let socket: WebSocket;
    if (type === 'sync step 1') {
      socket = new WebSocket(`${server.socketUrl}/yjs/${document}`);
      await eventually('it is open', () => socket.readyState === WebSocket.OPEN);
      ask = () => socket.send(bytes(0, 0, 1, 0));
    } else {
      const reader = await NativeClient.onAuthenticated(server, { guest });
      const { channel } = await reader.open(document, { client: 9 });
      socket = reader.socket;
      const open = { type: 'open', channel: 0, document, client: 9 } as const;
      ask = (ref) => reader.send(type === 'open' ? { ...open, ref } : { type, channel, from: 0 });
    }
    socket.pause();
    let receivedBytes = 0;
    socket.on('message', (data: Buffer) => (receivedBytes += data.byteLength));
    for (let ref = 0; ref < 300; ref++) ask(ref);
    // Enough time to request and send all of them.
    await sleep(3_000);
    expect((await residentBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
    socket.resume();
    await eventually('it is answered', () => receivedBytes > update.byteLength);
    await sleep(500);
    expect(receivedBytes).toBeLessThan(30 * update.byteLength);
    socket.terminate();
  },
);

test('tells nobody of 100,000 awareness ids', async () => {
  const { guest, document } = honest;
  const witness = await NativeClient.onAuthenticated(server, { guest });
  await witness.open(document, { client: 8 });
  const client = await NativeClient.onAuthenticated(server, { guest });
  const { channel } = await client.open(document, { client: 9 });
  const perMessage = 800;
  for (let first = 1_000_000; first < 1_100_000; first += perMessage) {
    const update = awarenessOf(Array.from({ length: perMessage }, (_, i) => first + i));
    expect(update.byteLength).toBeLessThan(MAX_AWARENESS_BYTES);
    client.send({ type: 'awareness', channel, update });
  }
  client.send({ type: 'awareness', channel, update: awarenessOf([9]) });
  await witness.next('awareness');
  expect(client.closed).toBeNull();
  const cursors = witness.received.filter(({ type }) => type === 'awareness');
  expect(JSON.stringify(cursors).length).toBeLessThan(2_000);
  const all = awarenessOf(Array.from({ length: 100_000 }, (_, i) => 1_000_000 + i));
  client.send({ type: 'awareness', channel, update: all });
  expect(await refusal(client)).toEqual({
    code: 4413,
    sentence: 'A frame was larger than this server takes.',
  });
});

test('does not believe a clock that is far ahead', async () => {
  const { guest, document } = honest;
  const client = await NativeClient.onAuthenticated(server, { guest });
  const { channel } = await client.open(document, { client: 9 });
  // One struct of client 9 at an unreachable clock, with all earlier structs missing.
  const ahead = encoding.createEncoder();
  for (const value of [1, 1, 9, 2 ** 31, 0, 1, 0]) encoding.writeVarUint(ahead, value);
  client.send({ type: 'update', channel, cseq: 1, update: encoding.toUint8Array(ahead) });
  expect((await client.next('nack')).error).toMatchObject({
    code: 'invalid-update',
    message: 'The change counts further than a document can.',
  });
  const other = await NativeClient.onAuthenticated(server, { guest });
  const opened = await other.open(document, { client: 10 });
  other.send({ type: 'awareness', channel: opened.channel, update: awarenessOf([10], 2 ** 40) });
  expect(await refusal(other)).toEqual({
    code: 4400,
    sentence: 'Presence does not fit the protocol: awareness clock out of range.',
  });
  const late = await runCommand(client, create(newDocument(), '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'));
  expect(late.repeated).toBe(false);
});

test('runs a command once that is sent on twenty connections at once, and no other user’s under its id', async () => {
  const { guest } = honest;
  const document = newDocument();
  const owner = await NativeClient.onAuthenticated(server, { guest });
  await runCommand(owner, create(document));
  const message = chat(document, 'High water at nine.', ulid());
  const clients = await Promise.all(
    Array.from({ length: 15 }, () => NativeClient.onAuthenticated(server, { guest })),
  );
  const answers = await Promise.all(clients.map((client) => runCommand(client, message)));
  expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);

  const mallory = await NativeClient.onAuthenticated(server);
  mallory.send(chat(document, 'Something else', message.id));
  expect((await mallory.next('refused')).error).toMatchObject({
    code: 'forbidden',
    message: 'Another message has the same id. Send this one again.',
  });
  const input = { document, message: message.id };
  const edit = command({ name: 'chat:edit', input: { ...input, text: 'Mine', mentions: [] } });
  const remove = command({ name: 'chat:delete', input });
  for (const forged of [edit, remove]) {
    mallory.send(forged);
    const { error } = await mallory.next('refused', ({ id }) => id === forged.id);
    expect(error.code).toBe('forbidden');
  }
  const { state } = await subscribe(owner, `chat:${document}`);
  if (state?.type !== 'chat') throw new Error('no chat');
  const own = state.messages.filter(({ author }) => author.id === guest.user.id);
  expect(own.map(({ text }) => text)).toEqual(['High water at nine.']);
});

function longPage(client: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  const text = 'High water at nine. '.repeat(500);
  const content: Block[] = Array.from({ length: 95 }, () => ({
    type: 'textBlock',
    content: [{ type: 'text', text }],
  }));
  writePage(doc, content, randomBytes);
  return Y.encodeStateAsUpdate(doc);
}

const bytes = (...values: number[]) => Uint8Array.from(values);

function awarenessOf(clients: readonly number[], clock = 1): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, clients.length);
  for (const client of clients) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, '{"cursor":1}');
  }
  return encoding.toUint8Array(encoder);
}
