/** Sends frames in one endless HTTP response; the transport ends with it (T4). */
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

  get bufferedBytes(): number {
    return this.#answer.writableLength;
  }

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
    this.#finish(this.closePart(code, reason));
  }

  override terminate(): void {
    this.#answer.destroy();
    super.terminate();
  }

  protected release(): void {
    this.#finish();
  }

  /** Ends the response properly: an aborted one is an error to a client that still reads. */
  #finish(last?: Uint8Array): void {
    if (this.#answer.writableEnded) return;
    this.#answer.end(last);
    // A client that does not read would keep the response open.
    setTimeout(() => this.#answer.destroy(), TRANSPORT.closeTimeoutMs).unref();
  }
}
