/** Wires the parts of a server, starts them in order, and stops them in reverse. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrators } from './accounts/administrators.ts';
import { ApiTokens } from './accounts/api-tokens.ts';
import { Authenticator, type HeaderReader } from './accounts/authenticator.ts';
import { CurrentSettings } from './accounts/current-settings.ts';
import { People } from './accounts/people.ts';
import { createMailer } from './mail/mailer.ts';
import { digests } from './digests/digests.ts';
import { createUnsubscribeTokens } from './digests/unsubscribe-token.ts';
import { linkMail } from './accounts/link-mail.ts';
import { droppedNotices, noticeMail } from './accounts/notice-mail.ts';
import { shareMail } from './accounts/share-mail.ts';
import { sessionSweep } from './accounts/session-sweep.ts';
import { createTokenSigner } from './accounts/session-token.ts';
import { createWelcome } from './accounts/welcome-document.ts';
import { createAccounts } from './api/accounts.ts';
import { signedInMiddleware } from './api/api-environment.ts';
import { createApplication } from './api/application.ts';
import { documentRoutes } from './api/document-routes.ts';
import { fileRoutes } from './api/file-routes.ts';
import { guestSignUp } from './api/guest-sign-up.ts';
import { inboxRoutes } from './api/inbox-routes.ts';
import { openApiRoutes } from './api/open-api-routes.ts';
import { peopleRoutes } from './api/people-routes.ts';
import { publicRoutes } from './api/public-routes.ts';
import { searchRoutes } from './api/search-routes.ts';
import { SessionAnswer } from './api/session-answer.ts';
import { sessionRoutes } from './api/session-routes.ts';
import { unsubscribePages } from './api/unsubscribe-pages.ts';
import type { Bus } from './bus/bus.ts';
import { Cluster } from './cluster/cluster.ts';
import { logSweep } from './cluster/log-sweep.ts';
import { createEventChannels } from './channels/event-channels.ts';
import { auditSweep } from './commands/audit-sweep.ts';
import type { CommandRunner } from './commands/command-runner.ts';
import { FanOutLimiter, limitFanOut } from './commands/fan-out-limiter.ts';
import { measureCommands } from './commands/measured-command-runner.ts';
import { notificationSweep } from './commands/notification-sweep.ts';
import { resultSweep } from './commands/result-sweep.ts';
import type { Configuration } from './configuration/configuration.ts';
import type { Secrets } from './configuration/setting-schemas.ts';
import { ConnectionLimiter } from './connection/connection-limiter.ts';
import { ConnectionPolicy } from './connection/connection-policy.ts';
import { ConnectionRegistry } from './connection/connection-registry.ts';
import { ConnectionTelemetry } from './connection/connection-telemetry.ts';
import { outputFactory } from './connection/output.ts';
import { AddressClaims } from './documents/address-claims.ts';
import { AccessCache } from './documents/access-cache.ts';
import { DocumentIndexer } from './documents/document-indexer.ts';
import { ExcerptUpdater } from './documents/excerpt-updater.ts';
import { LinkExpiry } from './documents/link-expiry.ts';
import { PublicPages } from './documents/public-pages.ts';
import { groupEnd } from './documents/group-jobs.ts';
import { documentPurge, trashSweep } from './documents/trash-jobs.ts';
import { RecentDocuments } from './documents/recent-documents.ts';
import { Rooms } from './documents/rooms.ts';
import { routeEngineNotices } from './engine-notices.ts';
import type { Engine } from './engine/port.ts';
import { createFiles } from './files/create-files.ts';
import type { Histories } from './history/histories.ts';
import { historyThinning } from './history/thinning-job.ts';
import { Gateway } from './gateway.ts';
import { bearerCheck } from './http/bearer-token.ts';
import { clientAddress } from './http/client-address.ts';
import { CookiePolicy } from './http/cookie-policy.ts';
import { createCors } from './http/cors.ts';
import type { HttpListener } from './http/http-listener.ts';
import { createOriginPolicy } from './http/origin-policy.ts';
import { createRequestHandlers } from './http/request-handlers.ts';
import type { HeadersOf } from './http/security-headers.ts';
import type { StaticFiles } from './http/static-files.ts';
import { UntrustedProxies } from './http/untrusted-proxies.ts';
import type { AnyJobHandler } from './jobs/job-handler.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { JOBS } from './jobs/limits.ts';
import {
  FAN_OUT,
  MAX_TRACKED_CALLERS,
  REQUEST_RATES,
  SIGN_IN_RATE,
  WEBHOOKS,
  type RequestRate,
} from './limits.ts';
import { MetricsCollector } from './metrics/metrics-collector.ts';
import { Metrics, type SpanSink } from './metrics/metrics.ts';
import { PostCommitEffects } from './post-commit-effects.ts';
import { createSelfProbe } from './probe/create-self-probe.ts';
import { connectionFactory } from './protocols/connection-factory.ts';
import { systemClock } from './runtime/clock.ts';
import { ErrorBoundary } from './runtime/error-boundary.ts';
import { ViolationTracker } from './rate-limits/violation-tracker.ts';
import { KeyedRateLimiter } from './runtime/keyed-rate-limiter.ts';
import type { Log } from './runtime/log.ts';
import { TimerWheel } from './runtime/timer-wheel.ts';
import type { ClusterStorage } from './storage/cluster-log.ts';
import type { JobKind, JobStore } from './storage/jobs/job-store.ts';
import { readDescendants } from './storage/document-tree.ts';
import type { ObjectStore } from './storage/objects/object-store.ts';
import type { SearchIndex } from './storage/search/search-index.ts';
import type { Database } from './storage/tables.ts';
import { readTimeline } from './storage/timelines.ts';
import { TransportRelay } from './transports/transport-relay.ts';
import { WebSockets } from './transports/web-sockets.ts';
import { textsToWebhooks } from './webhooks/text-changes.ts';
import { webhookDeliveries } from './webhooks/webhook-deliveries.ts';
import { webhookEvents } from './webhooks/webhook-events.ts';
import { webhookSender } from './webhooks/webhook-sender.ts';
import { switchOffAllWebhooks } from './storage/webhooks.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface ServerOptions {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  /** It listens already and serves nothing yet. The server closes it. */
  readonly listener: HttpListener;
  readonly files: StaticFiles;
  readonly securityHeaders: HeadersOf;
  /** The caller closes these after the server, down to the jobs. */
  readonly db: Database;
  readonly search: SearchIndex;
  readonly engine: Engine;
  readonly histories: Histories;
  readonly runner: CommandRunner;
  readonly jobs: JobStore;
  /** Null: this server takes no files. */
  readonly objects: ObjectStore | null;
  /** Null: no other node uses the database. The server closes it. */
  readonly cluster: ClusterStorage | null;
  /** The server starts and closes it. */
  readonly bus: Bus | null;
  readonly spans: SpanSink | null;
  readonly log: Log;
}

/** Disposing of the result drains connections, stores what they sent and closes the port. */
export async function startServer(options: ServerOptions): Promise<AsyncDisposable> {
  const { configuration, secrets, listener, db, engine, histories, spans, log } = options;
  const { limits, allowAdhocDocuments } = configuration;
  const clock = systemClock;
  const metrics = new Metrics(spans, clock);
  const errors = new ErrorBoundary({ log, counter: metrics.containedErrors });
  const wheel = new TimerWheel((error) => errors.report('timer', {}, error));
  const runner = measureCommands(options.runner, metrics);

  const people = new People(db);
  const administrators = new Administrators(db, configuration.administrators);
  await administrators.refresh();
  const tokens = createTokenSigner(secrets);
  const settings = new CurrentSettings(db);
  await settings.refresh();
  const apiTokens = new ApiTokens({ db, clock, log });
  const cookies = new CookiePolicy(configuration);
  const readSessionCookie = (header: HeaderReader) => cookies.readSession(header);
  const authenticator = new Authenticator({
    ...{ people, tokens, apiTokens, settings, readSessionCookie },
  });

  const indexer = new DocumentIndexer({ index: options.search, engine, now: clock.now, log });
  const excerptUpdater = new ExcerptUpdater({
    ...{ db, engine, log },
    indexer: textsToWebhooks({
      ...{ db, jobs: options.jobs, indexer, clock, log },
      onEnqueued: () => onJobsEnqueued(),
    }),
  });
  const recentDocuments = new RecentDocuments({ runner, log });
  const access = new AccessCache({ db, engine, allowAdhocDocuments });
  const claims = new AddressClaims({
    ...{ db, runner, clock },
    issuers: configuration.oidcProviders.map(({ issuer }) => issuer),
  });
  const rooms = new Rooms({
    ...{ engine, access, recentDocuments, claims, wheel, metrics, errors, log },
    readTimeline: () => readTimeline(db),
  });

  const connections = new ConnectionRegistry();
  let findCluster: () => Cluster | null = () => null;
  const isCutOff = (): boolean => findCluster()?.isCutOff === true;
  const isHeld = (): boolean => findCluster()?.isHeld === true;
  const metricsCollector = new MetricsCollector({
    metrics,
    engine,
    serverStats: () => ({
      certificateExpiresAtMs: listener.certificateExpiresAtMs,
      state: connections.state,
      connections,
      rooms: rooms.all(),
      cluster: findCluster()?.stats ?? null,
    }),
    countJobs: () => options.jobs.count(),
  });

  const eventChannels = createEventChannels({
    db,
    rooms,
    wheel,
    metrics,
    errors,
    sample: () => metricsCollector.dashboard.sample(),
    isAdministrator: (user) => administrators.has(user),
  });
  const { hub, activity } = eventChannels;

  const violations = new ViolationTracker(clock);
  const policy = new ConnectionPolicy({
    connections,
    connectionsPerUser: limits.connectionsPerUser,
    authenticator,
    isFull: (document) => engine.isFull(document),
    metrics,
    violations,
  });
  const limiter = new ConnectionLimiter({
    limits,
    connections,
    isCutOff,
    wheel,
    clock,
    metrics,
    log,
  });
  const fanOutRate = new KeyedRateLimiter({ rate: FAN_OUT.rate, clock });
  const fanOut = new FanOutLimiter(fanOutRate);
  const createConnection = connectionFactory(
    {
      owner: connections,
      createOutput: outputFactory({ wheel, clock, metrics, isHeld }),
      limits,
      telemetry: new ConnectionTelemetry(metrics, log),
      errors,
      wheel,
      clock,
      random: Math.random,
    },
    { rooms, policy, metrics, authenticator, runner, fanOut, eventChannels, wheel, clock },
  );

  const originPolicy = createOriginPolicy(configuration);
  const addressOf = clientAddressOf(configuration, { metrics, log });
  const gateway = new Gateway(
    {
      limiter,
      createConnection,
      originPolicy,
      addressOf,
      mayReadMetrics: bearerCheck(configuration.metricsToken),
      readSessionCookie,
      relay: options.bus === null ? null : new TransportRelay({ bus: options.bus, clock }),
      wheel,
      log,
    },
    new WebSockets(configuration.compressFromBytes),
  );
  const rateLimiter = (name: RequestRate, maxKeys = MAX_TRACKED_CALLERS): KeyedRateLimiter =>
    new KeyedRateLimiter({
      rate: REQUEST_RATES[name],
      ...{ clock, maxKeys },
      onRefused: () => metrics.rateLimited.add(name),
    });
  const [changes, reads] = [rateLimiter('changes'), rateLimiter('reads')];
  const signInRates = {
    account: rateLimiter('signInsOfAccount', SIGN_IN_RATE.maxTracked),
    accountFromAddress: rateLimiter('signInsOfAccountFromAddress', SIGN_IN_RATE.maxTracked),
    device: rateLimiter('signInsOfDevice', SIGN_IN_RATE.maxTracked),
    address: rateLimiter('signInsFromAddress'),
  };
  const passkeyRate = rateLimiter('passkeyChallengesFromAddress');
  const mailRates = {
    fromAddress: rateLimiter('mailsFromAddress'),
    toAddress: rateLimiter('mailsToAddress'),
    noticesToPerson: rateLimiter('noticesToPerson'),
    all: rateLimiter('mails'),
  };
  const shareRates = {
    ofPerson: rateLimiter('invitationsOfPerson'),
    toAddress: rateLimiter('shareMailsToAddress', SIGN_IN_RATE.maxTracked),
    all: rateLimiter('shareMails'),
    directory: rateLimiter('directory'),
  };
  const sessions = new SessionAnswer({ configuration, cookies, tokens });
  const callers = { authenticator, changes, reads };
  const signedIn = signedInMiddleware(callers);
  const accounts = createAccounts({
    ...{ configuration, secrets, db, people, administrators, settings, authenticator, runner },
    ...{
      sessions,
      cookies,
      rates: signInRates,
      passkeyRate,
      mailRate: mailRates.fromAddress,
      addressOf,
      signedIn,
      log,
    },
    signedInOrGuest: signedInMiddleware({ ...callers, admits: 'guests-to-sign-in' }),
  });
  const [uploads, downloads] = [rateLimiter('uploads'), rateLimiter('downloads')];
  const historyRates = rateLimiter('history');
  const publicRates = { pages: rateLimiter('publicPages'), files: rateLimiter('publicFiles') };
  const files = createFiles(
    { ...options, history: histories.ofPeople, metrics, clock },
    configuration.files,
  );
  const signUpGuest = guestSignUp({
    people,
    welcome: createWelcome({ db, engine, log }),
    addressOf,
    rates: rateLimiter('guests'),
    async tryCount(address) {
      const isCounted = (await options.cluster?.tryCountGuest(db, address)) ?? true;
      if (!isCounted) metrics.rateLimited.add('guests');
      return isCounted;
    },
  });
  const limited = limitFanOut(runner, fanOut);
  const unsubscribeTokens = createUnsubscribeTokens(secrets);
  const application = createApplication({
    configuration,
    routes: [
      openApiRoutes(),
      sessionRoutes({
        ...{ authenticator, people, runner, sessions, cookies, signUpGuest, changes, log },
        allowGuests: configuration.allowGuests,
      }),
      ...accounts.routes,
      // Before the documents, whose rates are for smaller requests.
      fileRoutes({
        db,
        authenticator,
        transfers: files,
        securityHeaders: options.securityHeaders,
        clock,
        signedIn: signedInMiddleware({ authenticator, changes: uploads, reads: downloads }),
      }),
      documentRoutes({
        ...{ db, engine, rooms, runner: limited, signedIn },
        ...{ administrators, signInRates, addressOf },
        invited: {
          ...{ directory: configuration.directory, invitationRate: shareRates.ofPerson },
          sendsMail: configuration.mail !== null,
          verifiesAddresses: configuration.mail !== null || configuration.oidcProviders.length > 0,
        },
        ...{ history: histories.ofPeople, pages: histories.ofPrograms },
        ...{ search: options.search, publicUrl: configuration.publicUrl },
        ...{ historyRates, violations, metrics },
      }),
      peopleRoutes({
        ...{ db, people, runner: limited, signedIn },
        ...{ administrators, directory: configuration.directory },
        directoryRate: shareRates.directory,
      }),
      inboxRoutes({ db, signedIn }),
      searchRoutes({ index: options.search, signedIn }),
    ],
    authenticator,
    signInPages: accounts.pages,
    publicRoutes: publicRoutes({
      ...{ db, addressOf, isCutOff, clock, log },
      pages: configuration.allowsPublicPages
        ? new PublicPages({
            renderer: histories.ofPublicPages,
            positions: histories.ofPositions,
            origin: configuration.publicUrl?.origin ?? null,
            clock,
          })
        : null,
      downloads: files?.downloads ?? null,
      rates: publicRates,
      securityHeaders: options.securityHeaders,
    }),
    unsubscribePages: unsubscribePages({
      ...{ runner, db, tokens: unsubscribeTokens },
      rate: rateLimiter('unsubscribes'),
    }),
    files: options.files,
    isCutOff,
    originPolicy,
    securityHeaders: options.securityHeaders,
    readMetrics: metricsCollector.read,
    log,
  });

  const mailer = configuration.mail === null ? null : createMailer(configuration.mail);
  const jobRunner = (handlers: readonly AnyJobHandler<JobKind>[], concurrency?: number) =>
    new JobRunner<JobKind>({
      ...(concurrency === undefined ? {} : { concurrency }),
      ...{ store: options.jobs, handlers, clock, random: Math.random, log },
      pollMs: options.cluster === null ? null : JOBS.pollMs,
      onRan: (kind, result, startMs) => metrics.jobRan(kind, result, startMs),
    });
  const mailing =
    mailer === null || configuration.mail === null
      ? null
      : { db, jobs: options.jobs, mailer, clock, publicUrl: configuration.mail.publicUrl };
  const toAccounts = mailing === null ? null : { ...mailing, rates: mailRates };
  // Mails to accounts do not wait for those about documents, and these not for digests.
  const mailJobs =
    mailing === null || toAccounts === null || configuration.mail === null
      ? []
      : [
          jobRunner([linkMail(toAccounts), noticeMail(toAccounts)]),
          jobRunner([shareMail({ ...mailing, rates: shareRates })]),
          jobRunner([
            digests({
              ...{ ...mailing, ...configuration.mail, tokens: unsubscribeTokens },
              rate: rateLimiter('digests'),
              random: Math.random,
            }),
          ]),
        ];
  const webhookJobs = jobRunner(
    [
      webhookEvents({ db, jobs: options.jobs, onEnqueued: () => webhookJobs.wake() }),
      webhookDeliveries({
        ...{ db, jobs: options.jobs, clock, random: Math.random },
        onSent: (outcome) => metrics.webhookRequests.add(outcome),
        send: webhookSender({ allowedHosts: configuration.webhookAllowedHosts }),
        rate: new KeyedRateLimiter({ rate: WEBHOOKS.rate, clock }),
      }),
    ],
    JOBS.webhookConcurrency,
  );
  const jobs = jobRunner([
    ...(mailing === null ? [droppedNotices] : []),
    sessionSweep({ db, engine, clock }),
    trashSweep({ db, runner, clock }),
    groupEnd({ db, runner }),
    documentPurge({ engine, search: options.search, deletion: files?.deletion ?? null }),
    ...(files?.jobs ?? []),
    resultSweep(db, clock),
    notificationSweep(db, clock),
    auditSweep({ db, clock, keptMs: configuration.auditDays * DAY_MS }),
    ...(configuration.historyFullDays === null
      ? []
      : [
          historyThinning({
            ...{ db, clock, history: histories.ofPeople },
            fullMs: configuration.historyFullDays * DAY_MS,
          }),
        ]),
    ...(options.cluster === null ? [] : [logSweep(options.cluster.log)]),
  ]);
  const onJobsEnqueued = () => {
    jobs.wake();
    for (const each of mailJobs) each.wake();
    webhookJobs.wake();
  };
  const linkExpiry = new LinkExpiry({ db, runner, clock, log });
  const effects = new PostCommitEffects({
    ...{ hub, activity, rooms, people, administrators, onJobsEnqueued, errors, clock },
    async onSettingsChanged() {
      await settings.refresh();
      if (settings.get().signIn === 'required')
        await connections.endGuests((user) => people.isGuest(user));
    },
    recheckSessions: () => people.recheckSessions(connections.sessions()),
    onClientsMerged: (document) => engine.reload(document),
    findInside: (documents) => readDescendants(db, documents),
    onAccessChanged: () => linkExpiry.check(),
    onRenamedHere: (document) => indexer.titleChanged(document),
    onCommittedHere: (events) => indexer.committed(events),
  });
  const cluster =
    options.cluster === null || options.bus === null
      ? null
      : new Cluster({
          ...options.cluster,
          bus: options.bus,
          engine,
          findRoom: (document) => rooms.find(document),
          presentHere: (document) => rooms.presentHere(document),
          onPresent: (document) => activity.peopleChanged(document),
          setChatTypingOf: (document, change) => eventChannels.setChatTypingOf(document, change),
          limits: {
            counts: {
              user: connections.held('user', limits.connectionsPerUser),
              address: connections.held('address', limits.connectionsPerAddress),
            },
            rates: {
              ...{ changes, reads, uploads, downloads, violations },
              history: historyRates,
              publicPages: publicRates.pages,
              publicFiles: publicRates.files,
              fanOut: fanOutRate,
              signInsOfAccount: signInRates.account,
              signInsOfAccountFromAddress: signInRates.accountFromAddress,
              signInsOfDevice: signInRates.device,
              signInsFromAddress: signInRates.address,
              passkeyChallengesFromAddress: passkeyRate,
              mailsFromAddress: mailRates.fromAddress,
              mailsToAddress: mailRates.toAddress,
              noticesToPerson: mailRates.noticesToPerson,
              mails: mailRates.all,
              invitationsOfPerson: shareRates.ofPerson,
              shareMailsToAddress: shareRates.toAddress,
              shareMails: shareRates.all,
              directory: shareRates.directory,
            },
          },
          openDocuments: () => Array.from(rooms.all(), ({ document }) => document),
          clock,
          serverLog: log,
          onCommitted(channels, committed) {
            hub.moved(channels);
            effects.applyOfOthers(committed);
          },
          onMissed: () => effects.resync(),
          onUnknown: (part) => metrics.unknownParts.add(part),
          db,
          onCutOff: () => connections.closeAll(),
        });
  findCluster = () => cluster;
  effects.start(runner, (entry) => cluster?.handled(entry));
  excerptUpdater.onExcerptsChanged(async (changes) => {
    const changed = changes.map(
      ({ id, ...rest }) => ({ kind: 'excerpt-changed', document: id, ...rest }) as const,
    );
    effects.apply(changed);
    await cluster?.announce(changed);
  });
  routeEngineNotices(engine, {
    rooms,
    excerptUpdater,
    connections,
    metrics,
    errors,
    log,
    onAppended: (notice) => cluster?.appended(notice),
  });
  rooms.onPeople((document) => {
    activity.peopleChanged(document);
    cluster?.present.changed(document);
  });
  if (cluster !== null) {
    connections.setElsewhere(cluster.limits);
    rooms.setElsewhere((document) => cluster.present.users(document));
    rooms.setPeers(cluster.rooms);
    eventChannels.onChatTyping((document, change) => cluster.rooms.onChatTyping(document, change));
  }
  runner.onStorageChanged((error) => connections.commandStorageChanged(error));
  people.onRename((user) => {
    connections.renameUser(user);
    rooms.renameUser(user);
  });
  people.onSessionEnded((session) => connections.endSession(session));

  if (cluster !== null) {
    await cluster.start();
    // What was committed between the first look and the start of the log.
    await Promise.all([administrators.refresh(), settings.refresh()]);
  }
  if (!configuration.webhooks) await switchOffAllWebhooks(db);
  await linkExpiry.start();
  jobs.start();
  for (const each of mailJobs) each.start();
  webhookJobs.start();
  wheel.start();
  metricsCollector.start();
  eventChannels.start();
  const selfProbe = createSelfProbe({ db, engine, tokens, clock, metrics, log }, listener);
  listener.serve({
    ...createRequestHandlers({ cors: createCors(configuration), gateway, application, errors }),
    canStore: () => !isStalled(engine) && !isHeld(),
  });
  if (configuration.selfProbe) selfProbe.start();
  indexer.catchUp();

  return {
    async [Symbol.asyncDispose]() {
      listener.drain();
      if (configuration.drainDelayMs > 0) await sleep(configuration.drainDelayMs);
      selfProbe[Symbol.dispose]();
      linkExpiry[Symbol.dispose]();
      cluster?.limits.release();
      await connections.drain();
      limiter[Symbol.dispose]();
      await listener[Symbol.asyncDispose]();
      await excerptUpdater[Symbol.asyncDispose]();
      await indexer[Symbol.asyncDispose]();
      recentDocuments[Symbol.dispose]();
      effects[Symbol.dispose]();
      rooms[Symbol.dispose]();
      wheel[Symbol.dispose]();
      await Promise.all([
        jobs[Symbol.asyncDispose](),
        ...mailJobs.map((each) => each[Symbol.asyncDispose]()),
        webhookJobs[Symbol.asyncDispose](),
      ]);
      mailer?.[Symbol.dispose]();
      eventChannels[Symbol.dispose]();
      metricsCollector[Symbol.dispose]();
      await cluster?.[Symbol.asyncDispose]();
    },
  };
}

function clientAddressOf(
  { trustedProxies }: Configuration,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
): (request: IncomingMessage) => string | null {
  const proxies = new UntrustedProxies({ trustedProxies, counter: metrics.untrustedForwards, log });
  return (request) => {
    proxies.notice(request);
    return clientAddress(request, trustedProxies);
  };
}

function isStalled(engine: Engine): boolean {
  return engine.stats().shards.some(({ state }) => state === 'stalled');
}
