/** A proxy between browser and server that simulates failures of networks and proxies. */

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { DelayLine } from './delay-line.ts';
import { HOST } from './server-process.ts';

/**
 * - `open`: everything passes.
 * - `silent`: connections are accepted and stay open, but nothing passes in either direction. Data
 *   arrives late, once the mode is `open` again, as on a network that loses and repeats packets.
 * - `pages-only`: requests pass; WebSockets get a 403, and open ones are closed.
 * - `buffering`: `pages-only`, and streamed responses, which never end, are withheld.
 * - `cutting`: `pages-only`, and a response that takes longer than `CUT_AFTER_MS` is aborted.
 */
export type ProxyMode = 'open' | 'silent' | 'pages-only' | 'buffering' | 'cutting';

const CUT_AFTER_MS = 5_000;

export const BLOCKED = process.env['TRANSPORT'] === 'blocked';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly toClient: DelayLine;
  readonly toServer: DelayLine;
  isWebSocket: boolean;
  isStream: boolean;
  cut: NodeJS.Timeout | undefined;
}

export class Proxy implements AsyncDisposable {
  readonly #listener: Server;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #mode: ProxyMode = 'open';
  #latencyMs = 0;
  #refused = 0;

  private constructor(listener: Server, target: number) {
    this.#listener = listener;
    this.#target = target;
  }

  static async create(target: number): Promise<Proxy> {
    const listener = createServer({ pauseOnConnect: true });
    const proxy = new Proxy(listener, target);
    listener.on('connection', (client) => proxy.#accept(client));
    listener.listen(0, HOST);
    await once(listener, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://${HOST}:${(this.#listener.address() as AddressInfo).port}`;
  }

  get refused(): number {
    return this.#refused;
  }

  set latencyMs(latencyMs: number) {
    this.#latencyMs = latencyMs;
  }

  set mode(mode: ProxyMode) {
    this.#mode = mode;
    for (const pair of this.#pairs) {
      if (pair.isWebSocket && !this.#passesWebSockets) pair.client.destroy();
      else if (mode === 'silent') pausePair(pair);
      else resumePair(pair);
    }
  }

  get #passesWebSockets(): boolean {
    return !BLOCKED && (this.#mode === 'open' || this.#mode === 'silent');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  #accept(client: Socket): void {
    const server = connect(this.#target, HOST);
    const pair: Pair = {
      client,
      server,
      toClient: new DelayLine(client),
      toServer: new DelayLine(server),
      isWebSocket: false,
      isStream: false,
      cut: undefined,
    };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, pair.toServer],
      [pair.server, pair.toClient],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#pairs.delete(pair);
        clearTimeout(pair.cut);
        to.end();
      });
    }
    client.on('data', (data) => this.#handleRequestData(pair, data));
    pair.server.on('data', (data) => {
      if (!(pair.isStream && this.#mode === 'buffering'))
        pair.toClient.write(data, this.#latencyMs);
      clearTimeout(pair.isStream ? undefined : pair.cut);
    });
    if (this.#mode === 'silent') pausePair(pair);
    else resumePair(pair);
  }

  #handleRequestData(pair: Pair, data: Buffer): void {
    // Browsers send the head of a request in one piece.
    const head = data.toString('latin1');
    if (/^POST \/sync\/(stream|poll) /.test(head)) {
      pair.isStream = head.startsWith('POST /sync/stream ');
      if (this.#mode === 'cutting')
        pair.cut = setTimeout(() => pair.client.destroy(), CUT_AFTER_MS);
    }
    if (!pair.isWebSocket && /^GET [^]*\r\nupgrade: websocket\r\n/i.test(head)) {
      pair.isWebSocket = true;
      if (!this.#passesWebSockets) {
        this.#refused++;
        pair.client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
    }
    pair.toServer.write(data, this.#latencyMs);
  }
}

function pausePair({ client, server, toClient, toServer }: Pair): void {
  client.pause();
  server.pause();
  toClient.pause();
  toServer.pause();
}

function resumePair({ client, server, toClient, toServer }: Pair): void {
  toClient.resume();
  toServer.resume();
  client.resume();
  server.resume();
}
