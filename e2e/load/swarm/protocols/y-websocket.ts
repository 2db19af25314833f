/** y-websocket: one socket per document. */
import type {
  ClientProtocol,
  ProtocolClient,
  ProtocolClientOptions,
  Sender,
} from '../client-protocol.ts';
import { ByteReader } from '../yjs-bytes.ts';
import {
  AWARENESS,
  awarenessMessage,
  EMPTY_STEP_2,
  readSync,
  step1,
  SYNC,
  updateMessage,
} from './y-sync.ts';

const RECONNECT_BASE_MS = 100;
const RECONNECT_CAP_MS = 2_500;

export const yWebsocket: ClientProtocol = {
  roomsPerSocket: 1,
  form: 'yjs',
  delivery: 'state',
  echoes: true,
  backoffMs: (attempt) => Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** attempt),
  createClient: (options) => new YWebsocketClient(options),
};

class YWebsocketClient implements ProtocolClient {
  readonly path: string;
  readonly subprotocol = null;
  readonly #options: ProtocolClientOptions;
  #sender: Sender | null = null;

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
    this.path = `/${options.rooms[0]}`;
  }

  onOpen(sender: Sender): void {
    this.#sender = sender;
    sender.send(step1(this.#options.listener));
  }

  onPayload(payload: Buffer): void {
    const reader = new ByteReader(payload);
    const { listener } = this.#options;
    const type = reader.varuint();
    if (type === AWARENESS) listener.onAwareness(reader.sized());
    if (type !== SYNC) return;
    const message = readSync(reader, listener);
    if (message === 'asked') this.#sender?.send(EMPTY_STEP_2);
    else if (message === 'synced') listener.onReady();
  }

  publishAwareness(_room: number, update: Buffer): number {
    this.#sender?.send(awarenessMessage(update));
    return 0;
  }

  publish(_room: number, messages: readonly Buffer[]): void {
    this.#sender?.send(...messages.map(updateMessage));
  }
}
