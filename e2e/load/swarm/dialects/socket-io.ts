/** Socket.IO 4 over Engine.IO 4, WebSocket only, with connection-state recovery. */
import type { Dialect, Speaker, SpeakerOptions, Voice } from '../dialect.ts';

const RECONNECT_BASE_MS = 1_000;
const RECONNECT_CAP_MS = 5_000;

export const socketIo: Dialect = {
  roomsPerSocket: Number.POSITIVE_INFINITY,
  form: 'text',
  delivery: 'stream',
  echoes: false,
  backoffMs: (attempt, random) =>
    Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** attempt * (0.5 + random)),
  speak: (options) => new SocketIoSpeaker(options),
};

const ENGINE_OPEN = '0';
const ENGINE_PING = '2';
const CONNECTED = '40';
const EVENT = '42';
const ACKNOWLEDGED = '43';
const REFUSED = '44';
/** Acknowledgement of `join`; those of messages have other numbers. */
const JOIN_ID = '0';

class SocketIoSpeaker implements Speaker {
  readonly path = '/socket.io/?EIO=4&transport=websocket';
  readonly subprotocol = null;
  readonly #options: SpeakerOptions;
  #voice: Voice | null = null;
  #pid: string | null = null;
  #offset: string | null = null;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  opened(voice: Voice): void {
    this.#voice = voice;
  }

  receive(payload: Buffer): void {
    const { hearer } = this.#options;
    const kind = payload.toString('latin1', 0, 2);
    if (kind === EVENT) {
      this.#offset = offsetOf(payload) ?? this.#offset;
      hearer.heard(payload);
    } else if (kind === ENGINE_PING) {
      this.#voice?.send('3');
    } else if (kind === ACKNOWLEDGED) {
      if (payload.toString('latin1', 2, 4) === `${JOIN_ID}[`) hearer.ready();
      else hearer.acknowledged(1);
    } else if (kind === CONNECTED) {
      this.#connected(JSON.parse(payload.toString('utf8', 2)) as { readonly pid?: string });
    } else if (kind.startsWith(ENGINE_OPEN)) {
      const recovery =
        this.#pid === null || this.#offset === null
          ? ''
          : JSON.stringify({ pid: this.#pid, offset: this.#offset });
      this.#voice?.send(`${CONNECTED}${recovery}`);
    } else if (kind === REFUSED) {
      hearer.refused(payload.toString());
    }
  }

  publish(room: number, messages: readonly Buffer[]): void {
    const { rooms, wants } = this.#options;
    this.#voice?.send(
      ...messages.map((message) => {
        const text = message.toString('latin1');
        return wants === 'delivery'
          ? `${EVENT}["say","${rooms[room]}","${text}"]`
          : `${EVENT}1["echo","${text}"]`;
      }),
    );
  }

  #connected({ pid }: { readonly pid?: string }): void {
    const recovered = pid !== undefined && pid === this.#pid;
    this.#pid = pid ?? null;
    if (recovered) this.#options.hearer.ready();
    else this.#voice?.send(`${EVENT}${JOIN_ID}${JSON.stringify(['join', this.#options.rooms])}`);
  }
}

/** The last element of an event that can be recovered: `…,"offset"]`. */
function offsetOf(payload: Buffer): string | null {
  const end = payload.length - 2;
  const start = payload.lastIndexOf('"', end - 1);
  return start > 0 && payload[start - 1] === COMMA
    ? payload.toString('latin1', start + 1, end)
    : null;
}

const COMMA = 0x2c;
