/** Down in one answer that does not end. It is lost with that answer, as a WebSocket is with its connection. */
import type { ServerResponse } from 'node:http';
import { TRANSPORT_CLOSE_CODES, TRANSPORT_HEADERS } from '@tandem/protocol';
import { TRANSPORT } from '../limits.ts';
import type { Frame } from './frame.ts';
import { ANSWER_HEADERS, FRAMES_TYPE } from './http-answer.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';

export class StreamTransport extends HttpTransport {
  readonly kind = 'stream';
  readonly #answer: ServerResponse;
  #closeCode: number = TRANSPORT_CLOSE_CODES.abnormal;

  constructor(options: HttpTransportOptions, answer: ServerResponse) {
    super(options);
    this.#answer = answer;
  }

  get bufferedAmount(): number {
    return this.#answer.writableLength;
  }

  /** Begins the answer. */
  start(): void {
    this.#answer.writeHead(200, {
      ...ANSWER_HEADERS,
      'Content-Type': FRAMES_TYPE,
      [TRANSPORT_HEADERS.transport]: this.id,
    });
    this.#answer.flushHeaders();
    this.#answer.on('close', () => this.gone(this.#closeCode));
    this.#answer.on('error', () => this.terminate());
  }

  write(frames: readonly Frame[]): void {
    if (this.isGone || this.#answer.writableEnded) return;
    this.#answer.cork();
    for (const { part } of frames) this.#answer.write(part);
    this.#answer.uncork();
  }

  close(code: number, reason: string): void {
    if (this.isGone || this.#answer.writableEnded) return;
    this.#closeCode = code;
    this.#finish(this.goodbye(code, reason));
  }

  override terminate(): void {
    this.#answer.destroy();
    super.terminate();
  }

  protected release(): void {
    this.#finish();
  }

  /** In good order: an answer that is broken off is an error to whoever still reads it. */
  #finish(last?: Uint8Array): void {
    if (this.#answer.writableEnded) return;
    this.#answer.end(last);
    // One that does not read keeps its answer waiting.
    setTimeout(() => this.#answer.destroy(), TRANSPORT.closeTimeoutMs).unref();
  }
}
