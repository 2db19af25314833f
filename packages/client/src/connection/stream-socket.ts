/** A socket that receives through one endless HTTP response. */
import type { LongPollSlot } from './long-poll-slots.ts';
import { HttpSocket, type HttpSocketOptions } from './http-socket.ts';

export class StreamSocket extends HttpSocket {
  readonly #held: LongPollSlot;

  constructor(options: HttpSocketOptions, held: LongPollSlot) {
    super(options);
    this.#held = held;
  }

  protected override async run(opening: Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await this.requests.open('stream', opening);
    if (!this.opened(response)) return;
    const source = response.body?.getReader();
    const reader = this.reader();
    while (source !== undefined && !this.isClosed) {
      const { done, value } = await source.read();
      if (done) break;
      this.take(reader.push(value));
    }
    this.fail();
  }

  protected override arrived(): void {}

  protected override release(): void {
    this.#held.release();
  }
}
