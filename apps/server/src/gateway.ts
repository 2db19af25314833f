/** Accepts connections over every transport, up to their limits, and drains them before a restart. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HELLO_TIMEOUT_MS } from '@tandem/protocol';
import type { Configuration } from './configuration/configuration.ts';
import { Connection, type ConnectionShared } from './connection/connection.ts';
import type { ConnectionRegistry } from './connection/connection-registry.ts';
import type { BearerCheck } from './http/bearer-token.ts';
import type { OriginPolicy } from './http/origin-policy.ts';
import { DRAIN } from './limits.ts';
import type { ConnectResult, Metrics } from './metrics/metrics.ts';
import { Feeds, type FeedHost } from './protocols/feed/feeds.ts';
import {
  codecOf,
  type ConnectionPurpose,
  type CreateProtocol,
} from './protocols/protocol-factory.ts';
import { HandshakeRateLimiter } from './rate-limits/handshake-rate-limiter.ts';
import { PreAuthConnections } from './rate-limits/pre-auth-connections.ts';
import { systemClock } from './runtime/clock.ts';
import type { ErrorBoundary } from './runtime/error-boundary.ts';
import { FlushScheduler } from './runtime/flush-scheduler.ts';
import type { Log } from './runtime/log.ts';
import type { TimerWheel } from './runtime/timer-wheel.ts';
import { FrameMaker } from './transports/frame.ts';
import { HttpTransports, type TransportHost } from './transports/http-transports.ts';
import type { Transport } from './transports/transport.ts';
import {
  decideUpgrade,
  NATIVE_FRAMES,
  nativeSockets,
  refuseUpgrade,
  YJS_FRAMES,
  yjsSockets,
  type UpgradeRefusal,
} from './transports/upgrade.ts';

/** How HTTP requests are judged. */
export interface RequestChecks {
  readonly originPolicy: OriginPolicy;
  /** Null: this machine, or a proxy on it. */
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly mayReadMetrics: BearerCheck;
}

export interface GatewayOptions {
  readonly limits: Configuration['limits'];
  readonly connections: ConnectionRegistry;
  readonly createProtocol: CreateProtocol;
  /** A connection has ended, and is in `connections` no more. */
  readonly onEnd: (connection: Connection) => void;
  readonly checks: RequestChecks;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly log: Log;
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #shared: ConnectionShared;
  readonly #preAuth = new PreAuthConnections();
  readonly #handshakes: HandshakeRateLimiter;
  readonly #http: HttpTransports;
  readonly #feeds: Feeds;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { connections, wheel, metrics, errors, log, limits, checks } = options;
    const frames = new FrameMaker();
    this.#shared = {
      wheel,
      clock: systemClock,
      flushes: new FlushScheduler(() => frames.forget()),
      frames,
      preAuth: this.#preAuth,
      log,
      limits,
      metrics,
      errors,
      onEnd: (connection) => {
        connections.delete(connection);
        options.onEnd(connection);
      },
    };
    const perSecond = limits.hellosPerSecond;
    this.#handshakes = new HandshakeRateLimiter({ perSecond, wheel, clock: systemClock });
    const host = this.#transportHost();
    const { originPolicy, mayReadMetrics } = checks;
    this.#http = new HttpTransports({ host, wheel, originPolicy, log });
    this.#feeds = new Feeds({ host, originPolicy, mayReadMetrics });
  }

  /** For the `upgrade` event of the HTTP server. */
  readonly upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', ignore);
    const isDone = this.#options.errors.run('request', { method: 'upgrade' }, () =>
      this.#upgrade(request, stream, head),
    );
    if (!isDone) stream.destroy();
  };

  /** For the `request` event of the HTTP server. @returns whether the request is for the gateway. */
  request(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#http.handle(request, response) || this.#feeds.handle(request, response);
  }

  /** Sends all clients away, each to reconnect at another moment; what they sent before is still answered. */
  async drain(): Promise<void> {
    const { connections } = this.#options;
    connections.drain();
    const spreadMs = Math.max(
      DRAIN.spreadMs,
      (connections.size / DRAIN.connectionsPerSecond) * 1_000,
    );
    for (const connection of connections)
      connection.sendGoaway(Math.floor(Math.random() * spreadMs));
    if (connections.size > 0) await sleep(DRAIN.flushMs);
    const closing = [...connections];
    await Promise.all(closing.map((connection) => connection.restart()));
    for (const connection of closing) connection.terminate();
    this.#handshakes[Symbol.dispose]();
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { checks, log } = this.#options;
    const decision = decideUpgrade(request, checks.originPolicy);
    const address = checks.addressOf(request);
    if (decision.kind === 'refused') {
      log.info(
        { address, status: decision.status, reason: decision.sentence },
        'refusing connection',
      );
      this.#refuseUpgrade(stream, decision);
      return;
    }
    const { destination } = decision;
    const [sockets, frames] =
      destination.kind === 'native' ? [nativeSockets, NATIVE_FRAMES] : [yjsSockets, YJS_FRAMES];
    const refusal = this.#tryAccept(address, () => {
      if (stream.destroyed) return;
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const connection = this.#accept(socket, { address, purpose: destination });
        socket.own(connection, { stream: stream as Socket, limits: frames });
      });
    });
    if (refusal !== null) this.#refuseUpgrade(stream, refusal);
  }

  /** Runs `accept` now, or in its turn. @returns the refusal when there are too many connections. */
  #tryAccept(address: string | null, accept: () => void): UpgradeRefusal | null {
    const { connections, log, metrics, limits } = this.#options;
    if (connections.state === 'draining')
      return { status: 503, sentence: 'The server restarts. Come back in a moment.' };
    if (
      connections.countOfAddress(address) >= limits.connectionsPerAddress ||
      !this.#preAuth.hasRoomFor(address)
    ) {
      log.warn({ address, reason: 'connections-per-address' }, 'refusing connection');
      metrics.rateLimited.add('connections');
      return { status: 429, sentence: 'Too many connections from this address.' };
    }
    if (this.#handshakes.tryEnter(accept)) return null;
    metrics.rateLimited.add('hellos');
    return { status: 503, sentence: 'Many people connect at once. Come back in a moment.' };
  }

  #transportHost(): TransportHost & FeedHost {
    const { checks, metrics } = this.#options;
    const { addressOf } = checks;
    return {
      tryAccept: (request, accept) => {
        const refusal = this.#tryAccept(addressOf(request), accept);
        if (refusal !== null) metrics.connectionAttempts.add(`${refusal.status}`);
        return refusal;
      },
      connect: (transport, request, subprotocol) =>
        this.#accept(transport, {
          address: addressOf(request),
          purpose: { kind: 'native', subprotocol },
        }),
      feed: (transport, request, feed) =>
        this.#accept(transport, {
          address: addressOf(request),
          purpose: { kind: 'feed', transport, request: feed },
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
    { address, purpose }: { readonly address: string | null; readonly purpose: ConnectionPurpose },
  ): Connection {
    const { connections, createProtocol, metrics, log } = this.#options;
    const connection = new Connection({
      id: randomUUID(),
      address,
      transport,
      codec: codecOf(purpose),
      shared: this.#shared,
    });
    metrics.connectionAttempts.add('accepted');
    connections.add(connection);
    connection.start(createProtocol(connection, purpose), HELLO_TIMEOUT_MS);
    log.debug(
      { connection: connection.id, address, kind: purpose.kind, transport: transport.kind },
      'connection opened',
    );
    return connection;
  }
}

function ignore(): void {}
