/** TCP connections that have not brought a whole request yet. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { HTTP } from '../limits.ts';
import {
  PreAuthConnections,
  type PreAuthConnection,
  type PreAuthLimits,
} from '../rate-limits/pre-auth-connections.ts';

export class SilentSockets {
  readonly #addressOf: (socket: Socket) => string | null;
  readonly #preAuthConnections: PreAuthConnections<SilentSocket>;
  readonly #silent = new WeakMap<Socket, SilentSocket>();

  /** @param addressOf null where many people share the address, as behind a proxy. */
  constructor(
    addressOf: (socket: Socket) => string | null,
    limits: PreAuthLimits = {
      inAll: HTTP.maxSilentSockets,
      perAddress: HTTP.maxSilentSocketsPerAddress,
    },
  ) {
    this.#addressOf = addressOf;
    this.#preAuthConnections = new PreAuthConnections(limits);
  }

  get size(): number {
    return this.#preAuthConnections.size;
  }

  watch(http: Server): void {
    const heard = ({ socket }: IncomingMessage): void => this.#forget(socket);
    http.on('connection', (socket: Socket) => this.#accept(socket));
    http.prependListener('request', heard);
    http.prependListener('upgrade', heard);
  }

  #accept(socket: Socket): void {
    const address = this.#addressOf(socket);
    if (!this.#preAuthConnections.hasRoomFor(address)) {
      socket.destroy();
      return;
    }
    const silent = new SilentSocket(socket, address, () => this.#forget(socket));
    this.#silent.set(socket, silent);
    this.#preAuthConnections.add(silent);
    socket.once('close', silent.gone);
  }

  /** It spoke, or is gone. */
  #forget(socket: Socket): void {
    const silent = this.#silent.get(socket);
    if (silent === undefined) return;
    this.#silent.delete(socket);
    this.#preAuthConnections.remove(silent);
    socket.off('close', silent.gone);
  }
}

class SilentSocket implements PreAuthConnection {
  readonly address: string | null;
  readonly gone: () => void;
  readonly #socket: Socket;

  constructor(socket: Socket, address: string | null, gone: () => void) {
    this.#socket = socket;
    this.address = address;
    this.gone = gone;
  }

  evict(): void {
    this.#socket.destroy();
  }
}
