/** What `bench/rivals/ws-relay.mjs` speaks. */
import type { Dialect, Speaker, SpeakerOptions, Voice } from '../dialect.ts';
import { tandemBackoffMs } from './tandem.ts';

const JOIN = 0;
const PUBLISH = 1;
const ECHO = 2;

export const wsRelay: Dialect = {
  roomsPerSocket: Number.POSITIVE_INFINITY,
  form: 'text',
  delivery: 'stream',
  echoes: false,
  backoffMs: tandemBackoffMs,
  speak: (options) => new RelaySpeaker(options),
};

class RelaySpeaker implements Speaker {
  readonly path = '/';
  readonly subprotocol = null;
  readonly #options: SpeakerOptions;
  #voice: Voice | null = null;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  opened(voice: Voice): void {
    this.#voice = voice;
    voice.send(Buffer.from(`\0${this.#options.rooms.join('\n')}`, 'latin1'));
  }

  receive(payload: Buffer): void {
    const { hearer } = this.#options;
    if (payload[0] === JOIN) hearer.ready();
    else if (payload[0] === ECHO) hearer.acknowledged(1);
    else hearer.heard(payload);
  }

  publish(room: number, messages: readonly Buffer[]): void {
    const head = Buffer.of(this.#options.wants === 'delivery' ? PUBLISH : ECHO, room);
    this.#voice?.send(...messages.map((message) => Buffer.concat([head, message])));
  }
}
