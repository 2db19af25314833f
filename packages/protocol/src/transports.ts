/**
 * What carries a conversation where a WebSocket does not open: the same frames in HTTP bodies. Rules T1–T12
 * of PROTOCOL.md.
 *
 *     body := part*        part := kind length bytes[length]
 *
 * `kind` is one byte, `length` a varuint.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** Best first; each is for networks that do not let the one before it through. */
export const TRANSPORTS = ['websocket', 'stream', 'poll'] as const;
export type TransportKind = (typeof TRANSPORTS)[number];

/** Where each request goes. All are POST: nothing on the way may keep or repeat an answer. */
export const TRANSPORT_PATHS = {
  /** Opens a transport whose answer does not end: frames to the client. */
  stream: '/sync/stream',
  /** Opens a transport, or asks for the next frames. */
  poll: '/sync/poll',
  /** Frames to the server. */
  send: '/sync/send',
  /** The client leaves. */
  close: '/sync/close',
} as const;

export const TRANSPORT_HEADERS = {
  /** Request: the subprotocol, when opening. */
  protocol: 'Tandem-Protocol',
  /** Answer to an opening, and every later request: the secret that names the transport. */
  transport: 'Tandem-Transport',
  /** The number of a `send`, from 1; the number of the frames in the answer to a `poll`, from 1. */
  sequence: 'Tandem-Sequence',
  /** Request of a `poll`: the number of the newest answer that arrived. */
  received: 'Tandem-Received',
  /** Request of a `poll`: how long it may be held, in milliseconds. */
  hold: 'Tandem-Hold',
  /** Request of a `close`: the close code. */
  close: 'Tandem-Close',
} as const;

/** A WebSocket that is not open after this long is taken for blocked; so is a stream without a first frame. */
export const TRANSPORT_OPEN_TIMEOUT_MS = 4_000;
/** How long a client begins with the transport that worked, before it begins with a WebSocket again. */
export const TRANSPORT_REMEMBERED_MS = 600_000;
/** While on another transport, a WebSocket is tried after this long, then twice as long each time up to the cap. */
export const WEBSOCKET_RETRY_FIRST_MS = 30_000;
export const WEBSOCKET_RETRY_CAP_MS = 600_000;

/** A poll without news is answered after this long. */
export const POLL_HOLD_MS = 25_000;
/** A transport that nobody polls for this long is lost. It must outlast the pause of a client that may not hold. */
export const POLL_GONE_MS = 30_000;
/** What one answer to a poll brings, unless a single frame is larger. */
export const MAX_POLL_BYTES = 256 * 1024;
/**
 * The body of a `send`, and a frame within it. It holds a part of 64 KiB, which is what a message must go on by,
 * and not much more: it has to arrive before the server, or something on the way, gives it up.
 */
export const MAX_SEND_BYTES = 72 * 1024;
/** An opening brings what may come before `hello`, and the header of its parts. */
export const MAX_OPENING_BYTES = 64 * 1024 + 64;

/**
 * Requests that one browser keeps waiting for this server, over all tabs. Without HTTP/2 it has six
 * connections for an origin; three stay free for pages, files and what is sent.
 */
export const MAX_LONG_POLLS = 3;
/** A tab beyond that asks at these intervals instead. */
export const BRIEF_POLL_VISIBLE_MS = 1_500;
export const BRIEF_POLL_HIDDEN_MS = 10_000;

const DATA = 1;
const CLOSE = 2;

export type TransportPart =
  /** One frame of the codec: bytes as they are, text in UTF-8. */
  | { readonly kind: 'frame'; readonly data: Uint8Array }
  /** The last part: as the close of a WebSocket. */
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

/** Takes a body apart as it arrives, in pieces that are cut anywhere. */
export class PartReader {
  readonly #maxBytes: number;
  /** Bytes of the part that has begun; until they are there nothing is looked at. */
  #awaited = 0;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** @param maxBytes of one part. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether nothing waits for its end. */
  get isAtEnd(): boolean {
    return this.#bytes === 0;
  }

  /**
   * The parts that `piece` completes.
   *
   * @throws Error on what is not a part, or on one that is larger than allowed.
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
    // A copy: what was cut off would keep all of it in memory.
    const left = all.slice(at);
    this.#bytes = left.byteLength;
    this.#pieces = left.byteLength === 0 ? [] : [left];
    return parts;
  }
}

/** Null while it is not all there. */
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
