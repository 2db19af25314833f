/** Accepts connections over every transport. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HeaderReader } from './accounts/authenticator.ts';
import type { ConnectionLimiter } from './connection/connection-limiter.ts';
import type { BearerCheck } from './http/bearer-token.ts';
import type { OriginPolicy } from './http/origin-policy.ts';
import type { CreateConnection } from './protocols/connection-factory.ts';
import { Feeds, type FeedHost } from './protocols/feed/feeds.ts';
import type { Log } from './runtime/log.ts';
import type { TimerWheel } from './runtime/timer-wheel.ts';
import { HttpTransports, type TransportHost } from './transports/http-transports.ts';
import type { TransportRelay } from './transports/transport-relay.ts';
import { decideUpgrade, refuseUpgrade } from './transports/upgrade.ts';
import type { WebSockets } from './transports/web-sockets.ts';

export interface GatewayOptions {
  readonly limiter: ConnectionLimiter;
  readonly createConnection: CreateConnection;
  readonly originPolicy: OriginPolicy;
  /** Null: this machine, or a proxy on it. */
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly relay: TransportRelay | null;
  readonly mayReadMetrics: BearerCheck;
  readonly readSessionCookie: (header: HeaderReader) => string | null;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #webSockets: WebSockets;
  readonly #http: HttpTransports;
  readonly #feeds: Feeds;

  constructor(options: GatewayOptions, webSockets: WebSockets) {
    const { originPolicy, mayReadMetrics, readSessionCookie, relay, wheel, log } = options;
    this.#options = options;
    this.#webSockets = webSockets;
    const host = transportHost(options);
    this.#http = new HttpTransports({ host, wheel, originPolicy, relay, log });
    this.#feeds = new Feeds({ host, originPolicy, mayReadMetrics, readSessionCookie });
  }

  /** @returns whether the request is for the gateway. */
  request(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#http.handle(request, response) || this.#feeds.handle(request, response);
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', ignore);
    const { limiter, createConnection, originPolicy, addressOf } = this.#options;
    const decision = decideUpgrade(request, originPolicy);
    const address = addressOf(request);
    if (decision.kind === 'refused') {
      limiter.onUpgradeRefused(address, decision);
      refuseUpgrade(stream, decision);
      return;
    }
    const { destination } = decision;
    const refusal = limiter.tryAccept(address, () => {
      if (stream.destroyed) return;
      this.#webSockets.accept({ request, stream, head }, destination, (socket) =>
        createConnection(socket, { address, purpose: destination }),
      );
    });
    if (refusal !== null) refuseUpgrade(stream, refusal);
  }
}

function transportHost({
  limiter,
  createConnection,
  addressOf,
}: GatewayOptions): TransportHost & FeedHost {
  return {
    tryAccept: (request, accept) => limiter.tryAccept(addressOf(request), accept),
    connect: (transport, request, subprotocol) =>
      createConnection(transport, {
        address: addressOf(request),
        purpose: { kind: 'native', subprotocol },
      }),
    feed: (transport, request, feed) =>
      createConnection(transport, {
        address: addressOf(request),
        purpose: { kind: 'feed', transport, request: feed },
      }),
  };
}

function ignore(): void {}
