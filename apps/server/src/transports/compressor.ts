/**
 * `permessage-deflate` for large frames, RFC 7692. Without context takeover a compressed message depends on nothing
 * before it, so a frame is compressed once for all connections, and small messages gain nothing.
 */
import { constants, deflateRaw, type ZlibOptions } from 'node:zlib';
import { COMPRESSION } from '../limits.ts';
import type { Frame } from './frame.ts';

/** The end of a flushed stream, which RFC 7692 leaves out. */
const TAIL_BYTES = 4;

const OPTIONS: ZlibOptions = {
  level: COMPRESSION.level,
  finishFlush: constants.Z_SYNC_FLUSH,
};

export class Compressor {
  readonly #thresholdBytes: number;
  readonly #waiting: (() => void)[] = [];
  #waitingBytes = 0;
  #running = 0;

  constructor(thresholdBytes: number) {
    this.#thresholdBytes = thresholdBytes;
  }

  isForCompression({ data }: Frame): boolean {
    return data.length >= this.#thresholdBytes;
  }

  /**
   * @returns null where the frame is sent as it is: it is small, or too much waits already. Resolves to null where
   *   compression makes it no smaller.
   */
  compress(frame: Frame): Promise<readonly Buffer[] | null> | null {
    if (!this.isForCompression(frame)) return null;
    if (frame.deflated === null && this.#waitingBytes > COMPRESSION.maxQueuedBytes) return null;
    return (frame.deflated ??= frame.deflate((payload) => this.#deflate(payload)));
  }

  async #deflate(payload: Uint8Array): Promise<Buffer> {
    this.#waitingBytes += payload.byteLength;
    if (this.#running >= COMPRESSION.maxConcurrent)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await deflated(payload);
    } finally {
      this.#waitingBytes -= payload.byteLength;
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

function deflated(payload: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(payload, OPTIONS, (error, result) => {
      if (error !== null) reject(error);
      else resolve(result.subarray(0, -TAIL_BYTES));
    });
  });
}
