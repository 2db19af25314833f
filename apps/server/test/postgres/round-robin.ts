/** A balancer without stickiness: each request goes to the next node. */
import { once } from 'node:events';
import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { RunningServer } from '../running-server.ts';

export class RoundRobin {
  readonly #nodes: readonly RunningServer[];
  readonly #server: Server;
  requests = 0;

  private constructor(nodes: readonly RunningServer[]) {
    this.#nodes = nodes;
    this.#server = createServer((request, answer) => {
      const node = this.#nodes[this.requests++ % this.#nodes.length]!;
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

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }
}
