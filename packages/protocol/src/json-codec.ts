/**
 * Subprotocol `tandem.v1.json`, for debugging with wscat: a text frame is one message or an array
 * of them, `{"type": "open", "channel": 0, …}`, bytes as base64. `channel` is optional where it is
 * 0.
 */
import { encodeUtf8 } from 'lib0/string';
import * as z from 'zod/mini';
import {
  unacceptedCommand,
  type Codec,
  type Decoded,
  type MessageFragment,
  type UnacceptedCommand,
} from './codec.ts';
import { MAX_AWARENESS_BYTES, MAX_CONTROL_DEPTH, MAX_MESSAGES_PER_FRAME } from './limits.ts';
import {
  jsonBodies,
  MESSAGES,
  type ClientMessage,
  type Message,
  type MessageType,
  type ServerMessage,
} from './messages/message.ts';
import { SUBPROTOCOL_JSON } from './version.ts';

const envelope = z.looseObject({
  type: z.string({ error: ({ input }) => `unknown message type ${String(input)}` }),
  channel: z._default(z.int().check(z.nonnegative(), z.maximum(Number.MAX_SAFE_INTEGER)), 0),
});

export const jsonCodec: Codec<string> = {
  subprotocol: SUBPROTOCOL_JSON,
  encode,
  join: (parts) => (parts.length === 1 ? (parts[0] as string) : `[${parts.join(',')}]`),
  split,
  decodeFromClient: (frame) =>
    decode(frame, 'client') as Decoded<ClientMessage | MessageFragment | UnacceptedCommand>,
  decodeFromServer: (frame) => decode(frame, 'server') as Decoded<ServerMessage>,
};

function encode(message: Message): string {
  const { type, channel, ...body } = message;
  const schema: z.ZodMiniType = jsonBodies[type];
  return JSON.stringify({ type, channel, ...(z.encode(schema, body) as object) });
}

function decode(frame: string, from: 'client' | 'server'): Decoded<Message | UnacceptedCommand> {
  const messages: (Message | UnacceptedCommand)[] = [];
  try {
    const parsed: unknown = JSON.parse(frame);
    if (deeperThan(parsed, MAX_CONTROL_DEPTH)) return { kind: 'invalid', reason: 'frame too deep' };
    const items: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    if (items.length === 0) return { kind: 'invalid', reason: 'empty frame' };
    if (items.length > MAX_MESSAGES_PER_FRAME)
      return { kind: 'invalid', reason: 'too many messages in one frame' };
    for (const item of items) {
      const { type, channel, ...body } = envelope.parse(item);
      if (!isMessageType(type)) {
        if (from === 'server') continue;
        return { kind: 'invalid', reason: `unknown message type ${type}` };
      }
      const sender = MESSAGES[type].from;
      if (sender !== from && sender !== 'both')
        return { kind: 'invalid', reason: `${type} is not for a ${from} to send` };
      const schema: z.ZodMiniType = jsonBodies[type];
      const result = schema.safeParse(body);
      if (!result.success) {
        const unaccepted =
          type === 'command' ? unacceptedCommand({ channel, body }, result.error) : null;
        if (unaccepted === null) throw result.error;
        messages.push(unaccepted);
        continue;
      }
      const message = { type, channel, ...(result.data as object) } as Message;
      const isLarge =
        message.type === 'awareness' && message.update.byteLength > MAX_AWARENESS_BYTES;
      if (isLarge && from === 'client') return { kind: 'invalid', reason: 'awareness too large' };
      messages.push(message);
    }
  } catch (error) {
    return { kind: 'invalid', reason: describe(error) };
  }
  return { kind: 'ok', messages };
}

function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(MESSAGES, type);
}

function describe(error: unknown): string {
  if (error instanceof z.core.$ZodError) {
    const issue = error.issues[0];
    if (issue === undefined) return 'does not fit';
    return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
  }
  return 'not JSON';
}

function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner) => deeperThan(inner, depth - 1));
}

function split(
  encoded: string,
  { channel, maxBytes }: { channel: number; maxBytes: number },
): readonly string[] {
  const bytes = encodeUtf8(encoded);
  if (bytes.byteLength <= maxBytes) return [encoded];
  const slice = Math.floor(((maxBytes - FRAGMENT_OVERHEAD_BYTES) * 3) / 4);
  const frames: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += slice) {
    const last = at + slice >= bytes.byteLength;
    frames.push(encode({ type: 'fragment', channel, last, bytes: bytes.subarray(at, at + slice) }));
  }
  return frames;
}

const FRAGMENT_OVERHEAD_BYTES = 128;
