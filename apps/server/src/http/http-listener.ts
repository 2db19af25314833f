/**
 * The HTTP port. It listens from the start of the process to its end, so that `/healthz` and `/readyz` always
 * answer. Load balancers check with any version of HTTP, any `Host` or none, and any method.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { SilentSockets } from './silent-sockets.ts';
import { HTTP } from '../limits.ts';
import { StartupError } from '../runtime/startup-error.ts';
import { clientAddress } from './client-address.ts';
import { ClientSockets } from './client-sockets.ts';
import { limitRequestTime } from './request-timeouts.ts';
import type { HeadersOf } from './security-headers.ts';
import type { TlsCertificate } from './tls-certificate.ts';

export interface HttpHandlers {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
  readonly canStore: () => boolean;
}

export interface HttpListenerOptions {
  readonly port: number;
  readonly host: string | null;
  readonly headers: HeadersOf;
  /** With a proxy, all TCP connections share its address, so they are not counted by address. */
  readonly trustedProxies: number;
  /** Null: plain HTTP. */
  readonly certificate: TlsCertificate | null;
}

type Phase = 'starting' | 'ready' | 'draining';

/** Pending TCP connections, for reconnect storms after a restart. */
const BACKLOG = 4_096;

const SERVER_OPTIONS = {
  headersTimeout: HTTP.headersTimeoutMs,
  // `limitRequestTime` has exceptions.
  requestTimeout: 0,
  keepAliveTimeout: HTTP.keepAliveMs,
  connectionsCheckingInterval: HTTP.checkIntervalMs,
  noDelay: true,
  requireHostHeader: false,
} as const;

const STARTING = 'Tandem is starting. Come back in a moment.\n';

export class HttpListener implements AsyncDisposable {
  readonly server: Server;
  readonly #tls: TlsServer | null;
  #certificateExpiresAtMs: number | null;
  readonly #headers: HeadersOf;
  #phase: Phase = 'starting';
  #handlers: HttpHandlers | null = null;

  private constructor({ headers, trustedProxies, certificate }: HttpListenerOptions) {
    this.#headers = headers;
    this.#certificateExpiresAtMs = certificate?.expiresAt ?? null;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      this.#request(request, response);
    this.#tls =
      certificate === null
        ? null
        : createTlsServer(
            {
              ...SERVER_OPTIONS,
              ...secureContextOf(certificate),
              handshakeTimeout: HTTP.tlsHandshakeTimeoutMs,
            },
            onRequest,
          );
    this.server = this.#tls ?? createServer(SERVER_OPTIONS, onRequest);
    this.server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
    new ClientSockets().watch(this.server);
    limitRequestTime(this.server);
    new SilentSockets((socket) =>
      trustedProxies > 0 ? null : clientAddress({ headers: {}, socket }, 0),
    ).watch(this.server);
  }

  /** @throws StartupError when it cannot listen. */
  static async listen(options: HttpListenerOptions): Promise<HttpListener> {
    const { port, host } = options;
    const listener = new HttpListener(options);
    const { server } = listener;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new StartupError(listenProblem(error, { port, host }), { cause: error })),
      );
      server.listen({ port, backlog: BACKLOG, ...(host === null ? {} : { host }) }, resolve);
    });
    return listener;
  }

  get certificateExpiresAtMs(): number | null {
    return this.#certificateExpiresAtMs;
  }

  get isSecure(): boolean {
    return this.#tls !== null;
  }

  /** For new connections; open ones go on with theirs. */
  replaceCertificate(certificate: TlsCertificate): void {
    this.#tls?.setSecureContext(secureContextOf(certificate));
    this.#certificateExpiresAtMs = certificate.expiresAt;
  }

  get address(): AddressInfo {
    return this.server.address() as AddressInfo;
  }

  serve(handlers: HttpHandlers): void {
    this.#handlers = handlers;
    this.#phase = 'ready';
  }

  /** Health checks answer `draining`; other requests are still served. */
  drain(): void {
    this.#phase = 'draining';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    // `ClientSockets` may have closed the connection.
    if (request.socket.destroyed) return;
    const health = healthCheckOf(request);
    if (health === 'alive') {
      // Clients read this word: when the server is only starting, they retry instead of trying another transport.
      this.#answer(request, response, [
        200,
        this.#phase === 'ready' ? 'alive\n' : `${this.#phase}\n`,
      ]);
    } else if (health === 'ready') {
      const isReady = this.#phase === 'ready' && this.#handlers?.canStore() === true;
      const word = this.#phase === 'ready' ? 'cannot store\n' : `${this.#phase}\n`;
      this.#answer(request, response, isReady ? [200, 'ready\n'] : [503, word]);
    } else if (this.#handlers === null) {
      response.setHeader('Retry-After', HTTP.startRetryAfterS);
      // Browsers reload by themselves.
      response.setHeader('Refresh', HTTP.startRetryAfterS);
      this.#answer(request, response, [503, STARTING]);
    } else {
      this.#handlers.request(request, response);
    }
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    [status, text]: readonly [status: number, text: string],
  ): void {
    request.resume();
    response.writeHead(status, {
      ...this.#headers(request.headers),
      'Cache-Control': 'no-store',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    if (this.#handlers !== null) return this.#handlers.upgrade(request, stream, head);
    stream.on('error', () => undefined);
    stream.end(
      `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: ${HTTP.startRetryAfterS}\r\nContent-Length: 0\r\n\r\n`,
    );
  }
}

function secureContextOf({ certificate, key }: TlsCertificate) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
  } as const;
}

function healthCheckOf({ url = '/', method }: IncomingMessage): 'alive' | 'ready' | null {
  const path = url.split('?', 1)[0];
  if (path === '/healthz') return 'alive';
  // HAProxy's default check.
  const isPlainCheck = method === 'OPTIONS' && (path === '/' || path === '*');
  return path === '/readyz' || isPlainCheck ? 'ready' : null;
}

function listenProblem(
  { code, message }: NodeJS.ErrnoException,
  { port, host }: Pick<HttpListenerOptions, 'port' | 'host'>,
): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program. Stop that program, or set PORT to another number.`;
    case 'EACCES':
      return `Port ${port} is not for this user. Set PORT to a number above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is "${host}", which is not an address of this machine.`;
    default:
      return `The server cannot listen on port ${port}: ${message}`;
  }
}
