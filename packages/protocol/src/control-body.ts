/**
 * MessagePack bodies of control messages. A decoder may allocate as many array elements as a
 * five-byte header claims, so one pass without allocation validates the structure first: counts
 * against the bytes left, depth, no extension types.
 */
import { pack, unpack } from '#message-pack';
import { MAX_CONTROL_BYTES, MAX_CONTROL_DEPTH } from './limits.ts';

/** A body that no receiver would accept. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';
}

/** @throws MessageTooLargeError above `MAX_CONTROL_BYTES.server`, the larger of both limits. */
export function encodeControl(body: object): Uint8Array {
  const bytes = pack(body);
  if (bytes.byteLength > MAX_CONTROL_BYTES.server)
    throw new MessageTooLargeError(`a control body of ${bytes.byteLength} bytes`);
  return bytes;
}

/** @throws Error unless `bytes` is a safe MessagePack value of at most `maxBytes`. */
export function decodeControl(bytes: Uint8Array, maxBytes: number): unknown {
  if (bytes.byteLength > maxBytes) throw new Error('control body too large');
  if (skipValue(bytes, 0, 0) !== bytes.byteLength) throw new Error('bytes after the control body');
  return unpack(bytes);
}

function skipValue(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > MAX_CONTROL_DEPTH) throw new Error('control body too deep');
  const tag = byteAt(bytes, at);
  if (tag <= 0x7f || tag >= 0xe0) return at + 1;
  if (tag <= 0x8f) return skipValues(bytes, at + 1, { count: (tag & 0x0f) * 2, depth });
  if (tag <= 0x9f) return skipValues(bytes, at + 1, { count: tag & 0x0f, depth });
  if (tag <= 0xbf) return skipBytes(bytes, at + 1, tag & 0x1f);
  switch (tag) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return at + 1;
    case 0xc4:
    case 0xd9:
      return skipBytes(bytes, at + 2, uint(bytes, at + 1, 1));
    case 0xc5:
    case 0xda:
      return skipBytes(bytes, at + 3, uint(bytes, at + 1, 2));
    case 0xc6:
    case 0xdb:
      return skipBytes(bytes, at + 5, uint(bytes, at + 1, 4));
    case 0xca:
    case 0xce:
    case 0xd2:
      return skipBytes(bytes, at + 1, 4);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return skipBytes(bytes, at + 1, 8);
    case 0xcc:
    case 0xd0:
      return skipBytes(bytes, at + 1, 1);
    case 0xcd:
    case 0xd1:
      return skipBytes(bytes, at + 1, 2);
    case 0xdc:
      return skipValues(bytes, at + 3, { count: uint(bytes, at + 1, 2), depth });
    case 0xdd:
      return skipValues(bytes, at + 5, { count: uint(bytes, at + 1, 4), depth });
    case 0xde:
      return skipValues(bytes, at + 3, { count: uint(bytes, at + 1, 2) * 2, depth });
    case 0xdf:
      return skipValues(bytes, at + 5, { count: uint(bytes, at + 1, 4) * 2, depth });
    default:
      throw new Error('extension types are not used');
  }
}

function skipValues(
  bytes: Uint8Array,
  at: number,
  { count, depth }: { count: number; depth: number },
): number {
  if (count > bytes.byteLength - at) throw new Error('more elements than bytes');
  let next = at;
  for (let i = 0; i < count; i++) next = skipValue(bytes, next, depth + 1);
  return next;
}

function skipBytes(bytes: Uint8Array, at: number, length: number): number {
  if (length > bytes.byteLength - at) throw new Error('control body cut short');
  return at + length;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('control body cut short');
  return byte;
}

function uint(bytes: Uint8Array, at: number, width: 1 | 2 | 4): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + byteAt(bytes, at + i);
  return value;
}
