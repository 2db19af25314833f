/**
 * What a TCP connection of HTTP may be used for: a few requests at a time, of as many connections as ask for
 * something, and of so many that do not. Whoever asks without end and reads nothing, or asks once and stays,
 * holds little.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PreAuthConnections, type PreAuthConnection } from '../rate-limits/pre-auth-connections.ts';
import { HTTP } from '../limits.ts';

export class ClientSockets {
  readonly #uses = new WeakMap<Socket, SocketUse>();
  readonly #idle = new PreAuthConnections<SocketUse>({
    inAll: HTTP.maxIdleSockets,
    perAddress: HTTP.maxIdleSockets,
  });

  /** A request on a socket that is destroyed then is not to be answered. */
  watch(http: Server): void {
    http.prependListener('request', ({ socket }: IncomingMessage, answer: ServerResponse) =>
      this.#begin(socket, answer),
    );
    http.prependListener('upgrade', ({ socket }: IncomingMessage) => this.#forget(socket));
  }

  #begin(socket: Socket, answer: ServerResponse): void {
    let use = this.#uses.get(socket);
    if (use === undefined) {
      use = new SocketUse(socket);
      this.#uses.set(socket, use);
      socket.once('close', () => this.#forget(socket));
    }
    this.#idle.remove(use);
    if (++use.unanswered > HTTP.maxPipelinedRequests) socket.destroy();
    else answer.once('close', () => this.#end(use));
  }

  #end(use: SocketUse): void {
    if (--use.unanswered === 0 && this.#uses.get(use.socket) === use) this.#idle.add(use);
  }

  /** It is gone, or is for something else from now on. */
  #forget(socket: Socket): void {
    const use = this.#uses.get(socket);
    if (use === undefined) return;
    this.#uses.delete(socket);
    this.#idle.remove(use);
  }
}

class SocketUse implements PreAuthConnection {
  readonly address = null;
  readonly socket: Socket;
  unanswered = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  evict(): void {
    this.socket.destroy();
  }
}
