/**
 * Minimal WebSocket framing (RFC 6455, section 5): a load client must cost less than the server
 * under load.
 */

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;

export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extended + MASK_BYTES + length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(payload, 2 + extended + MASK_BYTES);
  return frame;
}

/** Splits a server's bytes into frames. A payload is valid only during its callback. */
export class FrameReader {
  readonly #onFrame: (opcode: number, payload: Buffer) => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #neededBytes = 0;

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @param chunk may be overwritten afterwards. */
  read(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#waitingBytes > 0) {
      this.#waiting.push(Buffer.from(chunk));
      this.#waitingBytes += chunk.length;
      if (this.#waitingBytes < this.#neededBytes) return;
      bytes = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
    }
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      if (left < 2) return this.#keep(bytes, { at, needed: 2 });
      const short = (bytes[at + 1] as number) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (left < header) return this.#keep(bytes, { at, needed: header });
      const length =
        short < 126
          ? short
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2));
      if (left < header + length) return this.#keep(bytes, { at, needed: header + length });
      const first = bytes[at] as number;
      if ((first & FINAL) === 0) throw new Error('none of these servers cuts its messages');
      at += header + length;
      this.#onFrame(first & 0x0f, bytes.subarray(at - length, at));
    }
  }

  #keep(bytes: Buffer, { at, needed }: { readonly at: number; readonly needed: number }): void {
    if (at === bytes.length) return;
    this.#waiting = [Buffer.from(bytes.subarray(at))];
    this.#waitingBytes = bytes.length - at;
    this.#neededBytes = needed;
  }
}
