/** A response of server-sent events. It starts with the first frame; before that it can still be an error status. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorOf, FEED_TYPE, TRANSPORT_CLOSE_CODES, type ErrorBody } from '@tandem/protocol';
import { TRANSPORT } from '../../limits.ts';
import type { Frame } from '../../transports/frame.ts';
import { ANSWER_HEADERS, refuse } from '../../transports/http-answer.ts';
import type { Transport, TransportOwner } from '../../transports/transport.ts';

export class FeedTransport implements Transport {
  readonly kind = 'feed';
  readonly #answer: ServerResponse;
  #closeCode: number = TRANSPORT_CLOSE_CODES.abnormal;

  constructor(answer: ServerResponse) {
    this.#answer = answer;
  }

  get bufferedBytes(): number {
    return this.#answer.writableLength;
  }

  open(owner: TransportOwner, request: IncomingMessage): void {
    this.#answer.on('close', () => owner.onClosed(this.#closeCode));
    owner.receive(Buffer.from(request.url ?? ''), false);
  }

  write(frames: readonly Frame[]): void {
    const answer = this.#answer;
    if (answer.writableEnded || answer.destroyed) return;
    if (!answer.headersSent)
      answer.writeHead(200, { ...ANSWER_HEADERS, 'Content-Type': FEED_TYPE });
    answer.cork();
    for (const { data } of frames) answer.write(data);
    answer.uncork();
  }

  refuse({ code, message, retryAfterMs }: ErrorBody): void {
    const retryAfterS = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000);
    refuse(this.#answer, code, message, retryAfterS);
  }

  close(code: number): void {
    this.#closeCode = code;
    if (!this.#answer.headersSent) this.refuse(errorOf('overloaded'));
    else this.#answer.end();
    // A reader that does not read would keep the response open.
    setTimeout(() => this.terminate(), TRANSPORT.closeTimeoutMs).unref();
  }

  terminate(): void {
    if (!this.#answer.writableFinished) this.#answer.destroy();
  }

  pause(): void {
    // Readers send nothing.
  }

  resume(): void {
    // Readers send nothing.
  }

  ping(): void {
    // HTTP has no ping.
  }
}
