/** All sockets: who may connect, what the engine has for them, and how they are sent away before a restart. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  binaryCodec,
  errorOf,
  HELLO_TIMEOUT_MS,
  jsonCodec,
  SUBPROTOCOL_BINARY,
  type Codec,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { EventChannels } from './channels/event-channels.ts';
import type { CommandRunner } from './commands/runner.ts';
import type { Configuration } from './configuration/configuration.ts';
import type { Engine, EngineNotice } from './engine/port.ts';
import type { BearerCheck } from './http/bearer-token.ts';
import type { OriginPolicy } from './http/origin-policy.ts';
import { DRAIN } from './limits.ts';
import type { ErrorBoundary } from './runtime/error-boundary.ts';
import type { Log } from './runtime/log.ts';
import type { ServerStats, CodecWord } from './metrics/connection-stats.ts';
import type { ConnectResult, Metrics } from './metrics/metrics.ts';
import { ANONYMOUS, type People } from './accounts/people.ts';
import type { TokenSigner } from './accounts/session-token.ts';
import { Connection, type ConnectionShared } from './connection/connection.ts';
import type { ProtocolHandler } from './connection/protocol-handler.ts';
import type { ProtocolServices } from './protocols/protocol-services.ts';
import { FeedProtocol, type FeedRequest } from './protocols/feed/feed-protocol.ts';
import type { FeedTransport } from './protocols/feed/feed-transport.ts';
import { Feeds, type FeedHost } from './protocols/feed/feeds.ts';
import { systemClock } from './runtime/clock.ts';
import { FlushScheduler } from './runtime/flush-scheduler.ts';
import { HandshakeRateLimiter } from './rate-limits/handshake-rate-limiter.ts';
import { NativeProtocol } from './protocols/native/native-protocol.ts';
import { ViolationTracker, type Sender } from './rate-limits/violation-tracker.ts';
import type { Rooms } from './documents/rooms.ts';
import { YjsProtocol } from './protocols/yjs/yjs-protocol.ts';
import { PreAuthConnections } from './rate-limits/pre-auth-connections.ts';
import type { TimerWheel } from './runtime/timer-wheel.ts';
import { FrameMaker, type Data } from './transports/frame.ts';
import { HttpTransports, type TransportHost } from './transports/http-transports.ts';
import type { Transport } from './transports/transport.ts';
import {
  decideUpgrade,
  NATIVE_FRAMES,
  nativeSockets,
  refuseUpgrade,
  YJS_FRAMES,
  yjsSockets,
  type Destination,
  type UpgradeRefusal,
} from './transports/upgrade.ts';

export interface GatewayOptions {
  readonly limits: Configuration['limits'];
  readonly engine: Engine;
  readonly people: People;
  readonly tokens: TokenSigner;
  readonly rooms: Rooms;
  readonly runner: CommandRunner;
  readonly eventChannels: EventChannels;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly log: Log;
  readonly originPolicy: OriginPolicy;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly mayReadMetrics: BearerCheck;
}

/** What a connection is for. */
type Purpose =
  | Destination
  | { readonly kind: 'feed'; readonly transport: FeedTransport; readonly request: FeedRequest };

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #services: ProtocolServices;
  readonly #shared: ConnectionShared;
  readonly #connections = new Set<Connection>();
  /** Of people with a name. Most have one: a list takes less room than a set. */
  readonly #perUser = new Map<string, readonly Connection[]>();
  readonly #perAddress = new Map<string, number>();
  readonly #paused = new Set<Connection>();
  readonly #violations = new ViolationTracker();
  readonly #preAuthConnections = new PreAuthConnections();
  readonly #budget: HandshakeRateLimiter;
  readonly #http: HttpTransports;
  readonly #feeds: Feeds;
  #state: 'open' | 'draining' = 'open';

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { rooms, people, tokens, engine, wheel, metrics, log, limits, originPolicy } = options;
    const frames = new FrameMaker();
    this.#services = {
      rooms,
      runner: options.runner,
      eventChannels: options.eventChannels,
      people,
      tokens,
      wheel,
      metrics,
      isFull: (document) => engine.isFull(document),
      pause: (connection) => this.#pause(connection),
      authenticate: (connection, user) => this.#authenticate(connection, user),
      refused: (connection, error) => this.#refused(connection, error),
      reauthenticate: (connection, token) => this.#reauthenticate(connection, token),
    };
    this.#shared = {
      wheel,
      clock: systemClock,
      flushes: new FlushScheduler(() => frames.forget()),
      frames,
      preAuth: this.#preAuthConnections,
      log,
      limits,
      metrics,
      errors: options.errors,
      onEnd: (connection) => this.#ended(connection),
    };
    this.#budget = new HandshakeRateLimiter({ perSecond: limits.hellosPerSecond, wheel });
    const host = this.#transportHost();
    this.#http = new HttpTransports({ host, wheel, originPolicy, log });
    const { mayReadMetrics } = options;
    this.#feeds = new Feeds({ host, originPolicy, mayReadMetrics });
  }

  /** Starts to listen to the engine, to changes of names and to ends of sessions. */
  start(): void {
    const { engine, people, runner, errors } = this.#options;
    engine.onNotices((notices) => {
      for (const notice of notices)
        errors.run('room', { event: notice.kind }, () => this.#handleEngineNotice(notice));
    });
    runner.onStorageChanged((error) => {
      for (const connection of this.#connections) connection.commandStorageChanged(error);
    });
    people.onRename((user) => this.#rename(user));
    people.onSessionEnded((session) => this.#signOut(session));
  }

  /** What there is now, for the metrics. */
  serverStats(): ServerStats {
    const { rooms } = this.#options;
    return { state: this.#state, connections: this.#connections, rooms: rooms.all() };
  }

  get size(): number {
    return this.#connections.size;
  }

  /** For the `upgrade` event of the HTTP server. */
  readonly upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', ignore);
    const isDone = this.#options.errors.run('request', { method: 'upgrade' }, () =>
      this.#upgrade(request, stream, head),
    );
    if (!isDone) stream.destroy();
  };

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const decision = decideUpgrade(request, this.#options.originPolicy);
    const address = this.#options.addressOf(request);
    if (decision.kind === 'refused') {
      this.#options.log.info({ address, status: decision.status }, decision.sentence);
      this.#refuseUpgrade(stream, decision);
      return;
    }
    const { destination } = decision;
    const [sockets, frames] =
      destination.kind === 'native' ? [nativeSockets, NATIVE_FRAMES] : [yjsSockets, YJS_FRAMES];
    const refusal = this.#tryAccept(address, () => {
      if (stream.destroyed) return;
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const connection = this.#accept(socket, { address, destination });
        socket.own(connection, { stream: stream as Socket, limits: frames });
      });
    });
    if (refusal !== null) this.#refuseUpgrade(stream, refusal);
  }

  /** For the `request` event of the HTTP server. @returns whether it was one of the gateway's. */
  request(request: IncomingMessage, answer: ServerResponse): boolean {
    return this.#http.handle(request, answer) || this.#feeds.handle(request, answer);
  }

  /** Sends everybody away, each to come back at a moment of its own; what they sent before is still answered. */
  async drain(): Promise<void> {
    this.#state = 'draining';
    const spreadMs = Math.max(DRAIN.spreadMs, (this.size / DRAIN.connectionsPerSecond) * 1000);
    for (const connection of this.#connections)
      connection.sendGoaway(Math.floor(Math.random() * spreadMs));
    if (this.size > 0) await sleep(DRAIN.flushMs);
    const closing = [...this.#connections];
    await Promise.all(closing.map((connection) => connection.restart()));
    for (const connection of closing) connection.terminate();
    this.#budget[Symbol.dispose]();
  }

  /** Takes a connection in, now or when its turn comes. @returns why not. */
  #tryAccept(address: string | null, accept: () => void): UpgradeRefusal | null {
    const { log, metrics, limits } = this.#options;
    if (this.#state === 'draining')
      return { status: 503, sentence: 'The server restarts. Come back in a moment.' };
    const ofAddress = address === null ? 0 : (this.#perAddress.get(address) ?? 0);
    if (
      ofAddress >= limits.connectionsPerAddress ||
      !this.#preAuthConnections.hasRoomFor(address)
    ) {
      log.warn({ address }, 'too many connections from one address');
      metrics.rateLimited.add('connections');
      return { status: 429, sentence: 'Too many connections from this address.' };
    }
    if (this.#budget.enter(accept) === 'entered') return null;
    metrics.rateLimited.add('hellos');
    return { status: 503, sentence: 'Many people connect at once. Come back in a moment.' };
  }

  #transportHost(): TransportHost & FeedHost {
    const { addressOf, metrics } = this.#options;
    return {
      tryAccept: (request, accept) => {
        const refusal = this.#tryAccept(addressOf(request), accept);
        if (refusal !== null) metrics.connectionAttempts.add(`${refusal.status}`);
        return refusal;
      },
      connect: (transport, request, subprotocol) =>
        this.#accept(transport, {
          address: addressOf(request),
          destination: { kind: 'native', subprotocol },
        }),
      feed: (transport, request, feed) =>
        this.#accept(transport, {
          address: addressOf(request),
          destination: { kind: 'feed', transport, request: feed },
        }),
    };
  }

  #refuseUpgrade(stream: Duplex, refusal: UpgradeRefusal): void {
    const result: ConnectResult = `${refusal.status}`;
    this.#options.metrics.connectionAttempts.add(result);
    refuseUpgrade(stream, refusal);
  }

  #accept(
    transport: Transport,
    { address, destination }: { readonly address: string | null; readonly destination: Purpose },
  ): Connection {
    const connection = new Connection({
      id: randomUUID(),
      address,
      transport,
      codec: codecOf(destination),
      shared: this.#shared,
    });
    this.#options.metrics.connectionAttempts.add('accepted');
    this.#connections.add(connection);
    if (address !== null) this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    connection.start(this.#protocol(connection, destination), HELLO_TIMEOUT_MS);
    this.#options.log.debug(
      { connection: connection.id, address, kind: destination.kind, transport: transport.kind },
      'connection opened',
    );
    return connection;
  }

  #protocol(connection: Connection, destination: Purpose): ProtocolHandler {
    const services = this.#services;
    if (destination.kind === 'feed') {
      const { transport, request } = destination;
      return new FeedProtocol({ connection, transport, services, request });
    }
    if (destination.kind === 'stock') {
      const { document, token } = destination;
      return new YjsProtocol({ connection, services, document, token });
    }
    const codec: Codec<Data> =
      destination.subprotocol === SUBPROTOCOL_BINARY ? binaryCodec : jsonCodec;
    return new NativeProtocol({ connection, codec, services });
  }

  #authenticate(connection: Connection, user: User): ErrorBody | null {
    const waitMs = this.#violations.waitMs(senderOf(connection, user), performance.now());
    if (waitMs > 0) {
      return errorOf('too-many', {
        detail: 'Too many changes were refused. Your text is kept on this device; come back later.',
        retryAfterMs: Math.ceil(waitMs),
      });
    }
    // Whoever has no name is counted by address only.
    if (user.id !== ANONYMOUS.id) {
      const connections = this.#perUser.get(user.id) ?? [];
      const { connectionsPerUser } = this.#options.limits;
      if (connections.length >= connectionsPerUser) {
        this.#options.metrics.rateLimited.add('connections');
        return errorOf('too-many', {
          detail: `You have as many tabs open as one person may have (${connectionsPerUser}). Close some; this one comes in by itself.`,
          retryAfterMs: 30_000,
        });
      }
      this.#perUser.set(user.id, connections.concat(connection));
    }
    connection.onAuthenticated(user);
    return null;
  }

  async #reauthenticate(connection: Connection, token: string): Promise<void> {
    const { tokens, people, metrics } = this.#options;
    const claim = await tokens.verify(token);
    const user = claim === null ? null : await people.findByClaim(claim);
    if (connection.ended) return;
    if (claim === null || user === null || user.id !== connection.user?.id) {
      metrics.reauthentications.add('refused');
      connection.close('unauthenticated');
      return;
    }
    metrics.reauthentications.add('renewed');
    connection.session = claim.session;
    connection.authenticatedUntil(claim.expiresAt);
  }

  #refused(connection: Connection, error: ErrorBody): void {
    // The other refusals do not need a document to be built anew.
    if (error.code !== 'invalid-update' && error.code !== 'client-taken') return;
    const sender = senderOf(connection, connection.user);
    if (this.#violations.add(sender, performance.now()) === 'tolerated') return;
    this.#options.metrics.rateLimited.add('violations');
    connection.close('invalid-update', error);
  }

  #ended(connection: Connection): void {
    const { address, user } = connection;
    this.#connections.delete(connection);
    this.#paused.delete(connection);
    if (address !== null) {
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    }
    if (user !== null) {
      const left = this.#perUser.get(user.id)?.filter((other) => other !== connection) ?? [];
      if (left.length === 0) this.#perUser.delete(user.id);
      else this.#perUser.set(user.id, left);
    }
  }

  #signOut(session: string): void {
    for (const connection of this.#connections)
      if (connection.session === session) connection.close('unauthenticated');
  }

  #rename(user: User): void {
    for (const connection of this.#perUser.get(user.id) ?? []) connection.user = user;
    this.#options.rooms.renameUser(user);
  }

  #pause(connection: Connection): void {
    if (this.#paused.has(connection)) return;
    this.#paused.add(connection);
    connection.pause();
  }

  #handleEngineNotice(notice: EngineNotice): void {
    const { log, rooms, metrics } = this.#options;
    switch (notice.kind) {
      case 'stalled':
        log.error(
          { shard: notice.shard, reason: notice.error.message },
          'nothing can be stored; it is tried again',
        );
        rooms.storageChanged();
        break;
      case 'resumed':
        log.info({ shard: notice.shard }, 'storing works again');
        rooms.storageChanged();
        break;
      case 'drained':
        for (const connection of this.#paused) connection.resume();
        this.#paused.clear();
        break;
      case 'timed':
        if (notice.work === 'commit') metrics.committed(notice.shard, notice.ms);
        else metrics.compacted(notice.document, notice.ms);
        break;
      case 'incident':
        log.error({ document: notice.document, detail: notice.detail }, notice.what);
        break;
      default:
        rooms.handleEngineEvent(notice);
    }
  }
}

/** Whoever has no name is counted by address only. */
function senderOf({ address }: Connection, user: User | null): Sender {
  return { user: user === null || user.id === ANONYMOUS.id ? null : user.id, address };
}

function codecOf(destination: Purpose): CodecWord {
  if (destination.kind === 'feed') return 'events';
  if (destination.kind === 'stock') return 'yjs';
  return destination.subprotocol === SUBPROTOCOL_BINARY ? 'binary' : 'json';
}

function ignore(): void {}
