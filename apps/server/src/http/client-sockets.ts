/**
 * Bounds what a TCP connection of HTTP may be used for: the requests that it pipelines, and the connections
 * that stay open between two requests.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { EvictingSet, type Evictable } from '../runtime/evicting-set.ts';
import { HTTP } from '../limits.ts';

export class ClientSockets {
  readonly #clients = new WeakMap<Socket, ClientSocket>();
  readonly #idle = new EvictingSet<ClientSocket>({ max: HTTP.maxIdleSockets });

  /** Handlers of `request` must not answer a request whose socket was destroyed here. */
  watch(http: Server): void {
    http.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) =>
      this.#onRequest(socket, response),
    );
    http.prependListener('upgrade', ({ socket }: IncomingMessage) => this.#forget(socket));
  }

  #onRequest(socket: Socket, response: ServerResponse): void {
    let client = this.#clients.get(socket);
    if (client === undefined) {
      client = new ClientSocket(socket);
      this.#clients.set(socket, client);
      socket.once('close', () => this.#forget(socket));
    }
    this.#idle.delete(client);
    if (++client.unanswered > HTTP.maxPipelinedRequests) socket.destroy();
    else response.once('close', () => this.#onResponse(client));
  }

  #onResponse(client: ClientSocket): void {
    if (--client.unanswered === 0 && this.#clients.get(client.socket) === client)
      this.#idle.add(client);
  }

  #forget(socket: Socket): void {
    const client = this.#clients.get(socket);
    if (client === undefined) return;
    this.#clients.delete(socket);
    this.#idle.delete(client);
  }
}

class ClientSocket implements Evictable {
  readonly key = null;
  readonly socket: Socket;
  unanswered = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  evict(): void {
    this.socket.destroy();
  }
}
