/** A balancer without stickiness: each request and each WebSocket goes to the next node that is alive. */
import { once } from 'node:events';
import { createServer, request as send, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { RunningServer } from '../running-server.ts';

export class RoundRobin {
  readonly #nodes: readonly RunningServer[];
  readonly #server: Server;
  readonly #sockets = new Map<RunningServer, number>();
  requests = 0;

  private constructor(nodes: readonly RunningServer[]) {
    this.#nodes = nodes;
    this.#server = createServer((request, answer) => {
      const node = this.#next();
      const { method, url, headers } = request;
      const forwarded = send(
        { host: '127.0.0.1', port: node.port, method, path: url, headers },
        (response) => {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          answer.flushHeaders();
          response.pipe(answer);
        },
      );
      forwarded.on('error', () => answer.destroy());
      answer.on('close', () => forwarded.destroy());
      request.pipe(forwarded);
    });
    this.#server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
      const node = this.#next();
      this.#sockets.set(node, this.socketsOf(node) + 1);
      const forwarded = connect(node.port, '127.0.0.1');
      const headers = request.rawHeaders.map((part, at) => part + (at % 2 === 0 ? ': ' : '\r\n'));
      forwarded.write(`GET ${request.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
      forwarded.write(head);
      joinSockets(socket, forwarded);
    });
  }

  #next(): RunningServer {
    const alive = this.#nodes.filter((node) => node.alive);
    return alive[this.requests++ % alive.length] as RunningServer;
  }

  static async start(nodes: readonly RunningServer[]): Promise<RoundRobin> {
    const proxy = new RoundRobin(nodes);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onTestFinished(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return proxy;
  }

  /** How many WebSockets went to it so far. */
  socketsOf(node: RunningServer): number {
    return this.#sockets.get(node) ?? 0;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://localhost:${this.port}`;
  }
}

function joinSockets(one: Duplex, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
