/**
 * Subprotocol `tandem.v1`. A frame is a sequence of messages:
 *
 *     message := varuint(type) varuint(channel) varuint(length) body[length]
 *
 * Messages with Yjs bytes have hand-written bodies that avoid a copy; all others are one
 * MessagePack map. Channel numbers belong to the room, not to the connection, so everyone in a room
 * receives the same encoded message.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import {
  unacceptedCommand,
  type Codec,
  type Decoded,
  type MessageFragment,
  type UnacceptedCommand,
} from './codec.ts';
import { decodeControl, encodeControl } from './control-body.ts';
import { MAX_AWARENESS_BYTES, MAX_CONTROL_BYTES, MAX_MESSAGES_PER_FRAME } from './limits.ts';
import {
  binaryBodies,
  MESSAGES,
  type ClientMessage,
  type Message,
  type MessageType,
  type ServerMessage,
} from './messages/message.ts';
import { SUBPROTOCOL_BINARY } from './version.ts';

const typeById = new Map<number, MessageType>(
  (Object.keys(MESSAGES) as MessageType[]).map((type) => [MESSAGES[type].id, type]),
);

export const binaryCodec: Codec<Uint8Array> = {
  subprotocol: SUBPROTOCOL_BINARY,
  encode,
  join: concat,
  split,
  decodeFromClient: (frame) =>
    decode(frame, 'client') as Decoded<ClientMessage | MessageFragment | UnacceptedCommand>,
  decodeFromServer: (frame) => decode(frame, 'server') as Decoded<ServerMessage>,
};

function encode(message: Message): Uint8Array {
  const body = encodeBody(message);
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGES[message.type].id);
  encoding.writeVarUint(encoder, message.channel);
  encoding.writeVarUint(encoder, body.byteLength);
  encoding.writeUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

function encodeBody(message: Message): Uint8Array {
  const encoder = encoding.createEncoder();
  switch (message.type) {
    case 'update':
      encoding.writeVarUint(encoder, message.cseq);
      encoding.writeUint8Array(encoder, message.update);
      break;
    case 'updates':
      encoding.writeVarUint(encoder, message.from);
      encoding.writeVarUint(encoder, message.to);
      for (const update of message.updates) encoding.writeVarUint8Array(encoder, update);
      break;
    case 'ack':
      encoding.writeVarUint(encoder, message.cseq);
      encoding.writeVarUint(encoder, message.from);
      encoding.writeVarUint(encoder, message.to);
      break;
    case 'awareness':
      return message.update;
    case 'fragment':
      encoding.writeUint8(encoder, message.last ? 1 : 0);
      encoding.writeUint8Array(encoder, message.bytes);
      break;
    case 'ping':
    case 'pong':
      encoding.writeVarUint(encoder, message.nonce);
      break;
    default: {
      const { type: _type, channel: _channel, ...body } = message;
      return encodeControl(body);
    }
  }
  return encoding.toUint8Array(encoder);
}

function decode(
  frame: Uint8Array,
  from: 'client' | 'server',
): Decoded<Message | UnacceptedCommand> {
  const decoder = decoding.createDecoder(frame);
  const messages: (Message | UnacceptedCommand)[] = [];
  let count = 0;
  try {
    for (; decoding.hasContent(decoder); count++) {
      if (count === MAX_MESSAGES_PER_FRAME)
        return { kind: 'invalid', reason: 'too many messages in one frame' };
      const id = decoding.readVarUint(decoder);
      const channel = decoding.readVarUint(decoder);
      const body = decoding.readVarUint8Array(decoder);
      const type = typeById.get(id);
      if (type === undefined) {
        if (from === 'server') continue;
        return { kind: 'invalid', reason: `unknown message type ${id}` };
      }
      const sender = MESSAGES[type].from;
      if (sender !== from && sender !== 'both')
        return { kind: 'invalid', reason: `${type} is not for a ${from} to send` };
      messages.push(decodeBody(type, { channel, body, from }));
    }
  } catch (error) {
    return { kind: 'invalid', reason: error instanceof Error ? error.message : 'malformed frame' };
  }
  if (count === 0) return { kind: 'invalid', reason: 'empty frame' };
  return { kind: 'ok', messages };
}

function decodeBody(
  type: MessageType,
  { channel, body, from }: { channel: number; body: Uint8Array; from: 'client' | 'server' },
): Message | UnacceptedCommand {
  switch (type) {
    case 'update': {
      const decoder = decoding.createDecoder(body);
      const cseq = positive(decoding.readVarUint(decoder), 'cseq');
      return { type, channel, cseq, update: decoding.readTailAsUint8Array(decoder) };
    }
    case 'updates': {
      const decoder = decoding.createDecoder(body);
      const from = decoding.readVarUint(decoder);
      const to = decoding.readVarUint(decoder);
      const updates: Uint8Array[] = [];
      while (decoding.hasContent(decoder)) updates.push(decoding.readVarUint8Array(decoder));
      return { type, channel, from, to, updates };
    }
    case 'ack': {
      const decoder = decoding.createDecoder(body);
      const cseq = positive(decoding.readVarUint(decoder), 'cseq');
      const ack = {
        type,
        channel,
        cseq,
        from: decoding.readVarUint(decoder),
        to: decoding.readVarUint(decoder),
      } as const;
      return ack;
    }
    case 'awareness':
      if (from === 'client' && body.byteLength > MAX_AWARENESS_BYTES)
        throw new Error('awareness too large');
      return { type, channel, update: body };
    case 'fragment': {
      const decoder = decoding.createDecoder(body);
      const last = decoding.readUint8(decoder) === 1;
      return { type, channel, last, bytes: decoding.readTailAsUint8Array(decoder) };
    }
    case 'ping':
    case 'pong': {
      const decoder = decoding.createDecoder(body);
      const message = { type, channel, nonce: decoding.readVarUint(decoder) } as const;
      return from === 'server' ? message : complete(decoder, message);
    }
    default: {
      const control = decodeControl(body, MAX_CONTROL_BYTES[from]);
      const result = binaryBodies[type].safeParse(control);
      if (!result.success) {
        const unaccepted =
          type === 'command' ? unacceptedCommand({ channel, body: control }, result.error) : null;
        if (unaccepted !== null) return unaccepted;
        throw new Error(`${type}: ${result.error.issues[0]?.message ?? 'does not fit'}`);
      }
      return { type, channel, ...result.data } as Message;
    }
  }
}

/** Rejects trailing bytes, which only a newer server may send. */
function complete(decoder: decoding.Decoder, message: Message): Message {
  if (decoding.hasContent(decoder)) throw new Error(`bytes after ${message.type}`);
  return message;
}

function positive(value: number, name: string): number {
  if (value < 1) throw new Error(`${name} counts from 1`);
  return value;
}

function split(
  encoded: Uint8Array,
  { channel, maxBytes }: { channel: number; maxBytes: number },
): readonly Uint8Array[] {
  if (encoded.byteLength <= maxBytes) return [encoded];
  const slice = maxBytes - FRAGMENT_OVERHEAD_BYTES;
  const frames: Uint8Array[] = [];
  for (let at = 0; at < encoded.byteLength; at += slice) {
    const bytes = encoded.subarray(at, at + slice);
    frames.push(
      encode({ type: 'fragment', channel, last: at + slice >= encoded.byteLength, bytes }),
    );
  }
  return frames;
}

const FRAGMENT_OVERHEAD_BYTES = 32;

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  let length = 0;
  for (const part of parts) length += part.byteLength;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
