/** A client over each transport and in each encoding; it also sends messages that no codec would encode. */
import { onTestFinished } from 'vitest';
import * as Y from 'yjs';
import {
  binaryCodec,
  jsonCodec,
  PONG_TIMEOUT_MS,
  TRANSPORTS,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
  type ServerMessageType,
  type TransportKind,
} from '@tandem/protocol';
import { eventually } from './eventually.ts';
import { HttpClient } from './http-client.ts';
import { NativeClient } from './native-client.ts';
import type { RunningServer } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

export interface Way {
  readonly transport: TransportKind;
  readonly format: 'binary' | 'json';
}

export const WAYS: readonly Way[] = TRANSPORTS.flatMap((transport) =>
  (['binary', 'json'] as const).map((format) => ({ transport, format })),
);

export const wordsOf = ({ transport, format }: Way): string => `${transport} in ${format}`;

/** Less than one request of a transport over HTTP may have. */
const MAX_FRAME_BYTES = 64_000;

export class TransportClient {
  readonly way: Way;
  readonly #client: NativeClient | HttpClient;
  #lastRef = 0;
  #sending: Promise<void> = Promise.resolve();
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(way: Way, client: NativeClient | HttpClient) {
    this.way = way;
    this.#client = client;
    this.#heartbeat = setInterval(() => {
      if (this.end === null) void this.send({ type: 'pong', channel: 0, nonce: 0 });
    }, PONG_TIMEOUT_MS / 2);
    onTestFinished(() => clearInterval(this.#heartbeat));
  }

  /** Sends hello without waiting for the answer. */
  static async begin(server: RunningServer, way: Way, guest: SignedIn): Promise<TransportClient> {
    const { transport, format } = way;
    if (transport === 'websocket') {
      const client = new NativeClient(server, { format });
      await client.opened();
      client.hello(guest.token);
      return new TransportClient(way, client);
    }
    const client = new HttpClient(server.url, guest, { format });
    await client[transport]();
    if (transport === 'poll') client.keepAsking();
    return new TransportClient(way, client);
  }

  static async authenticated(
    server: RunningServer,
    way: Way,
    guest: SignedIn,
  ): Promise<TransportClient> {
    const connection = await TransportClient.begin(server, way, guest);
    await connection.next('welcome');
    return connection;
  }

  get received(): readonly ServerMessage[] {
    return this.#client.received;
  }

  get end(): { readonly code: number; readonly reason: string } | null {
    const { closed } = this.#client;
    if (closed === null && this.#client instanceof HttpClient && this.#client.isOver)
      return { code: 0, reason: this.#client.misread ?? 'the answer has ended' };
    return closed;
  }

  nextRef(): number {
    return ++this.#lastRef;
  }

  async send(message: ClientMessage): Promise<void> {
    this.#sending = this.#sending.then(() => this.#sendMessage(message));
    await this.#sending;
  }

  async #sendMessage(message: ClientMessage): Promise<void> {
    const { channel } = message;
    const options = { channel, maxBytes: MAX_FRAME_BYTES };
    if (this.way.format === 'json')
      for (const frame of jsonCodec.split(rawJson(message), options)) await this.#sendFrame(frame);
    else
      for (const frame of binaryCodec.split(binaryCodec.encode(message), options))
        await this.#sendFrame(frame);
  }

  async next<T extends ServerMessageType>(
    type: T,
    fits?: (message: MessageOf<T>) => boolean,
  ): Promise<MessageOf<T>> {
    return await this.#client.next(type, fits);
  }

  /** Resolves once all earlier messages were handled, or ended the connection. */
  async settled(): Promise<void> {
    const nonce = this.nextRef();
    await this.send({ type: 'ping', channel: 0, nonce });
    await eventually(
      () => `a pong or the end over ${wordsOf(this.way)}`,
      () =>
        this.end !== null ||
        this.received.some((message) => message.type === 'pong' && message.nonce === nonce),
    );
  }

  async read(document: string, client: number): Promise<Y.Doc> {
    const ref = this.nextRef();
    await this.send({ type: 'open', channel: 0, ref, document, client });
    const { channel, offset } = await this.next('opened', (message) => message.ref === ref);
    const doc = new Y.Doc();
    for (let at = 0; at < offset;) {
      const rows = await this.next('updates', (message) => message.channel === channel);
      for (const update of rows.updates) Y.applyUpdate(doc, update);
      at = rows.to;
    }
    return doc;
  }

  async #sendFrame(frame: string | Uint8Array): Promise<void> {
    if (this.#client instanceof NativeClient) this.#client.socket.send(frame);
    else
      await this.#client
        .sendData(typeof frame === 'string' ? new TextEncoder().encode(frame) : frame)
        // It ended meanwhile, which is seen elsewhere.
        .catch(() => undefined);
  }

  leave(): void {
    clearInterval(this.#heartbeat);
    if (this.#client instanceof NativeClient) this.#client.socket.close();
    else this.#client.vanish();
  }
}

/** The codec would sanitize what it encodes. */
function rawJson(message: ClientMessage): string {
  return JSON.stringify(message, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
}
