/** All messages of wire v1: names, numbers, direction and types. */
import * as z from 'zod/mini';
import { channelMessages } from './channel.ts';
import { commandMessages } from './command.ts';
import { connectionMessages } from './connection.ts';
import { eventChannelMessages } from './event-channel.ts';
import type { BytesField } from './field.ts';
import { handshakeMessages, sessionMessages } from './handshake.ts';
import { presenceMessages } from './presence.ts';
import { updateMessages } from './update.ts';

const bodies = <B extends BytesField>(bytes: B) => ({
  ...handshakeMessages(bytes),
  ...channelMessages(bytes),
  ...updateMessages(bytes),
  ...presenceMessages(bytes),
  ...connectionMessages(bytes),
  ...sessionMessages,
  ...commandMessages,
  ...eventChannelMessages,
});

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

export const binaryBodies = bodies(bytes);

export const jsonBodies = bodies(
  z.codec(z.base64(), bytes, {
    decode: (text) => z.util.base64ToUint8Array(text),
    encode: (bytes) => z.util.uint8ArrayToBase64(bytes),
  }),
);

type Bodies = typeof binaryBodies;
export type MessageType = keyof Bodies;

/** An empty object is inferred as an index signature of `never`, which excludes other fields. */
type Fields<B> = string extends keyof B
  ? unknown
  : { readonly [K in keyof B]: B[K] extends (infer E)[] ? readonly E[] : B[K] };

export type MessageOf<T extends MessageType> = T extends MessageType
  ? { readonly type: T; readonly channel: number } & Fields<z.output<Bodies[T]>>
  : never;

/**
 * The number in the binary header, and the sender, of each message type. Numbers are never reused.
 */
export const MESSAGES = {
  hello: { id: 1, from: 'client' },
  welcome: { id: 2, from: 'server' },
  open: { id: 3, from: 'client' },
  opened: { id: 4, from: 'server' },
  leave: { id: 5, from: 'client' },
  closed: { id: 6, from: 'server' },
  'document:changed': { id: 7, from: 'server' },
  update: { id: 8, from: 'client' },
  ack: { id: 9, from: 'server' },
  nack: { id: 10, from: 'server' },
  updates: { id: 11, from: 'server' },
  'rows:request': { id: 12, from: 'client' },
  'state:request': { id: 13, from: 'server' },
  awareness: { id: 14, from: 'both' },
  'presence:set': { id: 15, from: 'client' },
  'presence:changed': { id: 16, from: 'server' },
  'typing:start': { id: 17, from: 'client' },
  'typing:stop': { id: 18, from: 'client' },
  'typing:changed': { id: 19, from: 'server' },
  ping: { id: 20, from: 'both' },
  pong: { id: 21, from: 'both' },
  error: { id: 22, from: 'server' },
  goaway: { id: 23, from: 'server' },
  fragment: { id: 24, from: 'client' },
  authenticate: { id: 25, from: 'server' },
  token: { id: 26, from: 'client' },
  authenticated: { id: 27, from: 'server' },
  command: { id: 28, from: 'client' },
  done: { id: 29, from: 'server' },
  refused: { id: 30, from: 'server' },
  subscribe: { id: 31, from: 'client' },
  subscribed: { id: 32, from: 'server' },
  unsubscribe: { id: 33, from: 'client' },
  unsubscribed: { id: 34, from: 'server' },
  events: { id: 35, from: 'server' },
  recover: { id: 36, from: 'client' },
  'activity:changed': { id: 37, from: 'server' },
  'dashboard:changed': { id: 38, from: 'server' },
  'presence:list': { id: 39, from: 'client' },
  'presence:listed': { id: 40, from: 'server' },
  'storage:changed': { id: 41, from: 'server' },
} as const satisfies Record<MessageType, { id: number; from: 'client' | 'server' | 'both' }>;

type From<S extends 'client' | 'server'> = {
  [T in MessageType]: (typeof MESSAGES)[T]['from'] extends S | 'both' ? T : never;
}[MessageType];

/** Fragments are reassembled below the message level. */
export type ClientMessageType = Exclude<From<'client'>, 'fragment'>;
export type ServerMessageType = From<'server'>;

export type Message = MessageOf<MessageType>;
export type ClientMessage = MessageOf<ClientMessageType>;
export type ServerMessage = MessageOf<ServerMessageType>;
