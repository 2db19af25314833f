/**
 * A connection to Tandem that opens channels, answers pings, and sends nothing else. The next one states the
 * positions that the one before reached.
 */
import { SCHEMA_VERSION } from '@tandem/document';
import {
  binaryCodec,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  SYNC_PATH,
  type ClientMessage,
  type ServerMessage,
} from '@tandem/protocol';
import { LoadSocket, type SocketListener } from './load-socket.ts';

export interface TandemSocketOptions {
  readonly port: number;
  readonly localAddress: string;
  readonly token: string;
  /** `open` and `subscribe` messages, sent with the handshake. */
  readonly requests: readonly ClientMessage[];
  readonly onMessage?: (message: ServerMessage) => void;
}

interface Reached {
  readonly epoch: string;
  readonly offset: number;
  /** Of a document. */
  readonly timeline: string;
}

export class TandemSocket implements SocketListener {
  readonly #options: TandemSocketOptions;
  #socket: LoadSocket | null = null;
  #unanswered = 0;
  readonly #positions = new Map<number, Reached>();
  #settle: (failure: string | null) => void = () => {};

  constructor(options: TandemSocketOptions) {
    this.#options = options;
  }

  /** @returns `null` once all requests are accepted, or the reason of the failure. */
  connect(): Promise<string | null> {
    const { port, localAddress } = this.#options;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#socket = new LoadSocket({
        port,
        localAddress,
        path: SYNC_PATH,
        subprotocol: SUBPROTOCOL_BINARY,
        listener: this,
      });
    });
  }

  destroy(): void {
    this.#socket?.destroy();
  }

  onOpen(socket: LoadSocket): void {
    const { token, requests } = this.#options;
    const hello: ClientMessage = {
      type: 'hello',
      channel: 0,
      protocol: PROTOCOL_VERSION,
      schema: SCHEMA_VERSION,
      token,
    };
    this.#unanswered = requests.length;
    const frames = [hello, ...requests.map((request) => this.#positioned(request))].map((message) =>
      binaryCodec.encode(message),
    );
    socket.send(binaryCodec.join(frames));
  }

  onPayload(payload: Buffer): void {
    const decoded = binaryCodec.decodeFromServer(payload);
    if (decoded.kind === 'invalid') this.#settle(decoded.reason);
    else for (const message of decoded.messages) this.#handleMessage(message);
  }

  onClose(_socket: LoadSocket, reason: string): void {
    this.#settle(reason);
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'ping':
        this.#socket?.send(binaryCodec.encode({ type: 'pong', channel: 0, nonce: message.nonce }));
        break;
      case 'opened':
      case 'subscribed':
        this.#positions.set(message.ref, { timeline: '', ...message });
        if (--this.#unanswered === 0) this.#settle(null);
        break;
      case 'closed':
      case 'unsubscribed':
        this.#settle(message.error?.message ?? message.type);
        break;
      default:
        this.#options.onMessage?.(message);
    }
  }

  #positioned(request: ClientMessage): ClientMessage {
    if (request.type !== 'open' && request.type !== 'subscribe') return request;
    const reached = this.#positions.get(request.ref);
    if (reached === undefined) return request;
    const { epoch, offset, timeline } = reached;
    return request.type === 'open'
      ? { ...request, position: { epoch, timeline, offset } }
      : { ...request, position: { epoch, offset } };
  }
}
