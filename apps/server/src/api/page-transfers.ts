/**
 * Public pages on their way to readers. All readers of a page share its bytes. A reader who hardly reads, or whose page was
 * taken off meanwhile, is left; so is the one who began first, while more bytes are on their way than the node may hold.
 */
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { TransferWatch } from '../files/transfer-watch.ts';
import { abandonAnswer } from '../http/abandoned-answer.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';

interface PageTransfer {
  readonly bytes: Uint8Array;
  /** Whether the page may still be read (PB6). */
  readonly isAllowed: () => Promise<boolean>;
}

interface Running {
  readonly answer: ServerResponse;
  readonly bytes: number;
  readonly watch: TransferWatch;
}

export class PageTransfers {
  readonly #clock: Clock;
  /** Those that began first come first. */
  readonly #running = new Set<Running>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param answer whose head was written. */
  send(answer: ServerResponse, { bytes, isAllowed }: PageTransfer): void {
    const watch = new TransferWatch({ isAllowed, clock: this.#clock });
    const running: Running = { answer, bytes: bytes.length, watch };
    this.#running.add(running);
    this.#bytes += running.bytes;
    watch.signal.addEventListener('abort', () => this.#abandon(running));
    watch.start();
    pipeline(Readable.from(chunksOf(bytes, watch)), answer, () => this.#forget(running));
    for (const first of this.#running) {
      if (this.#bytes <= PUBLIC_PAGES.maxBytesInFlight) break;
      this.#abandon(first);
    }
  }

  #abandon(running: Running): void {
    this.#forget(running);
    abandonAnswer(running.answer);
  }

  #forget(running: Running): void {
    running.watch[Symbol.dispose]();
    if (this.#running.delete(running)) this.#bytes -= running.bytes;
  }
}

/** The next chunk is asked for once the one before has left. */
function* chunksOf(bytes: Uint8Array, watch: TransferWatch): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PUBLIC_PAGES.chunkBytes) {
    const chunk = bytes.subarray(at, at + PUBLIC_PAGES.chunkBytes);
    yield chunk;
    watch.moved(chunk.length);
  }
}
