/** One message of each type, for golden bytes and round trips. A new type does not compile without its example. */
import { errorOf } from '../errors.ts';
import type { MessageOf, MessageType } from '../messages/message.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

export const examples: { readonly [T in MessageType]: MessageOf<T> } = {
  hello: { type: 'hello', channel: 0, protocol: 1, schema: 1, token: 'token' },
  welcome: {
    type: 'welcome',
    channel: 0,
    connection: 'c1',
    user: { id: 'u1', name: 'Amber Heron', color: 3 },
    schema: 1,
  },
  open: {
    type: 'open',
    channel: 0,
    ref: 1,
    document: 'wYl0tq3n5xJv1qk2Zr9aBc',
    client: 4294967295,
    position: { incarnation: 'i1', seq: 7 },
    stateVector: bytes(1, 255, 255, 255, 255, 15, 9),
  },
  opened: {
    type: 'opened',
    channel: 5,
    ref: 1,
    document: 'wYl0tq3n5xJv1qk2Zr9aBc',
    kind: 'page',
    title: 'Tide log',
    access: 'edit',
    incarnation: 'i1',
    base: 7,
    seq: 9,
    stateVector: bytes(0),
  },
  leave: { type: 'leave', channel: 5 },
  closed: { type: 'closed', channel: 0, ref: 1, error: errorOf('not-found') },
  'document:changed': {
    type: 'document:changed',
    channel: 5,
    title: 'Tide log, April',
    access: 'view',
  },
  update: { type: 'update', channel: 5, cseq: 300, update: bytes(0, 0) },
  ack: { type: 'ack', channel: 5, cseq: 300, from: 9, to: 10 },
  nack: { type: 'nack', channel: 5, cseq: 300, error: errorOf('invalid-update') },
  updates: { type: 'updates', channel: 5, from: 9, to: 11, updates: [bytes(0, 0), bytes(1, 2, 3)] },
  range: { type: 'range', channel: 5, from: 9 },
  need: { type: 'need', channel: 5, cseq: 300, stateVector: bytes(0) },
  awareness: { type: 'awareness', channel: 5, update: bytes(1, 7, 1, 2, 123, 125) },
  'presence:set': { type: 'presence:set', channel: 5, state: 'idle' },
  'presence:changed': {
    type: 'presence:changed',
    channel: 5,
    full: false,
    members: [{ user: 'u2', name: 'Jun', color: 0, state: 'active', clients: [7] }],
    left: ['u3'],
  },
  'typing:start': { type: 'typing:start', channel: 5 },
  'typing:stop': { type: 'typing:stop', channel: 5 },
  'typing:changed': { type: 'typing:changed', channel: 5, users: ['u2'] },
  ping: { type: 'ping', channel: 0, nonce: 4294967295 },
  pong: { type: 'pong', channel: 0, nonce: 1 },
  error: { type: 'error', channel: 0, error: errorOf('too-many', { retryAfterMs: 500 }) },
  goaway: { type: 'goaway', channel: 0, retryAfterMs: 250 },
  part: { type: 'part', channel: 5, last: true, bytes: bytes(1, 2, 3) },
};
