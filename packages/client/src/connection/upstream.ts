/**
 * Sends over HTTP: one numbered request at a time, repeated until answered, so that each takes
 * effect once and in order. Messages sent meanwhile travel in the next request.
 */
import { MAX_SEND_BYTES } from '@tandem/protocol';
import type { Environment } from '../environment.ts';
import { bodyOf, type HttpRequests } from './http-requests.ts';

const RETRY_MS = 250;
const MAX_TRIES = 8;
const HEADER_BYTES = 8;

export interface UpstreamOptions {
  readonly requests: HttpRequests;
  readonly environment: Pick<Environment, 'clock' | 'online'>;
  readonly arrived: () => void;
  readonly failed: () => void;
}

export class Upstream {
  readonly #options: UpstreamOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sentBytes = 0;
  #sequence = 0;
  #state: 'waiting' | 'idle' | 'sending' | 'over' = 'waiting';
  #timer: unknown = null;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  get bufferedAmount(): number {
    return this.#waitingBytes + this.#sentBytes;
  }

  send(data: Uint8Array): void {
    this.#waiting.push(data);
    this.#waitingBytes += data.byteLength;
    if (this.#state === 'idle') void this.#sendNext();
  }

  takeOpening(): Uint8Array<ArrayBuffer> {
    const body = bodyOf(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return body;
  }

  start(): void {
    if (this.#state === 'waiting') void this.#sendNext();
  }

  end(): void {
    this.#state = 'over';
    this.#options.environment.clock.clearTimeout(this.#timer);
  }

  async #sendNext(): Promise<void> {
    if (this.#waiting.length === 0) {
      this.#state = 'idle';
      return;
    }
    this.#state = 'sending';
    const body = this.#takeBody();
    const sequence = ++this.#sequence;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(sequence, body);
      if (this.#isOver()) return;
      if (outcome === 'arrived') break;
      // Incoming data does not prove that outgoing requests arrive.
      const isOverLimit = tries === MAX_TRIES || !this.#options.environment.online();
      if (outcome === 'refused' || isOverLimit) {
        this.end();
        this.#options.failed();
        return;
      }
      await this.#pause(RETRY_MS * Math.min(tries, 4));
    }
    this.#sentBytes = 0;
    this.#options.arrived();
    if (!this.#isOver()) await this.#sendNext();
  }

  async #try(
    sequence: number,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<'arrived' | 'refused' | 'lost'> {
    try {
      const { ok, status } = await this.#options.requests.post('send', { sequence }, body);
      if (ok) return 'arrived';
      // 5xx may come from a proxy that does not reach the server.
      return status >= 500 ? 'lost' : 'refused';
    } catch {
      return 'lost';
    }
  }

  #takeBody(): Uint8Array<ArrayBuffer> {
    let bytes = 0;
    let count = 0;
    for (const { byteLength } of this.#waiting) {
      if (count > 0 && bytes + byteLength + HEADER_BYTES > MAX_SEND_BYTES) break;
      bytes += byteLength + HEADER_BYTES;
      count++;
    }
    const body = bodyOf(this.#waiting.splice(0, count));
    this.#sentBytes = body.byteLength;
    this.#waitingBytes = this.#waiting.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return body;
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#timer = this.#options.environment.clock.setTimeout(resolve, ms);
    });
  }

  /** A method, because the state can change during each await. */
  #isOver(): boolean {
    return this.#state === 'over';
  }
}
