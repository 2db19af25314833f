/** The self-probe's side of one connection: a complete native client over the loopback address. */
import { WebSocket } from 'ws';
import { SCHEMA_VERSION } from '@tandem/document';
import {
  binaryCodec,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  SYNC_PATH,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
  type ServerMessageType,
} from '@tandem/protocol';

export interface ProbeSocketOptions {
  readonly port: number;
  /** An address of this machine; IPv6 without brackets. */
  readonly address: string;
  readonly isSecure: boolean;
  readonly document: string;
  readonly client: number;
  readonly token: () => Promise<string>;
  readonly onUpdates: (updates: readonly Uint8Array[]) => void;
}

interface Waiting {
  readonly fits: (message: ServerMessage) => boolean;
  readonly resolve: (message: ServerMessage) => void;
  readonly reject: (error: Error) => void;
}

export class ProbeSocket {
  readonly #socket: WebSocket;
  readonly #options: ProbeSocketOptions;
  readonly #waiting = new Set<Waiting>();
  #position = 0;

  constructor(options: ProbeSocketOptions) {
    this.#options = options;
    const { address, port, isSecure } = options;
    const host = address.includes(':') ? `[${address}]` : address;
    this.#socket = new WebSocket(
      `${isSecure ? 'wss' : 'ws'}://${host}:${port}${SYNC_PATH}`,
      SUBPROTOCOL_BINARY,
      // The certificate names the public host, not this address of the machine.
      { rejectUnauthorized: false, perMessageDeflate: false },
    );
    this.#socket.on('message', (data: Buffer) => this.#receive(data));
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code) => this.#fail(new Error(`closed with ${code}`)));
  }

  async open(): Promise<number> {
    const { document, client, token } = this.#options;
    const connected = new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('close', () => reject(new Error('it cannot connect')));
    });
    const [hello] = await Promise.all([token(), connected]);
    const opening = this.next('opened');
    this.send(
      {
        type: 'hello',
        channel: 0,
        protocol: PROTOCOL_VERSION,
        schema: SCHEMA_VERSION,
        token: hello,
      },
      { type: 'open', channel: 0, ref: 1, document, client },
    );
    const { channel, offset } = await opening;
    while (this.#position < offset) await this.next('updates');
    return channel;
  }

  send(...messages: ClientMessage[]): void {
    this.#socket.send(binaryCodec.join(messages.map(binaryCodec.encode)));
  }

  async next<T extends ServerMessageType>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    const message = await new Promise<ServerMessage>((resolve, reject) => {
      this.#waiting.add({
        fits: (message) => message.type === type && fits(message as MessageOf<T>),
        resolve,
        reject,
      });
    });
    return message as MessageOf<T>;
  }

  end(): void {
    this.#rejectWaiting(new Error('it was ended'));
    // A clean close, so that the server does not wait for this participant to come back.
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1_000);
    else this.#socket.terminate();
  }

  #receive(data: Buffer): void {
    const decoded = binaryCodec.decodeFromServer(data);
    if (decoded.kind === 'invalid') {
      this.#fail(new Error(decoded.reason));
      return;
    }
    for (const message of decoded.messages) this.#handleMessage(message);
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'ping':
        this.send({ type: 'pong', channel: 0, nonce: message.nonce });
        return;
      case 'authenticate':
        void this.#options.token().then((token) => this.send({ type: 'token', channel: 0, token }));
        return;
      case 'closed':
      case 'nack':
      case 'error':
        this.#fail(new Error(message.error.message));
        return;
      case 'updates':
        this.#position = message.to;
        this.#options.onUpdates(message.updates);
        this.#notify(message);
        return;
      default:
        this.#notify(message);
    }
  }

  #notify(message: ServerMessage): void {
    for (const waiting of this.#waiting) {
      if (!waiting.fits(message)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(message);
    }
  }

  #fail(error: Error): void {
    this.#rejectWaiting(error);
    this.#socket.terminate();
  }

  #rejectWaiting(error: Error): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
