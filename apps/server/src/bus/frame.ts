/**
 * What travels between nodes: `byte(version) byte(kind) string(node) string(boot)`, then the fields of the kind, and the
 * payload last. Strings and numbers are encoded as by lib0. Another version may differ from the second byte on: BU4.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { NodeIdentity } from './bus.ts';

const FRAME_VERSION = 1;

export const REPLY_KINDS = ['answered', 'failed', 'unsupported', 'busy'] as const;
export type ReplyKind = (typeof REPLY_KINDS)[number];

const KINDS = ['message', 'mail', 'request', 'reply', 'heartbeat', 'leaving', 'echo'] as const;

interface FromNode {
  readonly from: NodeIdentity;
}

export interface RequestFrame extends FromNode {
  readonly kind: 'request';
  readonly id: number;
  readonly service: string;
  readonly payload: Uint8Array;
}

export interface ReplyFrame extends FromNode {
  readonly kind: 'reply';
  readonly id: number;
  readonly toBoot: string;
  readonly outcome: ReplyKind;
  readonly payload: Uint8Array;
}

export interface HeartbeatFrame extends FromNode {
  readonly kind: 'heartbeat';
  readonly startedAtMs: number;
  /** False when this node's other bus, which carries topics, does not work. */
  readonly hasTopics: boolean;
  /** Asks the others to say at once that they live. */
  readonly wantsReply: boolean;
}

export type Frame =
  | (FromNode & { readonly kind: 'message'; readonly payload: Uint8Array })
  | (FromNode & { readonly kind: 'mail'; readonly service: string; readonly payload: Uint8Array })
  | RequestFrame
  | ReplyFrame
  | HeartbeatFrame
  | (FromNode & { readonly kind: 'leaving' })
  /** In the sender's monotonic milliseconds. */
  | (FromNode & { readonly kind: 'echo'; readonly sentMs: number });

export function encodeFrame(frame: Frame): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, FRAME_VERSION);
  encoding.writeUint8(encoder, KINDS.indexOf(frame.kind));
  encoding.writeVarString(encoder, frame.from.node);
  encoding.writeVarString(encoder, frame.from.boot);
  switch (frame.kind) {
    case 'message':
      break;
    case 'mail':
      encoding.writeVarString(encoder, frame.service);
      break;
    case 'request':
      encoding.writeVarUint(encoder, frame.id);
      encoding.writeVarString(encoder, frame.service);
      break;
    case 'reply':
      encoding.writeVarUint(encoder, frame.id);
      encoding.writeVarString(encoder, frame.toBoot);
      encoding.writeUint8(encoder, REPLY_KINDS.indexOf(frame.outcome));
      break;
    case 'heartbeat':
      encoding.writeVarUint(encoder, frame.startedAtMs);
      encoding.writeUint8(encoder, (frame.hasTopics ? 1 : 0) | (frame.wantsReply ? 2 : 0));
      break;
    case 'leaving':
      break;
    case 'echo':
      encoding.writeFloat64(encoder, frame.sentMs);
      break;
  }
  if ('payload' in frame) encoding.writeUint8Array(encoder, frame.payload);
  return encoding.toUint8Array(encoder);
}

/** Null for another version, and for bytes that are no frame. */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  if (bytes[0] !== FRAME_VERSION) return null;
  try {
    return decodeBody(decoding.createDecoder(bytes.subarray(1)));
  } catch {
    // Too short, or no UTF-8.
    return null;
  }
}

function decodeBody(decoder: decoding.Decoder): Frame | null {
  const kind = KINDS[decoding.readUint8(decoder)];
  if (kind === undefined) return null;
  const from = { node: decoding.readVarString(decoder), boot: decoding.readVarString(decoder) };
  switch (kind) {
    case 'message':
      return { kind, from, payload: rest(decoder) };
    case 'mail':
      return { kind, from, service: decoding.readVarString(decoder), payload: rest(decoder) };
    case 'request':
      return {
        kind,
        from,
        id: decoding.readVarUint(decoder),
        service: decoding.readVarString(decoder),
        payload: rest(decoder),
      };
    case 'reply':
      return {
        kind,
        from,
        id: decoding.readVarUint(decoder),
        toBoot: decoding.readVarString(decoder),
        outcome: REPLY_KINDS[decoding.readUint8(decoder)] ?? 'failed',
        payload: rest(decoder),
      };
    case 'heartbeat': {
      const startedAtMs = decoding.readVarUint(decoder);
      const flags = decoding.readUint8(decoder);
      const [hasTopics, wantsReply] = [(flags & 1) !== 0, (flags & 2) !== 0];
      return { kind, from, startedAtMs, hasTopics, wantsReply };
    }
    case 'leaving':
      return { kind, from };
    case 'echo':
      return { kind, from, sentMs: decoding.readFloat64(decoder) };
  }
}

function rest(decoder: decoding.Decoder): Uint8Array {
  return decoding.readTailAsUint8Array(decoder);
}
