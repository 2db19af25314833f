/**
 * Checks the values inside an update, lib0's Any and JSON as `JSON.parse` accepts it, without building
 * them. Besides values that do not decode, the check refuses nesting that would overflow a recursive
 * writer, `__proto__` as a key, and numbers that JSON reads as infinite and writes as null.
 */

import { Malformed, isForbiddenKey, type ByteCursor } from './byte-cursor.ts';
import { CONTENT } from './limits.ts';

/** @throws Malformed */
export function skipAny(cursor: ByteCursor, depth = 0): void {
  const at = cursor.at;
  switch (cursor.byte()) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return;
    case 125:
      cursor.int();
      return;
    case 124: // float32
      cursor.skip(4);
      return;
    case 123: // float64
    case 122: // bigint
      cursor.skip(8);
      return;
    case 119:
      cursor.text();
      return;
    case 118: {
      if (depth === CONTENT.maxValueDepth) throw new Malformed('value-depth', at);
      for (let left = cursor.count(2); left > 0; left--) {
        cursor.key();
        skipAny(cursor, depth + 1);
      }
      return;
    }
    case 117: {
      if (depth === CONTENT.maxValueDepth) throw new Malformed('value-depth', at);
      for (let left = cursor.count(1); left > 0; left--) skipAny(cursor, depth + 1);
      return;
    }
    case 116: // bytes
      cursor.skip(cursor.uint());
      return;
    default:
      throw new Malformed('value-type', at);
  }
}

/** @throws Malformed */
export function skipJson(cursor: ByteCursor): void {
  const start = cursor.at;
  const length = cursor.uint();
  const from = cursor.at;
  cursor.at = start;
  cursor.text();
  new JsonText(cursor.bytes, from, from + length).skip();
}

/** ContentJSON is the only content that may contain the word `undefined`. @throws Malformed */
export function skipJsonOrUndefined(cursor: ByteCursor): void {
  if (
    cursor.bytes[cursor.at] === UNDEFINED.length &&
    startsWith(cursor.bytes, cursor.at + 1, UNDEFINED)
  ) {
    cursor.skip(1 + UNDEFINED.length);
  } else {
    skipJson(cursor);
  }
}

const encoder = new TextEncoder();
const UNDEFINED = encoder.encode('undefined');
const WORDS = ['true', 'false', 'null'].map((word) => encoder.encode(word));
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const E = 0x65;
const U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const ESCAPABLE = new Set(encoder.encode('"\\/bfnrt'));
/** A number without an exponent may be infinite beyond this length. */
const MAX_PLAIN_DIGITS = 300;

class JsonText {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
  }

  skip(): void {
    this.#value(0);
    if (this.#at !== this.#end) throw this.#malformed();
  }

  #value(depth: number): void {
    this.#space();
    switch (this.#peek()) {
      case OPEN_OBJECT:
        this.#members(depth, CLOSE_OBJECT);
        break;
      case OPEN_ARRAY:
        this.#members(depth, CLOSE_ARRAY);
        break;
      case QUOTE:
        this.#string();
        break;
      default:
        if (!this.#word()) this.#number();
    }
    this.#space();
  }

  #members(depth: number, close: number): void {
    if (depth === CONTENT.maxValueDepth) throw new Malformed('value-depth', this.#at);
    this.#at++;
    this.#space();
    if (this.#take(close)) return;
    do {
      if (close === CLOSE_OBJECT) this.#key();
      this.#value(depth + 1);
    } while (this.#take(COMMA));
    if (!this.#take(close)) throw this.#malformed();
  }

  #key(): void {
    this.#space();
    const from = this.#at;
    if (this.#peek() !== QUOTE) throw this.#malformed();
    const escaped = this.#string();
    const forbidden = escaped
      ? JSON.parse(decode(this.#bytes, from, this.#at)) === '__proto__'
      : isForbiddenKey(this.#bytes, from + 1, this.#at - 1);
    if (forbidden) throw new Malformed('forbidden-key', from);
    this.#space();
    if (!this.#take(COLON)) throw this.#malformed();
  }

  #string(): boolean {
    let escaped = false;
    this.#at++;
    for (;;) {
      const byte = this.#peek();
      if (byte < 0x20) throw this.#malformed();
      this.#at++;
      if (byte === QUOTE) return escaped;
      if (byte !== BACKSLASH) continue;
      escaped = true;
      const escape = this.#peek();
      this.#at++;
      if (escape === U) {
        for (let i = 0; i < 4; i++) if (!this.#hexDigit()) throw this.#malformed();
      } else if (!ESCAPABLE.has(escape)) {
        throw this.#malformed();
      }
    }
  }

  #hexDigit(): boolean {
    const byte = this.#peek();
    this.#at++;
    return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
  }

  #word(): boolean {
    const word = WORDS.find((bytes) => bytes[0] === this.#peek());
    if (word === undefined) return false;
    if (this.#at + word.length > this.#end || !startsWith(this.#bytes, this.#at, word))
      throw this.#malformed();
    this.#at += word.length;
    return true;
  }

  #number(): void {
    const from = this.#at;
    this.#take(MINUS);
    if (!this.#take(ZERO)) this.#digits();
    if (this.#take(DOT)) this.#digits();
    const exponent = (this.#peek() | 0x20) === E;
    if (exponent) {
      this.#at++;
      if (!this.#take(PLUS)) this.#take(MINUS);
      this.#digits();
    }
    if (!exponent && this.#at - from <= MAX_PLAIN_DIGITS) return;
    if (!Number.isFinite(Number(decode(this.#bytes, from, this.#at)))) throw this.#malformed();
  }

  #digits(): void {
    if (!isDigit(this.#peek())) throw this.#malformed();
    while (isDigit(this.#peek())) this.#at++;
  }

  #space(): void {
    for (
      let byte = this.#peek();
      byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
      byte = this.#peek()
    ) {
      if (byte === 0x0b || byte === 0x0c) return;
      this.#at++;
    }
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  #peek(): number {
    return this.#at < this.#end ? this.#bytes[this.#at]! : -1;
  }

  #malformed(): Malformed {
    return new Malformed('json', Math.min(this.#at, this.#end));
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  return word.every((byte, i) => byte === bytes[at + i]);
}

const decoder = new TextDecoder();

function decode(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}
