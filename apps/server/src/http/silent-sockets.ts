/** Bounds TCP connections that have not sent a complete request yet. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { HTTP } from '../limits.ts';
import { EvictingSet, type Evictable, type EvictingSetLimits } from '../runtime/evicting-set.ts';

export class SilentSockets {
  readonly #addressOf: (socket: Socket) => string | null;
  readonly #silent: EvictingSet<SilentSocket>;
  readonly #bySocket = new WeakMap<Socket, SilentSocket>();

  /** @param addressOf null where many people share the address, as behind a proxy. */
  constructor(
    addressOf: (socket: Socket) => string | null,
    limits: EvictingSetLimits = {
      max: HTTP.maxSilentSockets,
      maxPerKey: HTTP.maxSilentSocketsPerAddress,
    },
  ) {
    this.#addressOf = addressOf;
    this.#silent = new EvictingSet(limits);
  }

  get size(): number {
    return this.#silent.size;
  }

  watch(http: Server): void {
    const onRequest = ({ socket }: IncomingMessage): void => this.#forget(socket);
    http.on('connection', (socket: Socket) => this.#accept(socket));
    http.prependListener('request', onRequest);
    http.prependListener('upgrade', onRequest);
  }

  #accept(socket: Socket): void {
    const address = this.#addressOf(socket);
    if (!this.#silent.hasRoomFor(address)) {
      socket.destroy();
      return;
    }
    const silent = new SilentSocket(socket, address, () => this.#forget(socket));
    this.#bySocket.set(socket, silent);
    this.#silent.add(silent);
    socket.once('close', silent.onClose);
  }

  #forget(socket: Socket): void {
    const silent = this.#bySocket.get(socket);
    if (silent === undefined) return;
    this.#bySocket.delete(socket);
    this.#silent.delete(silent);
    socket.off('close', silent.onClose);
  }
}

class SilentSocket implements Evictable {
  readonly key: string | null;
  readonly onClose: () => void;
  readonly #socket: Socket;

  constructor(socket: Socket, address: string | null, onClose: () => void) {
    this.#socket = socket;
    this.key = address;
    this.onClose = onClose;
  }

  evict(): void {
    this.#socket.destroy();
  }
}
