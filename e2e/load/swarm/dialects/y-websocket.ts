/** y-websocket: a socket for each document. */
import type { Dialect, Speaker, SpeakerOptions, Voice } from '../dialect.ts';
import { ByteReader } from '../yjs-bytes.ts';
import { EMPTY_STEP_2, readSync, step1, SYNC, updateMessage } from './y-sync.ts';

const RECONNECT_BASE_MS = 100;
const RECONNECT_CAP_MS = 2_500;

export const yWebsocket: Dialect = {
  roomsPerSocket: 1,
  form: 'yjs',
  delivery: 'state',
  echoes: true,
  backoffMs: (attempt) => Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** attempt),
  speak: (options) => new YWebsocketSpeaker(options),
};

class YWebsocketSpeaker implements Speaker {
  readonly path: string;
  readonly subprotocol = null;
  readonly #options: SpeakerOptions;
  #voice: Voice | null = null;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.path = `/${options.rooms[0]}`;
  }

  opened(voice: Voice): void {
    this.#voice = voice;
    voice.send(step1(this.#options.hearer));
  }

  receive(payload: Buffer): void {
    const reader = new ByteReader(payload);
    if (reader.varuint() !== SYNC) return;
    const { hearer } = this.#options;
    const message = readSync(reader, hearer);
    if (message === 'asked') this.#voice?.send(EMPTY_STEP_2);
    else if (message === 'synced') hearer.ready();
  }

  publish(_room: number, messages: readonly Buffer[]): void {
    this.#voice?.send(...messages.map(updateMessage));
  }
}
