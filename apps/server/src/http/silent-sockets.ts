/** Bounds TCP connections that have not sent a complete request yet. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { HTTP } from '../limits.ts';
import { EvictingSet, type Evictable, type EvictingSetLimits } from '../runtime/evicting-set.ts';

export class SilentSockets {
  readonly #addressOf: (socket: Socket) => string | null;
  readonly #silent: EvictingSet<SilentSocket>;
  readonly #bySocket = new WeakMap<Socket, SilentSocket>();
  /** TCP connections in their TLS handshake: the socket of the requests is another object than theirs. */
  readonly #handshakes = new Map<string, SilentSocket>();

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
    const isTls = http instanceof TlsServer;
    http.on('connection', (socket: Socket) => this.#accept(socket, isTls));
    if (isTls) http.on('secureConnection', (socket: Socket) => this.#onSecure(socket));
    http.prependListener('request', onRequest);
    http.prependListener('upgrade', onRequest);
  }

  #accept(socket: Socket, isTls: boolean): void {
    const address = this.#addressOf(socket);
    if (!this.#silent.hasRoomFor(address)) {
      socket.destroy();
      return;
    }
    const silent = new SilentSocket(socket, address, () => this.#forget(socket));
    this.#bySocket.set(socket, silent);
    if (isTls) this.#handshakes.set(silent.peer, silent);
    this.#silent.add(silent);
    socket.once('close', silent.onClose);
  }

  #onSecure(socket: Socket): void {
    const peer = peerOf(socket);
    const silent = this.#handshakes.get(peer);
    if (silent === undefined) return;
    this.#handshakes.delete(peer);
    this.#bySocket.set(socket, silent);
  }

  #forget(socket: Socket): void {
    const silent = this.#bySocket.get(socket);
    if (silent === undefined) return;
    this.#bySocket.delete(socket);
    if (this.#handshakes.get(silent.peer) === silent) this.#handshakes.delete(silent.peer);
    this.#silent.delete(silent);
    silent.release();
  }
}

class SilentSocket implements Evictable {
  readonly key: string | null;
  readonly peer: string;
  readonly onClose: () => void;
  readonly #socket: Socket;

  constructor(socket: Socket, address: string | null, onClose: () => void) {
    this.#socket = socket;
    this.key = address;
    this.peer = peerOf(socket);
    this.onClose = onClose;
  }

  release(): void {
    this.#socket.off('close', this.onClose);
  }

  evict(): void {
    this.#socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress}|${remotePort}|${localAddress}`;
}
