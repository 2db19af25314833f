/**
 * Reads the primitives of lib0's encoding with every bound checked. Unlike lib0, the cursor accepts
 * only the shortest encoding of a number, which is the one all encoders write.
 */

import { CONTENT } from './limits.ts';
import { utf16Length } from './utf8.ts';

export type MalformedReason =
  | 'truncated'
  | 'varint'
  | 'clock-range'
  | 'zero-length'
  | 'count'
  | 'text'
  | 'json'
  | 'value-type'
  | 'value-depth'
  | 'forbidden-key'
  | 'struct-kind'
  | 'parent-info'
  | 'type-kind'
  | 'subdocument'
  | 'client-order'
  | 'duplicate-deletes'
  | 'self-reference'
  | 'unsorted-deletes'
  | 'root-names'
  | 'trailing-bytes';

/** Thrown inside the scanner only; `scanUpdate` converts it to a result. */
export class Malformed extends Error {
  readonly reason: MalformedReason;
  readonly at: number;

  constructor(reason: MalformedReason, at: number) {
    super(reason);
    this.reason = reason;
    this.at = at;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteCursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** @throws Malformed, like all methods below. */
  byte(): number {
    if (this.at >= this.bytes.length) throw new Malformed('truncated', this.at);
    return this.bytes[this.at++]!;
  }

  uint(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#continue(first & 0x7f, 0x80);
  }

  /** Skips a signed number: its first byte has one bit for the sign. */
  int(): void {
    const first = this.byte();
    if (first >= 0x80) this.#continue(first & 0x3f, 0x40);
  }

  #continue(low: number, unit: number): number {
    const start = this.at - 1;
    let value = low;
    for (let scale = unit; ; scale *= 128) {
      const byte = this.byte();
      // 2^49 is the last scale with bits below 2^53; a last byte of zero is padding.
      if (scale > 2 ** 49 || byte === 0) throw new Malformed('varint', start);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new Malformed('varint', start);
    return value;
  }

  clock(): number {
    const at = this.at;
    const clock = this.uint();
    if (clock > CONTENT.maxClock) throw new Malformed('clock-range', at);
    return clock;
  }

  length(): number {
    const at = this.at;
    const length = this.clock();
    if (length === 0) throw new Malformed('zero-length', at);
    return length;
  }

  /** A count of elements of at least `bytesEach`: at most what the remaining bytes can contain. */
  count(bytesEach: number): number {
    const at = this.at;
    const count = this.uint();
    if (count * bytesEach > this.left) throw new Malformed('count', at);
    return count;
  }

  skip(length: number): void {
    if (length > this.left) throw new Malformed('truncated', this.at);
    this.at += length;
  }

  text(): number {
    const length = this.uint();
    const from = this.at;
    this.skip(length);
    const units = utf16Length(this.bytes, from, this.at);
    if (units < 0) throw new Malformed('text', from);
    return units;
  }

  /** Skips a key. `__proto__` is refused because it would set a prototype. */
  key(): void {
    const at = this.at;
    const units = this.text();
    if (isForbiddenKey(this.bytes, this.at - units, this.at))
      throw new Malformed('forbidden-key', at);
  }

  keyText(): string {
    const start = this.at;
    this.uint();
    const from = this.at;
    this.at = start;
    this.key();
    return decoder.decode(this.bytes.subarray(from, this.at));
  }
}

const FORBIDDEN_KEY = new TextEncoder().encode('__proto__');

export function isForbiddenKey(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === FORBIDDEN_KEY.length && FORBIDDEN_KEY.every((byte, i) => byte === bytes[from + i])
  );
}
