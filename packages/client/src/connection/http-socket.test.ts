import {
  binaryCodec,
  BRIEF_POLL_HIDDEN_MS,
  BRIEF_POLL_VISIBLE_MS,
  encodePart,
  MAX_SEND_BYTES,
  POLL_HOLD_MS,
  SUBPROTOCOL_BINARY,
  type ServerMessage,
} from '@tandem/protocol';
import { MAX_DOCUMENT_BYTES } from '@tandem/sync';
import { describe, expect, test } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { bodyWith, FakeHttpServer } from '../testing/fake-http-server.ts';
import type { HttpSocket } from './http-socket.ts';
import { PollSocket } from './poll-socket.ts';
import { StreamSocket } from './stream-socket.ts';

const typing = (users: string[]): ServerMessage => ({ type: 'typing:changed', channel: 4, users });
const frame = (nonce: number) =>
  binaryCodec.encode({ type: 'ping', channel: 0, nonce }) as Uint8Array<ArrayBuffer>;
const closing = (code: number) =>
  encodePart({ kind: 'close', code, reason: '' }) as Uint8Array<ArrayBuffer>;

interface Scene {
  readonly server: FakeHttpServer;
  readonly environment: FakeEnvironment;
  readonly socket: HttpSocket;
  readonly received: ServerMessage[];
  readonly closes: number[];
  readonly held: { free: number };
  settle(ms?: number): Promise<void>;
}

function scene(kind: 'stream' | 'poll', free = 1): Scene {
  const server = new FakeHttpServer();
  const environment = new FakeEnvironment();
  const held = { free };
  const take = () => ({ release: () => void held.free++ });
  const http = {
    base: 'http://server',
    fetch: server.fetch,
    subprotocol: SUBPROTOCOL_BINARY,
    environment,
  };
  const longPollSlots = { take: async () => (held.free > 0 ? (held.free--, take()) : null) };
  if (kind === 'stream') held.free--;
  const socket =
    kind === 'stream' ? new StreamSocket(http, take()) : new PollSocket({ ...http, longPollSlots });
  const received: ServerMessage[] = [];
  const closes: number[] = [];
  socket.onopen = () => socket.send(frame(0));
  socket.onmessage = ({ data }: MessageEvent) => {
    const decoded = binaryCodec.decodeFromServer(new Uint8Array(data as ArrayBuffer));
    if (decoded.kind === 'ok') received.push(...decoded.messages);
  };
  socket.onclose = ({ code }) => void closes.push(code);
  const settle = (ms = 0) => environment.clock.advanceAsync(ms);
  return { server, environment, socket, received, closes, held, settle };
}

async function streaming(): Promise<Scene & { write(bytes: Uint8Array): void; end(): void }> {
  const s = scene('stream');
  await s.settle();
  let source!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (source = controller),
  });
  s.server.latest('stream').answer(200, body, { 'Tandem-Transport': 'secret' });
  await s.settle();
  return { ...s, write: (bytes) => source.enqueue(bytes), end: () => source.close() };
}

async function polling(free = 1): Promise<Scene> {
  const s = scene('poll', free);
  await s.settle();
  const headers = { 'Tandem-Transport': 'secret', 'Tandem-Sequence': '1' };
  s.server.latest('poll').answer(200, bodyWith(typing(['ada'])), headers);
  await s.settle();
  return s;
}

describe('up', () => {
  test('T1: messages that are sent at once travel in the opening request', async () => {
    const s = scene('stream');
    await s.settle();
    const [opening] = s.server.requests;
    expect(opening?.path).toBe('stream');
    expect(opening?.header('protocol')).toBe(SUBPROTOCOL_BINARY);
    expect(opening?.header('transport')).toBeNull();
    expect(opening?.messages).toEqual([{ type: 'ping', channel: 0, nonce: 0 }]);
  });

  test('T3: one request at a time, numbered; what is sent meanwhile travels in the next', async () => {
    const s = await streaming();
    for (const nonce of [1, 2, 3]) s.socket.send(frame(nonce));
    await s.settle();
    const [first] = s.server.of('send');
    expect(s.server.of('send')).toHaveLength(1);
    expect([first?.header('sequence'), first?.header('transport')]).toEqual(['1', 'secret']);
    expect(first?.messages).toMatchObject([{ nonce: 1 }]);
    expect(s.socket.bufferedAmount).toBeGreaterThan(0);
    first?.answer(204, null);
    await s.settle();
    expect(s.server.latest('send').header('sequence')).toBe('2');
    expect(s.server.latest('send').messages).toMatchObject([{ nonce: 2 }, { nonce: 3 }]);
    s.server.latest('send').answer(204, null);
    await s.settle();
    expect(s.socket.bufferedAmount).toBe(0);
  });

  test('T3: a lost request is repeated under its number', async () => {
    const s = await streaming();
    s.socket.send(frame(1));
    await s.settle();
    s.server.latest('send').breakOff();
    await s.settle(250);
    s.server.latest('send').answer(502, null);
    await s.settle(500);
    expect(s.server.of('send').map((request) => request.header('sequence'))).toEqual([
      '1',
      '1',
      '1',
    ]);
    expect(s.server.latest('send').messages).toMatchObject([{ nonce: 1 }]);
    expect(s.closes).toEqual([]);
  });

  test('T3: a refusal, or no answer for long, is the end', async () => {
    const refused = await streaming();
    refused.socket.send(frame(1));
    await refused.settle();
    refused.server.latest('send').answer(404, null);
    await refused.settle();
    expect(refused.closes).toEqual([1006]);
    const unheard = await streaming();
    unheard.socket.send(frame(1));
    for (let second = 0; second < 15; second++) {
      await unheard.settle();
      unheard.server.latest('send').breakOff();
      await unheard.settle(1_000);
    }
    expect(unheard.closes).toEqual([1006]);
  });

  test('T3: without a network the first that is lost is the end, whatever still comes down', async () => {
    const s = await streaming();
    s.environment.isOnline = false;
    s.socket.send(frame(1));
    await s.settle();
    s.server.latest('send').breakOff();
    await s.settle();
    expect(s.closes).toEqual([1006]);
  });

  test('T3: a body has at most MAX_SEND_BYTES', async () => {
    const s = await streaming();
    s.socket.send(frame(1));
    await s.settle();
    const size = Math.floor(0.4 * MAX_SEND_BYTES);
    for (let i = 0; i < 4; i++) s.socket.send(new Uint8Array(size));
    s.server.latest('send').answer(204, null);
    await s.settle();
    const { byteLength } = s.server.latest('send').body;
    expect(byteLength).toBeLessThanOrEqual(MAX_SEND_BYTES);
    expect(byteLength).toBeGreaterThan(2 * size);
  });
});

describe('a stream', () => {
  test('T2: gives frames as they come, wherever they are cut', async () => {
    const s = await streaming();
    const bytes = bodyWith(typing(['ada']));
    s.write(bytes.subarray(0, 3));
    await s.settle();
    expect(s.received).toEqual([]);
    s.write(bytes.subarray(3));
    s.write(bodyWith(typing(['ben'])));
    await s.settle();
    expect(s.received).toEqual([typing(['ada']), typing(['ben'])]);
  });

  test('T2: brings the snapshot of the largest document', async () => {
    const s = await streaming();
    const sizes: number[] = [];
    s.socket.onmessage = ({ data }: MessageEvent) =>
      void sizes.push((data as ArrayBuffer).byteLength);
    const data = new Uint8Array(MAX_DOCUMENT_BYTES + 1024);
    s.write(encodePart({ kind: 'frame', data }));
    await s.settle();
    expect([sizes, s.closes]).toEqual([[data.byteLength], []]);
  });

  test('T5: ends with the code of its last part, or abnormally', async () => {
    const closed = await streaming();
    closed.write(closing(4401));
    await closed.settle();
    expect(closed.closes).toEqual([4401]);
    expect(closed.held.free).toBe(1);
    const cut = await streaming();
    cut.end();
    await cut.settle();
    expect(cut.closes).toEqual([1006]);
  });

  test('T5: a close by the client is announced, and nothing more is received', async () => {
    const s = await streaming();
    s.socket.close(1000);
    await s.settle();
    expect(s.server.latest('close').header('close')).toBe('1000');
    expect(s.server.latest('close').header('transport')).toBe('secret');
    expect(s.closes).toEqual([]);
  });

  test('T7: a refusal may have a Retry-After', async () => {
    const s = scene('stream');
    await s.settle();
    s.server.latest('stream').answer(503, '{}', { 'Retry-After': '3' });
    await s.settle();
    expect([s.closes, s.socket.retryAfterMs, s.held.free]).toEqual([[1006], 3_000, 1]);
  });

  test('what is not of ours is no stream', async () => {
    const s = scene('stream');
    await s.settle();
    s.server.latest('stream').answer(200, '<html>Please sign in to the network</html>');
    await s.settle();
    expect(s.closes).toEqual([1006]);
  });
});

describe('polls', () => {
  test('T4: ask for the next answer by the number of the last', async () => {
    const s = await polling();
    expect(s.received).toEqual([typing(['ada'])]);
    expect(s.server.latest('poll').header('received')).toBe('1');
    expect(s.server.latest('poll').header('hold')).toBe(String(POLL_HOLD_MS));
    s.server.latest('poll').answer(200, bodyWith(typing(['ben'])), { 'Tandem-Sequence': '2' });
    await s.settle();
    expect(s.received).toHaveLength(2);
    expect(s.server.latest('poll').header('received')).toBe('2');
    s.server.latest('poll').answer(200, null, { 'Tandem-Sequence': '2' });
    await s.settle();
    expect(s.server.latest('poll').header('received')).toBe('2');
    expect(s.received).toHaveLength(2);
  });

  test('T4: an answer that comes twice counts once', async () => {
    const s = await polling();
    s.server.latest('poll').answer(200, bodyWith(typing(['ada'])), { 'Tandem-Sequence': '1' });
    await s.settle();
    expect(s.received).toHaveLength(1);
  });

  test('T4: a poll that is cut off is repeated with a shorter hold', async () => {
    const s = await polling();
    await s.settle(5_000);
    s.server.latest('poll').breakOff();
    await s.settle(250);
    expect(s.server.latest('poll').header('hold')).toBe('2500');
    expect(s.server.latest('poll').header('received')).toBe('1');
    expect(s.closes).toEqual([]);
  });

  test('T4: when questions get nowhere it is over', async () => {
    const s = await polling();
    for (let second = 0; second < 30; second++) {
      s.server.latest('poll').breakOff();
      await s.settle(1_000);
    }
    expect(s.closes).toEqual([1006]);
  });

  test('T4: a transport that the server does not know is over at once', async () => {
    const s = await polling();
    s.server.latest('poll').answer(404, null);
    await s.settle();
    expect(s.closes).toEqual([1006]);
  });

  test('T9: a tab without a long-poll slot polls at intervals, rarely when hidden', async () => {
    const s = await polling(0);
    expect(s.server.of('poll')).toHaveLength(2);
    const answer = () => s.server.latest('poll').answer(200, null, { 'Tandem-Sequence': '1' });
    expect(s.server.latest('poll').header('hold')).toBe('0');
    answer();
    await s.settle(BRIEF_POLL_VISIBLE_MS - 1);
    expect(s.server.of('poll')).toHaveLength(2);
    await s.settle(1);
    expect(s.server.of('poll')).toHaveLength(3);
    s.environment.isVisible = false;
    answer();
    await s.settle(BRIEF_POLL_HIDDEN_MS - 1);
    expect(s.server.of('poll')).toHaveLength(3);
    s.environment.isVisible = true;
    s.environment.emit('wake');
    await s.settle();
    expect(s.server.of('poll')).toHaveLength(4);
  });

  test('T9: what was sent is worth asking for its answer at once', async () => {
    const s = await polling(0);
    s.server.latest('poll').answer(200, null, { 'Tandem-Sequence': '1' });
    await s.settle();
    s.socket.send(frame(1));
    await s.settle();
    s.server.latest('send').answer(204, null);
    await s.settle();
    expect(s.server.of('poll')).toHaveLength(3);
    expect(s.server.latest('poll').header('hold')).toBe('300');
  });

  test('T9: it keeps a request waiting as soon as it may, and gives that back at its end', async () => {
    const s = await polling(0);
    s.held.free = 1;
    s.server.latest('poll').answer(200, null, { 'Tandem-Sequence': '1' });
    await s.settle(BRIEF_POLL_VISIBLE_MS);
    expect(s.server.latest('poll').header('hold')).toBe(String(POLL_HOLD_MS));
    expect(s.held.free).toBe(0);
    s.server.latest('poll').answer(200, closing(1012), { 'Tandem-Sequence': '2' });
    await s.settle();
    expect([s.closes, s.held.free]).toEqual([[1012], 1]);
    expect(s.environment.clock.pending).toBe(0);
  });
});
