/**
 * One socket from its first moment to its last: it says hello, and is welcomed in time or is over. Handlers
 * are cut off when it is let go, so a late close cannot end its successor.
 */
import {
  binaryCodec,
  OPEN_TIMEOUT_MS,
  PROTOCOL_VERSION,
  TRANSPORT_CLOSE_CODES,
  TRANSPORT_OPEN_TIMEOUT_MS,
  type ServerMessage,
  type TransportKind,
  type User,
} from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import type { Socket } from './socket.ts';

export interface AttemptCallbacks {
  welcomed(user: User): void;
  /** Something was heard, whatever it is. */
  heard(): void;
  message(message: ServerMessage): void;
  /** The server speaks what this page cannot read. */
  misunderstood(): void;
  /** It ended, or was not welcomed in time. */
  closed(code: number): void;
}

export interface AttemptOptions {
  readonly kind: TransportKind;
  readonly socket: Socket;
  readonly token: string;
  readonly schema: number;
  readonly clock: Clock;
  readonly callbacks: AttemptCallbacks;
}

export class Attempt {
  readonly kind: TransportKind;
  readonly socket: Socket;
  readonly #options: AttemptOptions;
  #state: 'opening' | 'opened' | 'welcomed' = 'opening';
  #deadline: unknown;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.socket = options.socket;
  }

  get isWelcomed(): boolean {
    return this.#state === 'welcomed';
  }

  start(): void {
    const { socket, kind } = this;
    const { callbacks } = this.#options;
    this.#deadline = this.#timeout(TRANSPORT_OPEN_TIMEOUT_MS);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#sayHello();
      // A stream is open with its first frame; a poll, and a WebSocket that is open, may take longer to be welcomed.
      if (kind !== 'stream') this.#opened();
    };
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => {
      this.#clear();
      callbacks.closed(code);
    };
    socket.onerror = () => undefined;
  }

  /** Lets go of the socket: whatever it still says is not heard. */
  abandon(code?: number): void {
    this.#clear();
    const { socket } = this;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(code);
    } catch {
      // A socket that cannot be closed is gone.
    }
  }

  #sayHello(): void {
    const { schema, token } = this.#options;
    const hello = { type: 'hello', channel: 0, protocol: PROTOCOL_VERSION, schema, token } as const;
    this.socket.send(binaryCodec.encode(hello) as Uint8Array<ArrayBuffer>);
  }

  #opened(): void {
    this.#state = 'opened';
    this.#clear();
    this.#deadline = this.#timeout(OPEN_TIMEOUT_MS);
  }

  #received(data: unknown): void {
    const { callbacks } = this.#options;
    callbacks.heard();
    const decoded =
      data instanceof ArrayBuffer ? binaryCodec.decodeFromServer(new Uint8Array(data)) : null;
    if (decoded === null || decoded.kind === 'invalid') return callbacks.misunderstood();
    for (const message of decoded.messages) {
      if (message.type !== 'welcome') callbacks.message(message);
      else {
        this.#state = 'welcomed';
        this.#clear();
        callbacks.welcomed(message.user);
      }
    }
  }

  #timeout(ms: number): unknown {
    return this.#options.clock.setTimeout(() => {
      this.abandon();
      this.#options.callbacks.closed(TRANSPORT_CLOSE_CODES.abnormal);
    }, ms);
  }

  #clear(): void {
    this.#options.clock.clearTimeout(this.#deadline);
  }
}
