/**
 * One direction of a connection over a slow line: bytes arrive late and in order, after the line
 * has opened.
 */

import type { Socket } from 'node:net';

interface Chunk {
  readonly data: Buffer;
  readonly dueAt: number;
}

export class DelayLine {
  readonly #socket: Socket;
  readonly #chunks: Chunk[] = [];
  #timer: NodeJS.Timeout | undefined;
  #state: 'open' | 'paused' = 'open';
  #isEnding = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(data: Buffer, latencyMs: number): void {
    this.#chunks.push({ data, dueAt: performance.now() + latencyMs });
    this.#flush();
  }

  pause(): void {
    this.#state = 'paused';
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.#state = 'open';
    this.#flush();
  }

  end(): void {
    this.#isEnding = true;
    if (this.#state === 'paused') this.destroy();
    else this.#flush();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#chunks.length = 0;
    this.#socket.destroy();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'paused') return;
    for (let next = this.#chunks[0]; next !== undefined; next = this.#chunks[0]) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flush(), waitMs);
        return;
      }
      this.#chunks.shift();
      this.#socket.write(next.data);
    }
    if (this.#isEnding) this.destroy();
  }
}
