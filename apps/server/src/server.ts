/** The server in one piece: what it is made of, and in which order it comes and goes. */
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Configuration } from './configuration.ts';
import type { Database } from './database/tables.ts';
import type { Engine } from './engine/port.ts';
import { Gateway } from './gateway/gateway.ts';
import { Rooms } from './gateway/rooms.ts';
import { Summaries } from './gateway/summaries.ts';
import { TimerWheel } from './gateway/timer-wheel.ts';
import { createApplication } from './http/application.ts';
import { clientAddress } from './http/client-address.ts';
import { createOriginPolicy } from './http/origin-policy.ts';
import { RateGate } from './http/rate-gate.ts';
import { StaticFiles } from './http/static-files.ts';
import {
  CHANGES_AT_ONCE,
  CHANGES_PER_SECOND,
  HTTP_CHECK_INTERVAL_MS,
  HTTP_HEADERS_TIMEOUT_MS,
  HTTP_KEEP_ALIVE_MS,
  HTTP_REQUEST_TIMEOUT_MS,
} from './limits.ts';
import type { Log } from './log.ts';
import { People } from './sessions/people.ts';
import { sweepSessions } from './sessions/session-sweep.ts';
import { createTokenSigner } from './sessions/session-token.ts';
import { createWelcome } from './sessions/welcome-document.ts';
import { StartupProblem } from './startup-problem.ts';

export interface ServerOptions {
  readonly configuration: Configuration;
  readonly secret: string;
  /** The built web application. */
  readonly webDir: string;
  /** Both are closed by whoever opened them, after the server. */
  readonly db: Database;
  readonly engine: Engine;
  readonly log: Log;
}

export interface Server extends AsyncDisposable {
  /** The one that was asked for, or the free one that was found for 0. */
  readonly port: number;
}

/**
 * Disposing of it says goodbye to everybody, stores what they sent and stops to listen.
 *
 * @throws StartupProblem when it cannot listen.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { configuration, secret, webDir, db, engine, log } = options;
  const { port, host, limits, trustedProxies, allowAdhocDocuments } = configuration;
  let state: 'starting' | 'ready' | 'draining' = 'starting';

  const wheel = new TimerWheel();
  const summaries = new Summaries({ db, engine, log });
  const rooms = new Rooms({ db, engine, wheel, summaries, log, allowAdhocDocuments });
  const people = new People(db);
  const tokens = createTokenSigner(secret);
  const originPolicy = createOriginPolicy(configuration);
  const addressOf = (request: IncomingMessage) => clientAddress(request, trustedProxies);
  const gateway = new Gateway({
    limits,
    engine,
    people,
    tokens,
    rooms,
    wheel,
    log,
    originPolicy,
    addressOf,
  });
  const application = createApplication({
    configuration,
    db,
    engine,
    people,
    tokens,
    rooms,
    welcome: createWelcome({ db, engine, log }),
    addressOf,
    changes: new RateGate({ atOnce: CHANGES_AT_ONCE, perSecond: CHANGES_PER_SECOND }),
    files: await StaticFiles.load(webDir),
    originPolicy,
    isReady: () => state === 'ready' && !isStalled(engine),
    log,
  });

  const answer = getRequestListener(application.fetch, { overrideGlobalObjects: false });
  const http = createServer(
    {
      headersTimeout: HTTP_HEADERS_TIMEOUT_MS,
      requestTimeout: HTTP_REQUEST_TIMEOUT_MS,
      keepAliveTimeout: HTTP_KEEP_ALIVE_MS,
      connectionsCheckingInterval: HTTP_CHECK_INTERVAL_MS,
      noDelay: true,
    },
    (request, response) => void answer(request, response),
  );
  http.on('upgrade', gateway.upgrade);
  gateway.start();
  const sweep = sweepSessions({ db, log });
  await listen(http, { port, host });
  wheel.start();
  state = 'ready';

  return {
    port: (http.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      state = 'draining';
      const closed = new Promise((resolve) => http.close(resolve));
      await gateway.drain();
      http.closeAllConnections();
      await closed;
      await summaries[Symbol.asyncDispose]();
      rooms[Symbol.dispose]();
      wheel[Symbol.dispose]();
      sweep[Symbol.dispose]();
    },
  };
}

/** Part of what people write cannot be stored at the moment. */
function isStalled(engine: Engine): boolean {
  return engine.stats().shards.some(({ state }) => state === 'stalled');
}

async function listen(
  http: HttpServer,
  { port, host }: { readonly port: number; readonly host: string | null },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      reject(new StartupProblem(listenProblem(error, { port, host }), { cause: error })),
    );
    http.listen({ port, backlog: BACKLOG, ...(host === null ? {} : { host }) }, resolve);
  });
}

/** Connections that may wait to be accepted when everybody comes back at once. */
const BACKLOG = 4_096;

function listenProblem(
  { code, message }: NodeJS.ErrnoException,
  { port, host }: { readonly port: number; readonly host: string | null },
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
