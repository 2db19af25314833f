/** A proxy that requires a sign-in, like oauth2-proxy, Authelia or Cloudflare Access. */

import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { HOST } from './server-process.ts';

const SIGN_IN = '/oauth2/sign_in';
const CALLBACK = '/oauth2/callback';

/**
 * The response to API requests after the proxy's session has ended. Pages always get the sign-in.
 */
export type SessionEnd = 'redirect' | 'unauthorized' | 'forbidden' | 'page';

export class LoginProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #sessionEnd: SessionEnd | null = null;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((incoming, response) => {
      const url = new URL(incoming.url ?? '/', this.url);
      const html = { 'Content-Type': 'text/html; charset=utf-8' };
      if (url.pathname === SIGN_IN) {
        const back = `${CALLBACK}?rd=${encodeURIComponent(url.searchParams.get('rd') ?? '/')}`;
        response.writeHead(200, html).end(page(`<a href="${back}">Continue as Ada</a>`));
      } else if (url.pathname === CALLBACK) {
        this.#sessionEnd = null;
        response.writeHead(302, { Location: url.searchParams.get('rd') ?? '/' }).end();
      } else if (this.#sessionEnd === null) {
        this.#forward(incoming).then(
          (forwarded) => {
            response.writeHead(forwarded.statusCode ?? 502, forwarded.headers);
            forwarded.pipe(response);
          },
          () => response.writeHead(502).end(),
        );
      } else if (this.#sessionEnd === 'page') {
        response
          .writeHead(200, html)
          .end(
            page(
              `<a href="${CALLBACK}?rd=${encodeURIComponent(incoming.url ?? '/')}">Continue as Ada</a>`,
            ),
          );
      } else if (
        this.#sessionEnd === 'redirect' ||
        incoming.headers['sec-fetch-mode'] === 'navigate'
      ) {
        const Location = `${SIGN_IN}?rd=${encodeURIComponent(incoming.url ?? '/')}`;
        response.writeHead(302, { Location }).end();
      } else {
        response.writeHead(this.#sessionEnd === 'unauthorized' ? 401 : 403, html).end(page('No.'));
      }
    });
    this.#server.on('upgrade', (incoming, socket, head) => {
      if (this.#sessionEnd !== null) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      this.#tunnel(incoming, socket as Socket, head);
    });
  }

  static async create(target: number): Promise<LoginProxy> {
    const proxy = new LoginProxy(target);
    proxy.#server.listen(0, HOST);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  endSession(end: SessionEnd): void {
    this.#sessionEnd = end;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await closed;
  }

  #forward(incoming: IncomingMessage): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { method, url: path, headers } = incoming;
      const forwarded = request({ host: HOST, port: this.#target, method, path, headers }, resolve);
      forwarded.once('error', reject);
      incoming.pipe(forwarded);
    });
  }

  #tunnel({ url, rawHeaders }: IncomingMessage, client: Socket, head: Buffer): void {
    const server = connect(this.#target, HOST);
    const lines = [`GET ${url} HTTP/1.1`];
    for (let at = 0; at < rawHeaders.length; at += 2)
      lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    server.write(`${lines.join('\r\n')}\r\n\r\n`);
    server.write(head);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}

function page(content: string): string {
  return `<!doctype html><title>Sign in</title><h1>Who are you?</h1><p>${content}</p>`;
}
