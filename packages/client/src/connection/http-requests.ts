/** Requests of an HTTP transport, as bytes in and out. */
import { encodePart, TRANSPORT_HEADERS, TRANSPORT_PATHS } from '@tandem/protocol';
import type { Environment } from '../environment.ts';
import { withTimeout } from '../request-timeout.ts';

export interface HttpRequestsOptions {
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly subprotocol: string;
  readonly environment: Pick<Environment, 'clock'>;
}

/** Enough for a full body on a slow network. A request that hangs longer is repeated. */
const SEND_TIMEOUT_MS = 20_000;

type Header = keyof typeof TRANSPORT_HEADERS;

export class HttpRequests {
  readonly #options: HttpRequestsOptions;
  readonly #abort = new AbortController();
  #name: string | null = null;

  constructor(options: HttpRequestsOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#name !== null;
  }

  async open(path: 'stream' | 'poll', body: Uint8Array<ArrayBuffer>): Promise<Response> {
    const response = await this.#post(path, { protocol: this.#options.subprotocol }, body);
    if (response.ok) this.#name = response.headers.get(TRANSPORT_HEADERS.transport);
    return response;
  }

  async post(
    path: 'send' | 'poll',
    headers: Partial<Record<Header, string | number>>,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    return await this.#post(path, headers, body);
  }

  close(code: number): void {
    this.leave(code);
    this.end();
  }

  end(): void {
    this.#abort.abort();
  }

  leave(code: number): void {
    if (this.#name === null) return;
    const { base, fetch } = this.#options;
    const headers = this.#headers({ close: code });
    void fetch(`${base}${TRANSPORT_PATHS.close}`, {
      method: 'POST',
      headers,
      keepalive: true,
    }).catch(() => undefined);
  }

  async #post(
    path: keyof typeof TRANSPORT_PATHS,
    headers: Partial<Record<Header, string | number>>,
    body: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Response> {
    const { base, fetch, environment } = this.#options;
    const request = (signal: AbortSignal) =>
      fetch(`${base}${TRANSPORT_PATHS[path]}`, {
        method: 'POST',
        headers: this.#headers(headers),
        cache: 'no-store',
        redirect: 'manual',
        signal,
        ...(body === undefined ? {} : { body }),
      });
    // A stream is endless, and polls are meant to wait.
    if (path !== 'send') return await request(this.#abort.signal);
    const timeout = { clock: environment.clock, limitMs: SEND_TIMEOUT_MS };
    return await withTimeout(timeout, (signal) =>
      request(AbortSignal.any([this.#abort.signal, signal])),
    );
  }

  #headers(given: Partial<Record<Header, string | number>>): Record<string, string> {
    const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' };
    if (this.#name !== null) headers[TRANSPORT_HEADERS.transport] = this.#name;
    for (const [name, value] of Object.entries(given))
      headers[TRANSPORT_HEADERS[name as Header]] = String(value);
    return headers;
  }
}

export function bodyOf(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts = frames.map((data) => encodePart({ kind: 'frame', data }));
  const body = new Uint8Array(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return body;
}

export function retryAfterMs(response: Response): number | null {
  const seconds = response.headers.get('Retry-After');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : null;
}
