/** Socket.IO 4 over Engine.IO 4, WebSocket only, with connection-state recovery. */
import type {
  ClientProtocol,
  ProtocolClient,
  ProtocolClientOptions,
  Sender,
} from '../client-protocol.ts';

const RECONNECT_BASE_MS = 1_000;
const RECONNECT_CAP_MS = 5_000;

export const socketIo: ClientProtocol = {
  roomsPerSocket: Number.POSITIVE_INFINITY,
  form: 'text',
  delivery: 'stream',
  echoes: false,
  backoffMs: (attempt, random) =>
    Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** attempt * (0.5 + random)),
  createClient: (options) => new SocketIoClient(options),
};

const ENGINE_OPEN = '0';
const ENGINE_PING = '2';
const CONNECTED = '40';
const EVENT = '42';
const ACKNOWLEDGED = '43';
const REFUSED = '44';
const JOIN_ID = '0';

class SocketIoClient implements ProtocolClient {
  readonly path = '/socket.io/?EIO=4&transport=websocket';
  readonly subprotocol = null;
  readonly #options: ProtocolClientOptions;
  #sender: Sender | null = null;
  #pid: string | null = null;
  #offset: string | null = null;

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
  }

  onOpen(sender: Sender): void {
    this.#sender = sender;
  }

  onPayload(payload: Buffer): void {
    const { listener } = this.#options;
    const kind = payload.toString('latin1', 0, 2);
    if (kind === EVENT) {
      this.#offset = offsetOf(payload) ?? this.#offset;
      listener.onMessage(payload);
    } else if (kind === ENGINE_PING) {
      this.#sender?.send('3');
    } else if (kind === ACKNOWLEDGED) {
      if (payload.toString('latin1', 2, 4) === `${JOIN_ID}[`) listener.onReady();
      else listener.onAcknowledged(1);
    } else if (kind === CONNECTED) {
      this.#handleConnected(JSON.parse(payload.toString('utf8', 2)) as { readonly pid?: string });
    } else if (kind.startsWith(ENGINE_OPEN)) {
      const recovery =
        this.#pid === null || this.#offset === null
          ? ''
          : JSON.stringify({ pid: this.#pid, offset: this.#offset });
      this.#sender?.send(`${CONNECTED}${recovery}`);
    } else if (kind === REFUSED) {
      listener.onRefused(payload.toString());
    }
  }

  publish(room: number, messages: readonly Buffer[]): void {
    const { rooms, measured } = this.#options;
    this.#sender?.send(
      ...messages.map((message) => {
        const text = message.toString('latin1');
        return measured === 'delivery'
          ? `${EVENT}["send","${rooms[room]}","${text}"]`
          : `${EVENT}1["echo","${text}"]`;
      }),
    );
  }

  #handleConnected({ pid }: { readonly pid?: string }): void {
    const recovered = pid !== undefined && pid === this.#pid;
    this.#pid = pid ?? null;
    if (recovered) this.#options.listener.onReady();
    else this.#sender?.send(`${EVENT}${JOIN_ID}${JSON.stringify(['join', this.#options.rooms])}`);
  }
}

/** The last element of a recoverable event: `…,"offset"]`. */
function offsetOf(payload: Buffer): string | null {
  const end = payload.length - 2;
  const start = payload.lastIndexOf('"', end - 1);
  return start > 0 && payload[start - 1] === COMMA
    ? payload.toString('latin1', start + 1, end)
    : null;
}

const COMMA = 0x2c;
