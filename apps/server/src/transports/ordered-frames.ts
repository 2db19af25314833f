/** Frames of one connection, some of them still being compressed: they are written in order. */
import type { Socket } from 'node:net';
import type { Compressor } from './compressor.ts';
import { writeFrame, type Frame } from './frame.ts';

interface WaitingFrame {
  readonly frame: Frame;
  readonly compressed: Promise<readonly Buffer[] | null> | null;
}

export class OrderedFrames {
  readonly #compressor: Compressor;
  readonly #stream: Socket;
  readonly #waiting: WaitingFrame[] = [];
  #waitingBytes = 0;
  #afterLast: (() => void) | null = null;

  constructor(compressor: Compressor, stream: Socket) {
    this.#compressor = compressor;
    this.#stream = stream;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether these frames may not be written directly. */
  isFor(frames: readonly Frame[]): boolean {
    return this.isWaiting || frames.some((frame) => this.#compressor.isForCompression(frame));
  }

  write(frames: readonly Frame[]): void {
    const isRunning = this.isWaiting;
    for (const frame of frames) {
      this.#waiting.push({ frame, compressed: this.#compressor.compress(frame) });
      this.#waitingBytes += frame.data.length;
    }
    if (!isRunning) void this.#run();
  }

  /** Runs once nothing waits, unless it is called again before. */
  afterLast(run: () => void): void {
    this.#afterLast = run;
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { frame, compressed } = next;
      const pieces = compressed === null ? null : await compressed;
      if (this.#stream.writable) writeFrame(this.#stream, pieces ?? frame.webSocket);
      this.#waiting.shift();
      this.#waitingBytes -= frame.data.length;
    }
    const afterLast = this.#afterLast;
    this.#afterLast = null;
    afterLast?.();
  }
}
