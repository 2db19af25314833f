/**
 * A frame for any number of connections, encoded once for each kind of transport: in a fan-out, a connection
 * costs one write of shared bytes.
 */
import type { Writable } from 'node:stream';
import { encodePart, MAX_MESSAGES_PER_FRAME } from '@tandem/protocol';
import { TRANSPORT } from '../limits.ts';

export type Data = Uint8Array | string;

/** Joins messages into a frame; null where each message is a frame. */
export type Join = ((parts: readonly Data[]) => Data) | null;

/** Up to this size the payload is copied behind its header: a copy costs less than a second write. */
const MAX_ONE_PIECE_BYTES = 16 * 1024;

const BINARY = 0x82;
const TEXT = 0x81;
/** RSV1: compressed. RFC 7692, section 6. */
const COMPRESSED = 0x40;

export class Frame {
  readonly data: Data;
  #webSocket: readonly Buffer[] | null = null;
  #part: Uint8Array | null = null;
  /** Kept by `Compressor`. */
  deflated: Promise<readonly Buffer[] | null> | null = null;

  constructor(data: Data) {
    this.data = data;
  }

  /** A server's WebSocket frame: unfragmented and unmasked. RFC 6455, section 5.2. */
  get webSocket(): readonly Buffer[] {
    return (this.#webSocket ??= webSocketFrame(opcodeOf(this.data), bytesOf(this.data)));
  }

  /** @returns null where the compressed frame would not be smaller, or cannot be made. */
  async deflate(
    compress: (payload: Uint8Array) => Promise<Uint8Array>,
  ): Promise<readonly Buffer[] | null> {
    const payload = bytesOf(this.data);
    try {
      const compressed = await compress(payload);
      if (compressed.byteLength >= payload.byteLength) return null;
      return webSocketFrame(opcodeOf(this.data) | COMPRESSED, compressed);
    } catch {
      return null;
    }
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

function opcodeOf(data: Data): number {
  return typeof data === 'string' ? TEXT : BINARY;
}

export function writeFrame(stream: Writable, pieces: readonly Buffer[]): void {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) {
    stream.write(only);
    return;
  }
  stream.cork();
  for (const piece of pieces) stream.write(piece);
  stream.uncork();
}

function webSocketFrame(firstByte: number, payload: Uint8Array): readonly Buffer[] {
  const { byteLength } = payload;
  const extended = byteLength < 126 ? 0 : byteLength < 65_536 ? 2 : 8;
  const isOnePiece = byteLength <= MAX_ONE_PIECE_BYTES;
  const buffer = Buffer.allocUnsafeSlow(2 + extended + (isOnePiece ? byteLength : 0));
  buffer[0] = firstByte;
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
