/** The server in one piece: what it is made of, and in which order it comes and goes. */
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createEventChannels } from './channels/event-channels.ts';
import { Effects } from './commands/effects.ts';
import type { CommandRunner } from './commands/runner.ts';
import type { Configuration } from './configuration.ts';
import type { Database } from './database/tables.ts';
import type { Engine } from './engine/port.ts';
import { ErrorBoundary } from './error-boundary.ts';
import { Gateway } from './gateway/gateway.ts';
import { Rooms } from './gateway/rooms.ts';
import { SilentSockets } from './gateway/silent-sockets.ts';
import { Summaries } from './gateway/summaries.ts';
import { TimerWheel } from './gateway/timer-wheel.ts';
import { createApplication } from './http/application.ts';
import { bearerCheck } from './http/bearer-token.ts';
import { clientAddress } from './http/client-address.ts';
import { ClientSockets } from './http/client-sockets.ts';
import { createOriginPolicy } from './http/origin-policy.ts';
import { RateGate } from './http/rate-gate.ts';
import { StaticFiles } from './http/static-files.ts';
import {
  CHANGES_AT_ONCE,
  CHANGES_PER_SECOND,
  GUESTS_AT_ONCE,
  GUESTS_PER_SECOND,
  HTTP_CHECK_INTERVAL_MS,
  HTTP_HEADERS_TIMEOUT_MS,
  HTTP_KEEP_ALIVE_MS,
  HTTP_REQUEST_TIMEOUT_MS,
  READS_AT_ONCE,
  READS_PER_SECOND,
} from './limits.ts';
import type { Log } from './log.ts';
import { createCanary } from './metrics/canary-house.ts';
import { measuredRunner } from './metrics/measured-runner.ts';
import { Metrics } from './metrics/metrics.ts';
import { Observatory } from './metrics/observatory.ts';
import type { SpanSink } from './metrics/span.ts';
import { METRICS_READER, People } from './sessions/people.ts';
import { sweepSessions } from './sessions/session-sweep.ts';
import type { Secrets } from './sessions/secret.ts';
import { createTokenSigner } from './sessions/session-token.ts';
import { createWelcome } from './sessions/welcome-document.ts';
import { StartupProblem } from './startup-problem.ts';

export interface ServerOptions {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  /** The built web application. */
  readonly webDir: string;
  /** All three are closed by whoever opened them, after the server. */
  readonly db: Database;
  readonly engine: Engine;
  readonly runner: CommandRunner;
  /** Null: no traces are wanted. */
  readonly spans: SpanSink | null;
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
  const { configuration, secrets, webDir, db, engine, spans, log } = options;
  const { port, host, limits, trustedProxies, allowAdhocDocuments } = configuration;
  let state: 'starting' | 'ready' | 'draining' = 'starting';

  const metrics = new Metrics(spans);
  const errors = new ErrorBoundary({ log, metrics });
  const runner = measuredRunner(options.runner, metrics);
  const wheel = new TimerWheel((error) => errors.report('timer', {}, error));
  const summaries = new Summaries({ db, engine, log });
  const rooms = new Rooms({
    db,
    engine,
    runner,
    wheel,
    summaries,
    metrics,
    errors,
    log,
    allowAdhocDocuments,
  });
  const people = new People(db);
  const tokens = createTokenSigner(secrets);
  const originPolicy = createOriginPolicy(configuration);
  const addressOf = (request: IncomingMessage) => clientAddress(request, trustedProxies);
  const eventChannels = await createEventChannels({
    db,
    rooms,
    wheel,
    metrics,
    errors,
    sample: () => observatory.dashboard.sample(),
    isAdministrator: administratorCheck(configuration),
  });
  const { hub, activity } = eventChannels;
  rooms.onPeople((document) => activity.peopleChanged(document));
  summaries.onSummarised((document, summary) => activity.summarised(document, summary));
  new Effects({ hub, activity, rooms, people, errors }).start(runner);
  const gateway = new Gateway({
    limits,
    engine,
    people,
    tokens,
    rooms,
    runner,
    eventChannels,
    wheel,
    metrics,
    errors,
    log,
    originPolicy,
    addressOf,
    mayReadMetrics: bearerCheck(configuration.metricsToken),
  });
  const observatory = new Observatory({ metrics, engine, census: () => gateway.census() });
  const application = createApplication({
    configuration,
    db,
    engine,
    people,
    tokens,
    rooms,
    runner,
    welcome: createWelcome({ db, engine, log }),
    addressOf,
    guests: new RateGate({ atOnce: GUESTS_AT_ONCE, perSecond: GUESTS_PER_SECOND }, () =>
      metrics.rateLimited.add('guests'),
    ),
    changes: new RateGate({ atOnce: CHANGES_AT_ONCE, perSecond: CHANGES_PER_SECOND }, () =>
      metrics.rateLimited.add('changes'),
    ),
    reads: new RateGate({ atOnce: READS_AT_ONCE, perSecond: READS_PER_SECOND }, () =>
      metrics.rateLimited.add('reads'),
    ),
    files: await StaticFiles.load(webDir),
    originPolicy,
    isReady: () => state === 'ready' && !isStalled(engine),
    readMetrics: observatory.read,
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
    (request, response) => {
      if (request.socket.destroyed) return;
      const fields = { method: request.method };
      const isDone = errors.run('request', fields, () => {
        if (gateway.request(request, response)) return;
        Promise.resolve(answer(request, response)).catch((error: unknown) => {
          errors.report('request', fields, error);
          response.destroy();
        });
      });
      if (!isDone) response.destroy();
    },
  );
  http.on('upgrade', gateway.upgrade);
  new ClientSockets().watch(http);
  // Behind a proxy, everybody's requests come from its address.
  new SilentSockets((socket) =>
    trustedProxies > 0 ? null : clientAddress({ headers: {}, socket }, 0),
  ).watch(http);
  gateway.start();
  const sweep = sweepSessions({ db, log });
  await listen(http, { port, host });
  wheel.start();
  observatory.start();
  eventChannels.start();
  const listening = http.address() as AddressInfo;
  const canary = createCanary({ db, engine, tokens, metrics, log }, listening);
  if (configuration.canary) canary.start();
  state = 'ready';

  return {
    port: listening.port,
    async [Symbol.asyncDispose]() {
      state = 'draining';
      canary[Symbol.dispose]();
      const closed = new Promise((resolve) => http.close(resolve));
      await gateway.drain();
      http.closeAllConnections();
      await closed;
      await summaries[Symbol.asyncDispose]();
      rooms[Symbol.dispose]();
      wheel[Symbol.dispose]();
      sweep[Symbol.dispose]();
      eventChannels[Symbol.dispose]();
      observatory[Symbol.dispose]();
    },
  };
}

function administratorCheck({
  administrators,
}: Pick<Configuration, 'administrators'>): (user: string) => boolean {
  if (administrators === 'everyone') return () => true;
  return (user) => user === METRICS_READER.id || administrators.includes(user);
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
