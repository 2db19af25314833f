/** A client for the HTTP transports, controlled request by request. */
import { expect, onTestFinished } from 'vitest';
import {
  binaryCodec,
  encodePart,
  jsonCodec,
  PartReader,
  PROTOCOL_VERSION,
  TRANSPORT_HEADERS,
  TRANSPORT_PATHS,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
  type ServerMessageType,
  type TransportPart,
} from '@tandem/protocol';
import { SCHEMA_VERSION } from '@tandem/document';
import { eventually } from './eventually.ts';
import { takeMessage } from './received-messages.ts';
import type { SignedIn } from './signed-in.ts';

const MAX_PART_BYTES = 1 << 25;

export class HttpClient {
  readonly received: ServerMessage[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  isOver = false;
  misread: string | null = null;
  readonly #url: string;
  readonly #guest: SignedIn;
  readonly #format: 'binary' | 'json';
  readonly #abort = new AbortController();
  readonly #fetch: typeof fetch;
  #name = '';
  #sequence = 0;
  #answered = 0;

  constructor(
    url: string,
    guest: SignedIn,
    options: { readonly format?: 'binary' | 'json'; readonly fetch?: typeof fetch } = {},
  ) {
    this.#url = url;
    this.#guest = guest;
    this.#format = options.format ?? 'binary';
    this.#fetch = options.fetch ?? fetch;
    onTestFinished(() => this.#abort.abort());
  }

  /** Resolves after `welcome`. */
  static async streaming(url: string, guest: SignedIn): Promise<HttpClient> {
    const client = new HttpClient(url, guest);
    expect((await client.stream()).status).toBe(200);
    await client.next('welcome');
    return client;
  }

  /** Resolves after `welcome`. */
  static async polling(url: string, guest: SignedIn): Promise<HttpClient> {
    const client = new HttpClient(url, guest);
    expect((await client.poll()).status).toBe(200);
    await client.next('welcome');
    return client;
  }

  async stream(...more: ClientMessage[]): Promise<Response> {
    const response = await this.post('stream', this.openingHeaders, this.hello(...more));
    this.#name = response.headers.get(TRANSPORT_HEADERS.transport) ?? '';
    if (response.ok) void this.#read(response);
    return response;
  }

  async poll(...more: ClientMessage[]): Promise<Response> {
    const response = await this.post('poll', this.openingHeaders, this.hello(...more));
    if (response.ok) {
      this.#name = response.headers.get(TRANSPORT_HEADERS.transport) ?? '';
      await this.take(response);
    }
    return response;
  }

  async ask(holdMs = 25_000): Promise<Response> {
    const response = await this.post('poll', this.askingHeaders(holdMs));
    if (response.ok) await this.take(response);
    else this.isOver = true;
    return response;
  }

  keepAsking(holdMs?: number): void {
    const again = async (): Promise<void> => {
      while (!this.isOver && this.closed === null && !this.#abort.signal.aborted) {
        // A proxy may abort any request.
        await this.ask(holdMs).catch(() => undefined);
      }
    };
    void again();
  }

  get openingHeaders(): Record<string, string> {
    const { subprotocol } = this.#format === 'json' ? jsonCodec : binaryCodec;
    return { [TRANSPORT_HEADERS.protocol]: subprotocol };
  }

  askingHeaders(holdMs: number): Record<string, string> {
    return {
      [TRANSPORT_HEADERS.transport]: this.#name,
      [TRANSPORT_HEADERS.received]: String(this.#answered),
      [TRANSPORT_HEADERS.hold]: String(holdMs),
    };
  }

  get name(): string {
    return this.#name;
  }

  async send(...messages: ClientMessage[]): Promise<Response> {
    return await this.sendNumbered(++this.#sequence, ...messages);
  }

  async sendNumbered(sequence: number, ...messages: ClientMessage[]): Promise<Response> {
    return await this.#sendFrame(sequence, this.#frameOf(...messages));
  }

  async sendData(data: Uint8Array): Promise<Response> {
    return await this.#sendFrame(++this.#sequence, partOf(data));
  }

  async #sendFrame(sequence: number, frame: Uint8Array<ArrayBuffer>): Promise<Response> {
    const headers = {
      [TRANSPORT_HEADERS.transport]: this.#name,
      [TRANSPORT_HEADERS.sequence]: String(sequence),
    };
    return await this.post('send', headers, frame);
  }

  async leave(code: number): Promise<Response> {
    const headers = {
      [TRANSPORT_HEADERS.transport]: this.#name,
      [TRANSPORT_HEADERS.close]: String(code),
    };
    return await this.post('close', headers);
  }

  async post(
    path: keyof typeof TRANSPORT_PATHS,
    headers: Record<string, string>,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    return await this.#fetch(`${this.#url}${TRANSPORT_PATHS[path]}`, {
      method: 'POST',
      headers: { Cookie: this.#guest.cookie, Origin: this.#url, ...headers },
      signal: this.#abort.signal,
      ...(body === undefined ? {} : { body }),
    });
  }

  hello(...more: ClientMessage[]): Uint8Array<ArrayBuffer> {
    const { token } = this.#guest;
    return this.#frameOf(
      { type: 'hello', channel: 0, protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, token },
      ...more,
    );
  }

  vanish(): void {
    this.#abort.abort();
  }

  async next<T extends ServerMessageType>(
    type: T,
    fits?: (message: MessageOf<T>) => boolean,
  ): Promise<MessageOf<T>> {
    return await takeMessage(this.received, type, fits);
  }

  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    await eventually('the transport is closed', () => this.closed !== null);
    return this.closed as { code: number; reason: string };
  }

  async take(response: Response): Promise<void> {
    const body = new Uint8Array(await response.arrayBuffer());
    const sequence = Number(response.headers.get(TRANSPORT_HEADERS.sequence));
    if (sequence <= this.#answered) return;
    this.#answered = sequence;
    this.#receive(new PartReader(MAX_PART_BYTES).push(body));
  }

  async #read(response: Response): Promise<void> {
    const reader = new PartReader(MAX_PART_BYTES);
    try {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>)
        this.#receive(reader.push(piece));
    } catch {
      // Aborted, here or by a proxy.
    }
    this.isOver = true;
  }

  #receive(parts: readonly TransportPart[]): void {
    for (const part of parts) {
      if (part.kind === 'close') {
        this.closed = { code: part.code, reason: part.reason };
        continue;
      }
      const decoded =
        this.#format === 'json'
          ? jsonCodec.decodeFromServer(new TextDecoder().decode(part.data))
          : binaryCodec.decodeFromServer(part.data);
      if (decoded.kind === 'invalid') {
        this.misread = decoded.reason;
        throw new Error(decoded.reason);
      }
      this.received.push(...decoded.messages);
    }
  }

  #frameOf(...messages: ClientMessage[]): Uint8Array<ArrayBuffer> {
    if (this.#format === 'json')
      return partOf(new TextEncoder().encode(jsonCodec.join(messages.map(jsonCodec.encode))));
    return partOf(binaryCodec.join(messages.map(binaryCodec.encode)));
  }
}

function partOf(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodePart({ kind: 'frame', data }) as Uint8Array<ArrayBuffer>;
}
