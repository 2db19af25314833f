/**
 * A frame for any number of connections, encoded once for each kind of transport: in a fan-out, a connection
 * costs one write of shared bytes.
 */
import { encodePart, MAX_MESSAGES_PER_FRAME } from '@tandem/protocol';
import { TRANSPORT } from '../limits.ts';

export type Data = Uint8Array | string;

/** Joins messages into a frame; null where each message is a frame. */
export type Join = ((parts: readonly Data[]) => Data) | null;

/** Up to this size the payload is copied behind its header: a copy costs less than a second write. */
const MAX_ONE_PIECE_BYTES = 16 * 1024;

const BINARY = 0x82;
const TEXT = 0x81;

export class Frame {
  readonly data: Data;
  #webSocket: readonly Buffer[] | null = null;
  #part: Uint8Array | null = null;

  constructor(data: Data) {
    this.data = data;
  }

  /** A server's WebSocket frame: unfragmented and unmasked. RFC 6455, section 5.2. */
  get webSocket(): readonly Buffer[] {
    return (this.#webSocket ??= webSocketFrame(this.data));
  }

  get part(): Uint8Array {
    return (this.#part ??= encodePart({ kind: 'frame', data: bytesOf(this.data) }));
  }
}

/** Makes frames, and reuses the last one: the connections of a room are flushed in a row with the same messages. */
export class FrameMaker {
  #parts: readonly Data[] = [];
  #frame = new Frame('');

  make(parts: readonly Data[], join: Join): Frame {
    if (isSame(parts, this.#parts)) return this.#frame;
    const [first = ''] = parts;
    this.#parts = parts;
    this.#frame = new Frame(parts.length === 1 || join === null ? first : join(parts));
    return this.#frame;
  }

  forget(): void {
    this.#parts = [];
    this.#frame = new Frame('');
  }
}

export function groupsOf(parts: readonly Data[], isJoined: boolean): readonly (readonly Data[])[] {
  const groups: (readonly Data[])[] = [];
  let first = 0;
  let bytes = 0;
  for (let at = 0; at < parts.length; at++) {
    const size = (parts[at] as Data).length;
    const isFull = bytes + size > TRANSPORT.maxJoinedBytes || at - first === MAX_MESSAGES_PER_FRAME;
    if (at > first && (!isJoined || isFull)) {
      groups.push(parts.slice(first, at));
      first = at;
      bytes = 0;
    }
    bytes += size;
  }
  groups.push(first === 0 ? parts : parts.slice(first));
  return groups;
}

/** Compares by identity, which implies the same codec: no two codecs encode into one object. */
function isSame(parts: readonly Data[], others: readonly Data[]): boolean {
  if (parts.length !== others.length) return false;
  for (let at = 0; at < parts.length; at++) if (parts[at] !== others[at]) return false;
  return true;
}

function bytesOf(data: Data): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

function webSocketFrame(data: Data): readonly Buffer[] {
  const payload = bytesOf(data);
  const { byteLength } = payload;
  const extended = byteLength < 126 ? 0 : byteLength < 65_536 ? 2 : 8;
  const isOnePiece = byteLength <= MAX_ONE_PIECE_BYTES;
  const buffer = Buffer.allocUnsafeSlow(2 + extended + (isOnePiece ? byteLength : 0));
  buffer[0] = typeof data === 'string' ? TEXT : BINARY;
  if (extended === 0) buffer[1] = byteLength;
  else if (extended === 2) {
    buffer[1] = 126;
    buffer.writeUInt16BE(byteLength, 2);
  } else {
    buffer[1] = 127;
    buffer.writeUIntBE(0, 2, 2);
    buffer.writeUIntBE(byteLength, 4, 6);
  }
  if (!isOnePiece) return [buffer, Buffer.from(payload.buffer, payload.byteOffset, byteLength)];
  buffer.set(payload, 2 + extended);
  return [buffer];
}
