/** The protocol of `bench/rivals/ws-relay.mjs`. */
import type {
  ClientProtocol,
  ProtocolClient,
  ProtocolClientOptions,
  Sender,
} from '../client-protocol.ts';
import { tandemBackoffMs } from './tandem.ts';

const JOIN = 0;
const PUBLISH = 1;
const ECHO = 2;

export const wsRelay: ClientProtocol = {
  roomsPerSocket: Number.POSITIVE_INFINITY,
  form: 'text',
  delivery: 'stream',
  echoes: false,
  backoffMs: tandemBackoffMs,
  createClient: (options) => new RelayClient(options),
};

class RelayClient implements ProtocolClient {
  readonly path = '/';
  readonly subprotocol = null;
  readonly #options: ProtocolClientOptions;
  #sender: Sender | null = null;

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
  }

  onOpen(sender: Sender): void {
    this.#sender = sender;
    sender.send(Buffer.from(`\0${this.#options.rooms.join('\n')}`, 'latin1'));
  }

  onPayload(payload: Buffer): void {
    const { listener } = this.#options;
    if (payload[0] === JOIN) listener.onReady();
    else if (payload[0] === ECHO) listener.onAcknowledged(1);
    else listener.onMessage(payload);
  }

  publish(room: number, messages: readonly Buffer[]): void {
    const head = Buffer.of(this.#options.measured === 'delivery' ? PUBLISH : ECHO, room);
    this.#sender?.send(...messages.map((message) => Buffer.concat([head, message])));
  }
}
