/** Wires the parts of a server, starts them in order, and stops them in reverse. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createEventChannels } from './channels/event-channels.ts';
import { PostCommitEffects } from './post-commit-effects.ts';
import type { CommandRunner } from './commands/command-runner.ts';
import type { Configuration } from './configuration/configuration.ts';
import type { Database } from './storage/tables.ts';
import type { Engine } from './engine/port.ts';
import { ErrorBoundary } from './runtime/error-boundary.ts';
import { routeEngineNotices } from './engine-notices.ts';
import { ConnectionPolicy } from './connection/connection-policy.ts';
import { ConnectionRegistry } from './connection/connection-registry.ts';
import { protocolFactory } from './protocols/protocol-factory.ts';
import { systemClock } from './runtime/clock.ts';
import { Gateway } from './gateway.ts';
import { Rooms } from './documents/rooms.ts';
import { ExcerptUpdater } from './documents/excerpt-updater.ts';
import { TimerWheel } from './runtime/timer-wheel.ts';
import { createApplication } from './api/application.ts';
import { bearerCheck } from './http/bearer-token.ts';
import { clientAddress } from './http/client-address.ts';
import { createCors } from './http/cors.ts';
import type { HttpListener } from './http/http-listener.ts';
import { createOriginPolicy } from './http/origin-policy.ts';
import { KeyedRateLimiter } from './runtime/keyed-rate-limiter.ts';
import type { HeadersOf } from './http/security-headers.ts';
import type { StaticFiles } from './http/static-files.ts';
import { UntrustedProxies } from './http/untrusted-proxies.ts';
import { REQUEST_RATES } from './limits.ts';
import type { Log } from './runtime/log.ts';
import { createSelfProbe } from './probe/create-self-probe.ts';
import { measureCommands } from './commands/measured-command-runner.ts';
import { Metrics } from './metrics/metrics.ts';
import { MetricsCollector } from './metrics/metrics-collector.ts';
import type { SpanSink } from './metrics/span.ts';
import { METRICS_READER, People } from './accounts/people.ts';
import { sweepSessions } from './accounts/session-sweep.ts';
import type { Secrets } from './configuration/setting-schemas.ts';
import { createTokenSigner } from './accounts/session-token.ts';
import { createWelcome } from './accounts/welcome-document.ts';

export interface ServerOptions {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  /** Listens already and serves nothing yet. The server closes it. */
  readonly listener: HttpListener;
  /** The built web application. */
  readonly files: StaticFiles;
  readonly securityHeaders: HeadersOf;
  /** The caller closes these three after the server. */
  readonly db: Database;
  readonly engine: Engine;
  readonly runner: CommandRunner;
  /** Null: no traces. */
  readonly spans: SpanSink | null;
  readonly log: Log;
}

/** @returns the running server. Disposing of it drains connections, stores what they sent and closes the port. */
export async function startServer(options: ServerOptions): Promise<AsyncDisposable> {
  const { configuration, secrets, listener, db, engine, spans, log } = options;
  const { limits, trustedProxies, allowAdhocDocuments } = configuration;

  const metrics = new Metrics(spans);
  const errors = new ErrorBoundary({ log, counter: metrics.containedErrors });
  const runner = measureCommands(options.runner, metrics);
  const wheel = new TimerWheel((error) => errors.report('timer', {}, error));
  const excerptUpdater = new ExcerptUpdater({ db, engine, log });
  const rooms = new Rooms({
    db,
    engine,
    runner,
    wheel,
    excerptUpdater,
    metrics,
    errors,
    log,
    allowAdhocDocuments,
  });
  const people = new People(db);
  const tokens = createTokenSigner(secrets);
  const originPolicy = createOriginPolicy(configuration);
  const proxies = new UntrustedProxies({ trustedProxies, counter: metrics.untrustedForwards, log });
  const addressOf = (request: IncomingMessage) => {
    proxies.notice(request);
    return clientAddress(request, trustedProxies);
  };
  const connections = new ConnectionRegistry();
  const metricsCollector = new MetricsCollector({
    metrics,
    engine,
    serverStats: () => ({ state: connections.state, connections, rooms: rooms.all() }),
  });
  const eventChannels = createEventChannels({
    db,
    rooms,
    wheel,
    metrics,
    errors,
    sample: () => metricsCollector.dashboard.sample(),
    isAdministrator: administratorCheck(configuration),
  });
  const { hub, activity } = eventChannels;
  rooms.onPeople((document) => activity.peopleChanged(document));
  excerptUpdater.onExcerptChanged((document, summary) =>
    activity.excerptChanged(document, summary),
  );
  new PostCommitEffects({ hub, activity, rooms, people, errors }).start(runner);
  const policy = new ConnectionPolicy({
    connections,
    connectionsPerUser: limits.connectionsPerUser,
    people,
    tokens,
    isFull: (document) => engine.isFull(document),
    metrics,
    clock: systemClock,
  });
  const gateway = new Gateway({
    limits,
    connections,
    createProtocol: protocolFactory({
      rooms,
      policy,
      metrics,
      people,
      tokens,
      runner,
      eventChannels,
      wheel,
    }),
    onEnd: (connection) => policy.onEnd(connection),
    checks: { originPolicy, addressOf, mayReadMetrics: bearerCheck(configuration.metricsToken) },
    wheel,
    metrics,
    errors,
    log,
  });
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
    guests: new KeyedRateLimiter(REQUEST_RATES.guests, () => metrics.rateLimited.add('guests')),
    changes: new KeyedRateLimiter(REQUEST_RATES.changes, () => metrics.rateLimited.add('changes')),
    reads: new KeyedRateLimiter(REQUEST_RATES.reads, () => metrics.rateLimited.add('reads')),
    files: options.files,
    originPolicy,
    securityHeaders: options.securityHeaders,
    readMetrics: metricsCollector.read,
    log,
  });

  const answerApi = getRequestListener(application.fetch, { overrideGlobalObjects: false });
  const cors = createCors(configuration);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const fields = { method: request.method };
    const isDone = errors.run('request', fields, () => {
      if (cors(request, response) || gateway.request(request, response)) return;
      Promise.resolve(answerApi(request, response)).catch((error: unknown) => {
        errors.report('request', fields, error);
        response.destroy();
      });
    });
    if (!isDone) response.destroy();
  };
  routeEngineNotices(engine, { rooms, policy, metrics, errors, log });
  runner.onStorageChanged((error) => {
    for (const connection of connections) connection.commandStorageChanged(error);
  });
  people.onRename((user) => {
    for (const connection of connections.ofUser(user.id)) connection.user = user;
    rooms.renameUser(user);
  });
  people.onSessionEnded((session) => {
    for (const connection of connections)
      if (connection.session === session) connection.close('unauthenticated');
  });
  const sweep = sweepSessions({ db, engine, log });
  wheel.start();
  metricsCollector.start();
  eventChannels.start();
  const selfProbe = createSelfProbe({ db, engine, tokens, metrics, log }, listener.address);
  listener.serve({
    request: handle,
    upgrade: gateway.upgrade,
    canStore: () => !isStalled(engine),
  });
  if (configuration.selfProbe) selfProbe.start();

  return {
    async [Symbol.asyncDispose]() {
      listener.drain();
      selfProbe[Symbol.dispose]();
      await gateway.drain();
      await listener[Symbol.asyncDispose]();
      await excerptUpdater[Symbol.asyncDispose]();
      rooms[Symbol.dispose]();
      wheel[Symbol.dispose]();
      sweep[Symbol.dispose]();
      eventChannels[Symbol.dispose]();
      metricsCollector[Symbol.dispose]();
    },
  };
}

function administratorCheck({
  administrators,
}: Pick<Configuration, 'administrators'>): (user: string) => boolean {
  if (administrators === 'everyone') return () => true;
  return (user) => user === METRICS_READER.id || administrators.includes(user);
}

/** Whether updates of some documents cannot be committed at the moment. */
function isStalled(engine: Engine): boolean {
  return engine.stats().shards.some(({ state }) => state === 'stalled');
}
