/**
 * Fallback transports for networks that block WebSockets: the same frames in HTTP bodies. Rules
 * T1–T12 of PROTOCOL.md.
 *
 *     body := part*        part := kind length bytes[length]
 *
 * `kind` is one byte, `length` a varuint.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** Best first; each is for networks that block the one before it. */
export const TRANSPORTS = ['websocket', 'stream', 'poll'] as const;
export type TransportKind = (typeof TRANSPORTS)[number];

/** All are POST, so that no intermediary caches or repeats an answer. */
export const TRANSPORT_PATHS = {
  stream: '/sync/stream',
  poll: '/sync/poll',
  send: '/sync/send',
  close: '/sync/close',
} as const;

export const TRANSPORT_HEADERS = {
  /** Request: the subprotocol, when opening. */
  protocol: 'Tandem-Protocol',
  /** Answer to an opening, and every later request: the secret that identifies the transport. */
  transport: 'Tandem-Transport',
  /** The number of a `send`, or of the frames in the answer to a `poll`, each from 1. */
  sequence: 'Tandem-Sequence',
  /** Request of a `poll`: the number of the newest received answer. */
  received: 'Tandem-Received',
  /** Request of a `poll`: how long the server may hold it, in milliseconds. */
  hold: 'Tandem-Hold',
  close: 'Tandem-Close',
} as const;

/** A WebSocket not open after this long counts as blocked; so does a stream without a frame. */
export const TRANSPORT_OPEN_TIMEOUT_MS = 4_000;
export const TRANSPORT_REMEMBERED_MS = 600_000;
/** Delay of the first WebSocket attempt while on another transport; doubles up to the cap. */
export const WEBSOCKET_RETRY_FIRST_MS = 30_000;
export const WEBSOCKET_RETRY_CAP_MS = 600_000;

export const POLL_HOLD_MS = 25_000;
/** A transport without a poll for this long is closed. Longer than pauses between unheld polls. */
export const POLL_GONE_MS = 30_000;
export const MAX_POLL_BYTES = 256 * 1024;
/**
 * The body of a `send`, and a frame within it: one fragment of 64 KiB plus overhead. Small, because
 * the request must arrive before the server or an intermediary times out.
 */
export const MAX_SEND_BYTES = 72 * 1024;
export const MAX_OPENING_BYTES = 64 * 1024 + 64;

/**
 * Held requests of one browser to this server, over all tabs. Without HTTP/2 a browser has six
 * connections per origin; three stay free for pages, files and sends.
 */
export const MAX_LONG_POLLS = 3;
/** A tab beyond the limit polls at these intervals instead. */
export const BRIEF_POLL_VISIBLE_MS = 1_500;
export const BRIEF_POLL_HIDDEN_MS = 10_000;

const DATA = 1;
const CLOSE = 2;

export type TransportPart =
  | { readonly kind: 'frame'; readonly data: Uint8Array }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };

export function encodePart(part: TransportPart): Uint8Array {
  const encoder = encoding.createEncoder();
  if (part.kind === 'frame') {
    encoding.writeUint8(encoder, DATA);
    encoding.writeVarUint8Array(encoder, part.data);
  } else {
    const body = encoding.createEncoder();
    encoding.writeVarUint(body, part.code);
    encoding.writeVarString(body, part.reason);
    encoding.writeUint8(encoder, CLOSE);
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
  }
  return encoding.toUint8Array(encoder);
}

export class PartReader {
  readonly #maxBytes: number;
  #awaited = 0;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isAtEnd(): boolean {
    return this.#bytes === 0;
  }

  /**
   * Returns the parts that `piece` completes.
   *
   * @throws Error on an invalid part, or one larger than allowed.
   */
  push(piece: Uint8Array): TransportPart[] {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    if (this.#bytes < this.#awaited) return [];
    const all = concat(this.#pieces, this.#bytes);
    const parts: TransportPart[] = [];
    let at = 0;
    for (;;) {
      const header = readHeader(all.subarray(at));
      if (header === null) {
        this.#awaited = 0;
        break;
      }
      if (header.length > this.#maxBytes) throw new Error('a part is too large');
      const start = at + header.size;
      if (start + header.length > all.byteLength) {
        this.#awaited = header.size + header.length;
        break;
      }
      parts.push(decodeBody(header.kind, all.subarray(start, start + header.length)));
      at = start + header.length;
    }
    // A copy, because a slice would keep the whole buffer in memory.
    const left = all.slice(at);
    this.#bytes = left.byteLength;
    this.#pieces = left.byteLength === 0 ? [] : [left];
    return parts;
  }
}

function readHeader(
  bytes: Uint8Array,
): { readonly kind: number; readonly length: number; readonly size: number } | null {
  if (bytes.byteLength < 2) return null;
  let length = 0;
  for (let at = 1; at < bytes.byteLength; at++) {
    // Four bytes hold more than any part may.
    if (at > 4) throw new Error('a part is too large');
    const byte = bytes[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * (at - 1));
    if (byte < 0x80) return { kind: bytes[0] as number, length, size: at + 1 };
  }
  return null;
}

function decodeBody(kind: number, bytes: Uint8Array): TransportPart {
  if (kind === DATA) return { kind: 'frame', data: bytes };
  if (kind !== CLOSE) throw new Error(`unknown kind of part ${kind}`);
  const decoder = decoding.createDecoder(bytes);
  return {
    kind: 'close',
    code: decoding.readVarUint(decoder),
    reason: decoding.readVarString(decoder),
  };
}

function concat(pieces: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}
