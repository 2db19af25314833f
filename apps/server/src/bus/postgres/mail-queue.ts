/** Mail that waits for the next statement, within limits: BU5, BU32. */
import { BUS_PENDING } from '../bus-limits.ts';

export interface MailBatch {
  readonly nodes: readonly string[];
  /** Of each frame in `bytes`, from 1. */
  readonly positions: readonly number[];
  readonly lengths: readonly number[];
  readonly bytes: Buffer;
}

const MAX_BATCH_MESSAGES = 1000;
const MAX_BATCH_BYTES = 1024 * 1024;

export class MailQueue {
  #mail: { readonly node: string; readonly frame: Uint8Array }[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#mail.length === 0;
  }

  push(node: string, frame: Uint8Array): boolean {
    const isFull =
      this.#mail.length >= BUS_PENDING.maxMessages ||
      this.#bytes + frame.byteLength > BUS_PENDING.maxBytes;
    if (isFull) return false;
    this.#mail.push({ node, frame });
    this.#bytes += frame.byteLength;
    return true;
  }

  /** Takes the oldest, at least one. */
  take(): MailBatch {
    let [count, size] = [0, 0];
    for (const { frame } of this.#mail) {
      const isEnough = count >= MAX_BATCH_MESSAGES || size + frame.byteLength > MAX_BATCH_BYTES;
      if (count > 0 && isEnough) break;
      count++;
      size += frame.byteLength;
    }
    const taken = this.#mail.slice(0, count);
    this.#mail = this.#mail.slice(count);
    this.#bytes -= size;
    let position = 1;
    const positions = taken.map(({ frame }) => {
      position += frame.byteLength;
      return position - frame.byteLength;
    });
    return {
      nodes: taken.map(({ node }) => node),
      positions,
      lengths: taken.map(({ frame }) => frame.byteLength),
      bytes: Buffer.concat(taken.map(({ frame }) => frame)),
    };
  }

  clear(): void {
    this.#mail = [];
    this.#bytes = 0;
  }
}
