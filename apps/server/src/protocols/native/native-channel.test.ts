/** A channel with a slow reader: skipped messages, and eventual completeness. */
import {
  binaryCodec,
  HELLO_TIMEOUT_MS,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import { expect, test } from 'vitest';
import { SLOW_CONSUMER } from '../../limits.ts';
import type { DocumentRoom } from '../../documents/document-room.ts';
import { NativeChannel, type NativeChannelOwner } from './native-channel.ts';
import { EncodedMessage } from '../../runtime/encoded-message.ts';
import { fakeConnection } from '../../connection/testing/fake-connection.ts';

const CHANNEL = 5;

function channel() {
  const fake = fakeConnection({ join: binaryCodec.join as never });
  const { connection, protocol, socket, turn, pass } = fake;
  connection.start(protocol, HELLO_TIMEOUT_MS);
  connection.onAuthenticated({ id: 'ada', name: 'Ada', color: 1 });
  const asked: number[] = [];
  let refreshed = 0;
  const owner: NativeChannelOwner = {
    connection,
    codec: binaryCodec,
    channelOpened: (opened) => void (opened.state = 'open'),
    updateRefused: () => {},
    channelClosed: () => {},
  };
  const native = new NativeChannel(owner, { subscription: 3, document: 'd', client: 7 });
  native.room = {
    channel: CHANNEL,
    message: (_subscription: number, message: MessageOf<'rows:request'>) =>
      void asked.push(message.from),
    refresh: () => void refreshed++,
  } as unknown as DocumentRoom;
  const tell = (message: ServerMessage): void => {
    native.deliver(new EncodedMessage(message));
    turn();
  };
  const opened = (base: number, offset: number): void =>
    tell({
      type: 'opened',
      channel: CHANNEL,
      ref: 1,
      document: 'd',
      kind: 'page',
      title: '',
      access: 'edit',
      schema: 1,
      epoch: 'one',
      timeline: 't1',
      base,
      offset,
      stateVector: new Uint8Array(),
    });
  const rows = (from: number, to: number, bytes = 1): void =>
    tell({
      type: 'updates',
      channel: CHANNEL,
      from,
      to,
      updates: Array.from({ length: to - from }, () => new Uint8Array(bytes)),
    });
  const ack = (cseq: number, from: number, to: number): void =>
    tell({ type: 'ack', channel: CHANNEL, cseq, from, to });
  const sent = (): string[] =>
    socket.sent.splice(0).flatMap((data) => {
      const decoded = binaryCodec.decodeFromServer(data as Uint8Array);
      if (decoded.kind === 'invalid') throw new Error(decoded.reason);
      return decoded.messages.map((message) => {
        if (message.type === 'updates') return `rows ${message.from}–${message.to}`;
        if (message.type === 'ack') return `ack ${message.cseq} ${message.from}–${message.to}`;
        return message.type;
      });
    });
  const stall = (bytes = SLOW_CONSUMER.lagThresholdBytes): void => {
    socket.stuck = true;
    connection.queue(new Uint8Array(bytes + 1));
    turn();
    socket.sent.length = 0;
  };
  const drain = (): void => {
    socket.stuck = false;
    socket.bufferedBytes = 0;
    pass(SLOW_CONSUMER.checkIntervalMs);
  };
  return { native, opened, rows, ack, tell, sent, stall, drain, asked, refreshed: () => refreshed };
}

test('W17: repeats what it sent before, one answer at a time, from the lowest position that was asked for', () => {
  const { native, opened, rows, sent, asked } = channel();
  opened(0, 9);
  rows(0, 9);
  for (const from of [4, 6, 2, 5, 9]) native.repeat(from);
  expect(asked).toEqual([4]);
  rows(4, 9);
  expect(asked).toEqual([4, 2]);
  rows(9, 10);
  rows(2, 10);
  expect(asked).toEqual([4, 2]);
  expect(sent()).toEqual(['opened', 'rows 0–9', 'rows 4–9', 'rows 9–10', 'rows 2–10']);
});

test('W17: repeats nothing to one that does not take what there is', () => {
  const { native, opened, rows, stall, drain, asked } = channel();
  opened(0, 9);
  rows(0, 9);
  stall(SLOW_CONSUMER.openPauseBytes);
  native.repeat(4);
  expect(asked).toEqual([]);
  drain();
  expect(asked).toEqual([4]);
});

test('T11: is sent no rows while it lags, and then all that it lacks, once and in order', () => {
  const { opened, rows, sent, stall, drain, asked } = channel();
  opened(0, 2);
  rows(0, 2);
  rows(2, 3);
  expect(sent()).toEqual(['opened', 'rows 0–2', 'rows 2–3']);
  stall();
  rows(3, 4);
  rows(4, 9);
  expect([sent(), asked]).toEqual([[], []]);
  drain();
  expect(asked).toEqual([3]);
  // Rows committed before the answer are part of it.
  rows(9, 10);
  expect(sent()).toEqual([]);
  rows(3, 8);
  rows(8, 10);
  rows(10, 11);
  expect(sent()).toEqual(['rows 3–8', 'rows 8–10', 'rows 10–11']);
});

test('T11: is sent what it asked for by opening, however much that is', () => {
  const { opened, rows, sent, stall } = channel();
  opened(0, 4);
  sent();
  stall();
  rows(0, 3);
  rows(3, 4);
  rows(4, 5);
  expect(sent()).toEqual(['rows 0–3', 'rows 3–4']);
});

test('T11: that lags again while it catches up asks again from where it is', () => {
  const { opened, rows, sent, stall, drain, asked } = channel();
  opened(0, 0);
  sent();
  stall();
  rows(0, 1);
  drain();
  rows(0, 1);
  rows(1, 2);
  expect(sent()).toEqual(['rows 0–1', 'rows 1–2']);
  stall();
  rows(2, 3);
  drain();
  expect(asked).toEqual([0, 2]);
  rows(2, 3);
  expect(sent()).toEqual(['rows 2–3']);
});

test('W16 T11: hears at once what is on disk, though not over rows that it lacks', () => {
  const { opened, rows, ack, sent, stall, drain, asked } = channel();
  opened(0, 0);
  ack(1, 0, 1);
  expect(sent()).toEqual(['opened', 'ack 1 0–1']);
  stall();
  ack(2, 1, 2);
  rows(2, 3);
  ack(3, 3, 4);
  ack(4, 5, 5);
  expect(sent()).toEqual(['ack 2 1–2', 'ack 3 2–2', 'ack 4 2–2']);
  drain();
  expect(asked).toEqual([2]);
  rows(2, 5);
  expect(sent()).toEqual(['rows 2–5']);
});

test('T10: is sent no cursors while it is pressed, and then how all of them are', () => {
  const { opened, rows, tell, sent, stall, drain, asked, refreshed } = channel();
  opened(0, 0);
  sent();
  stall(SLOW_CONSUMER.conflateThresholdBytes);
  tell({ type: 'typing:changed', channel: CHANNEL, users: ['ben'] });
  tell({ type: 'awareness', channel: CHANNEL, update: Uint8Array.of(0) });
  rows(0, 1);
  expect(sent()).toEqual(['rows 0–1']);
  drain();
  expect([refreshed(), asked]).toEqual([1, []]);
  tell({ type: 'awareness', channel: CHANNEL, update: Uint8Array.of(0) });
  expect(sent()).toEqual(['awareness']);
});

test('asks for nothing when it is closed before there is room', () => {
  const { native, opened, rows, stall, drain, asked } = channel();
  opened(0, 0);
  stall();
  rows(0, 1);
  native.state = 'closed';
  drain();
  expect(asked).toEqual([]);
});
