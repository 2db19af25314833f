/** The common part of the HTTP sockets, which behave like a WebSocket towards the connection. */
import {
  MAX_MESSAGE_BYTES,
  PartReader,
  TRANSPORT_CLOSE_CODES,
  type TransportPart,
} from '@tandem/protocol';
import { MAX_DOCUMENT_BYTES } from '@tandem/sync';
import type { Environment } from '../environment.ts';
import { HttpRequests, retryAfterMs, type HttpRequestsOptions } from './http-requests.ts';
import type { Socket } from './socket.ts';
import { Upstream } from './upstream.ts';

export interface HttpSocketOptions extends HttpRequestsOptions {
  readonly environment: Environment;
}

/**
 * A document's snapshot is one message, and deleted content may have grown it beyond the document's
 * limit.
 */
const MAX_PART_BYTES = MAX_DOCUMENT_BYTES + MAX_MESSAGE_BYTES;

export abstract class HttpSocket implements Socket {
  binaryType = 'arraybuffer';
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  retryAfterMs: number | null = null;
  protected readonly requests: HttpRequests;
  protected readonly upstream: Upstream;
  #state: 'new' | 'opening' | 'open' | 'closed' = 'new';

  constructor(options: HttpSocketOptions) {
    this.requests = new HttpRequests(options);
    this.upstream = new Upstream({
      requests: this.requests,
      environment: options.environment,
      arrived: () => this.arrived(),
      failed: () => this.fail(),
    });
    // As late as a WebSocket's event. Messages sent from its handler travel in the opening request.
    options.environment.clock.setTimeout(() => {
      if (this.#state === 'new') this.onopen?.({} as Event);
    }, 0);
  }

  get bufferedAmount(): number {
    return this.upstream.bufferedAmount;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.isClosed) return;
    this.upstream.send(data);
    if (this.#state !== 'new') return;
    this.#state = 'opening';
    queueMicrotask(() => void this.#open());
  }

  close(code: number = TRANSPORT_CLOSE_CODES.normal): void {
    if (this.isClosed) return;
    this.#end();
    this.requests.close(code);
  }

  leave(): void {
    if (!this.isClosed) this.requests.leave(TRANSPORT_CLOSE_CODES.goingAway);
  }

  protected abstract run(opening: Uint8Array<ArrayBuffer>): Promise<void>;

  protected abstract arrived(): void;

  protected abstract release(): void;

  /** Returns false after closing the socket when the opening request was refused. */
  protected opened(response: Response): boolean {
    if (this.isClosed) return false;
    if (!response.ok || !this.requests.isOpen) {
      this.retryAfterMs = retryAfterMs(response);
      this.fail();
      return false;
    }
    this.#state = 'open';
    this.upstream.start();
    return true;
  }

  protected reader(): PartReader {
    return new PartReader(MAX_PART_BYTES);
  }

  protected take(parts: readonly TransportPart[]): void {
    for (const part of parts) {
      if (this.isClosed) return;
      if (part.kind === 'frame') this.onmessage?.({ data: bufferOf(part.data) } as MessageEvent);
      else this.#closed(part.code);
    }
  }

  protected fail(): void {
    this.#closed(TRANSPORT_CLOSE_CODES.abnormal);
  }

  async #open(): Promise<void> {
    if (this.isClosed) return;
    try {
      await this.run(this.upstream.takeOpening());
    } catch {
      this.fail();
    }
  }

  #closed(code: number): void {
    if (this.isClosed) return;
    this.#end();
    // A transport that the server has closed needs no goodbye.
    if (code === TRANSPORT_CLOSE_CODES.abnormal) this.requests.close(code);
    else this.requests.end();
    this.onclose?.({ code } as CloseEvent);
  }

  #end(): void {
    this.#state = 'closed';
    this.upstream.end();
    this.release();
  }
}

function bufferOf(data: Uint8Array): ArrayBuffer {
  return data.slice().buffer;
}
