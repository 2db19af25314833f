/** Handles the HTTP requests for feeds. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { channelName, channelPosition, type ChannelPosition } from '@tandem/protocol';
import type { HeaderReader } from '../../accounts/authenticator.ts';
import type { BearerCheck } from '../../http/bearer-token.ts';
import type { OriginPolicy } from '../../http/origin-policy.ts';
import { HANDSHAKE } from '../../limits.ts';
import { readApiToken } from '../../accounts/api-tokens.ts';
import { refuse } from '../../transports/http-answer.ts';
import type { TransportOwner } from '../../transports/transport.ts';
import { FOREIGN, type UpgradeRefusal } from '../../transports/upgrade.ts';
import type { FeedRequest } from './feed-protocol.ts';
import { FeedTransport } from './feed-transport.ts';

export interface FeedHost {
  tryAccept(request: IncomingMessage, accept: () => void): UpgradeRefusal | null;
  feed(transport: FeedTransport, request: IncomingMessage, feed: FeedRequest): TransportOwner;
}

export interface FeedsOptions {
  readonly host: FeedHost;
  readonly originPolicy: OriginPolicy;
  readonly mayReadMetrics: BearerCheck;
  readonly readSessionCookie: (header: HeaderReader) => string | null;
}

const PATH = /^\/api\/channels\/([^/?]+)\/events(?:\?|$)/;

export class Feeds {
  readonly #options: FeedsOptions;

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, answer: ServerResponse): boolean {
    const path = PATH.exec(request.url ?? '');
    if (path === null || request.method !== 'GET') return false;
    answer.on('error', ignore);
    this.#open(path[1] as string, request, answer);
    return true;
  }

  #open(encodedName: string, request: IncomingMessage, answer: ServerResponse): void {
    const { host, originPolicy, mayReadMetrics, readSessionCookie } = this.#options;
    const { origin, host: hostHeader, authorization } = request.headers;
    if (originPolicy({ origin, host: hostHeader }) === 'foreign') {
      refuse(answer, 'forbidden', FOREIGN);
      return;
    }
    const name = channelName.safeParse(decoded(encodedName));
    if (!name.success) {
      refuse(answer, 'not-found', 'There is no channel of this name.');
      return;
    }
    const feed: FeedRequest = {
      name: name.data,
      position: readPosition(request.headers['last-event-id']),
      // API tokens are for requests; their cookie does not count either (AT3).
      cookie:
        readApiToken(authorization) === null
          ? readSessionCookie((header) => single(request.headers[header.toLowerCase()]))
          : null,
      hasMetricsToken: mayReadMetrics(authorization),
    };
    const refusal = host.tryAccept(request, () => {
      if (answer.destroyed) return;
      const transport = new FeedTransport(answer);
      transport.open(host.feed(transport, request, feed), request);
    });
    if (refusal === null) return;
    const code = refusal.status === 429 ? 'too-many' : 'overloaded';
    refuse(answer, code, refusal.sentence, HANDSHAKE.retryAfterS);
  }
}

/** Null for an id that this server did not write: the reader gets the state. */
function readPosition(header: string | string[] | undefined): ChannelPosition | null {
  if (typeof header !== 'string') return null;
  const at = header.lastIndexOf(':');
  const position = { epoch: header.slice(0, at), offset: Number(header.slice(at + 1)) };
  return channelPosition.safeParse(position).data ?? null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

function ignore(): void {}
