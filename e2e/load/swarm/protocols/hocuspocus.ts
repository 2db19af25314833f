/** Hocuspocus 4: all documents over one socket, with a document name in front of each message. */
import type {
  ClientProtocol,
  ProtocolClient,
  ProtocolClientOptions,
  Sender,
} from '../client-protocol.ts';
import { ByteReader, sized } from '../yjs-bytes.ts';
import {
  AWARENESS,
  awarenessMessage,
  EMPTY_STEP_2,
  readSync,
  step1,
  SYNC,
  updateMessage,
} from './y-sync.ts';

const AUTH = 2;
const SYNC_STATUS = 8;
const TOKEN = 0;
const AUTHENTICATED = 2;
const RECONNECT_MIN_MS = 1_000;
const RECONNECT_CAP_MS = 30_000;

export const hocuspocus: ClientProtocol = {
  roomsPerSocket: Number.POSITIVE_INFINITY,
  form: 'yjs',
  delivery: 'state',
  echoes: false,
  backoffMs: (attempt, random) =>
    attempt === 0
      ? 0
      : Math.min(
          RECONNECT_CAP_MS,
          RECONNECT_MIN_MS + random * RECONNECT_MIN_MS * (2 ** (attempt - 1) - 1),
        ),
  createClient: (options) => new HocuspocusClient(options),
};

class HocuspocusClient implements ProtocolClient {
  readonly path = '/';
  readonly subprotocol = null;
  readonly #options: ProtocolClientOptions;
  readonly #addresses: readonly Buffer[];
  #sender: Sender | null = null;
  #synced = 0;
  /** Pending statuses that acknowledge no message. */
  #uncounted = 0;

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
    this.#addresses = options.rooms.map((room) => sized(Buffer.from(room)));
  }

  onOpen(sender: Sender): void {
    this.#sender = sender;
    this.#synced = 0;
    this.#uncounted = 0;
    const token = sized(Buffer.from(this.#options.token));
    sender.send(
      ...this.#addresses.map((address) => Buffer.concat([address, Buffer.of(AUTH, TOKEN), token])),
    );
  }

  onPayload(payload: Buffer): void {
    const { listener } = this.#options;
    const reader = new ByteReader(payload);
    reader.sized();
    const address = payload.subarray(0, reader.at);
    switch (reader.varuint()) {
      case SYNC: {
        const message = readSync(reader, listener);
        if (message === 'asked') {
          this.#uncounted++;
          this.#sender?.send(Buffer.concat([address, EMPTY_STEP_2]));
        } else if (message === 'synced' && ++this.#synced === this.#addresses.length) {
          listener.onReady();
        }
        break;
      }
      case AWARENESS:
        listener.onAwareness(reader.sized());
        break;
      case SYNC_STATUS:
        if (this.#uncounted > 0) this.#uncounted--;
        else listener.onAcknowledged(1);
        break;
      case AUTH:
        if (reader.varuint() === AUTHENTICATED)
          this.#sender?.send(Buffer.concat([address, step1(listener)]));
        else listener.onRefused('authentication failed');
    }
  }

  publishAwareness(room: number, update: Buffer): number {
    const address = this.#addresses[room] as Buffer;
    this.#sender?.send(Buffer.concat([address, awarenessMessage(update)]));
    return 0;
  }

  publish(room: number, messages: readonly Buffer[]): void {
    const address = this.#addresses[room] as Buffer;
    this.#sender?.send(
      ...messages.map((message) => Buffer.concat([address, updateMessage(message)])),
    );
  }
}
