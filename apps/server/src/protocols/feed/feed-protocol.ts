/** Serves one channel of events to a reader over server-sent events: rules S1 to S6 of PROTOCOL.md. */
import {
  CHANNEL_TYPES,
  readChannelName,
  type ChannelName,
  type ChannelPosition,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { Subscription } from '../../channels/subscription.ts';
import { TRANSPORT } from '../../limits.ts';
import { METRICS_READER } from '../../accounts/people.ts';
import type { Connection } from '../../connection/connection.ts';
import type { ProtocolHandler } from '../../connection/protocol-handler.ts';
import { ConnectionSubscriber } from '../connection-subscriber.ts';
import type { FeedServices } from '../protocol-services.ts';
import type { EncodedMessage } from '../../runtime/encoded-message.ts';
import {
  encodeFeed,
  FEED_HEARTBEAT,
  feedEvent,
  feedId,
  feedRetry,
  joinFeed,
} from './feed-format.ts';
import type { FeedTransport } from './feed-transport.ts';

export interface FeedRequest {
  readonly name: ChannelName;
  readonly position: ChannelPosition | null;
  readonly cookie: string | null;
  readonly hasMetricsToken: boolean;
}

export interface FeedProtocolOptions {
  readonly connection: Connection;
  readonly transport: FeedTransport;
  readonly services: FeedServices;
  readonly request: FeedRequest;
}

export class FeedProtocol extends ConnectionSubscriber implements ProtocolHandler {
  readonly join = joinFeed;
  readonly #transport: FeedTransport;
  readonly #services: FeedProtocolOptions['services'];
  readonly #request: FeedRequest;
  #state: 'asked' | 'answered' = 'asked';
  #subscription: Subscription | null = null;
  #epoch = '';

  constructor({ connection, transport, services, request }: FeedProtocolOptions) {
    super(connection);
    this.#transport = transport;
    this.#services = services;
    this.#request = request;
  }

  receive(): void {
    this.connection.closeOnError(this.#begin());
  }

  lost(): void {
    this.#subscription = null;
  }

  /** Readers never answer. A reader that is gone is detected by data that it does not take. */
  ping(): void {
    this.connection.queue(FEED_HEARTBEAT);
    this.connection.onPong();
  }

  sendError(error: ErrorBody): void {
    if (this.#state === 'asked') this.#transport.refuse(error);
    else this.connection.queue(feedEvent('ended', { error }));
  }

  sendGoaway(retryAfterMs: number): void {
    if (this.#state === 'answered') this.connection.queue(feedRetry(retryAfterMs));
  }

  requestReauthentication(): void {
    // A session cookie is valid until the session ends.
  }

  onReauthenticated(): void {
    // A session cookie is valid until the session ends.
  }

  end(): void {
    this.#subscription?.channel.leave(this.#subscription);
    this.#subscription = null;
  }

  async #begin(): Promise<void> {
    const { policy, eventChannels } = this.#services;
    const { name, position } = this.#request;
    const reader = await this.#identify();
    const connection = this.connection;
    if (connection.ended) return;
    if (reader === null) {
      connection.close('unauthenticated');
      return;
    }
    connection.session = reader.session;
    const error = policy.authenticate(connection, reader.user);
    if (error !== null) {
      connection.close('too-many', error);
      return;
    }
    const subscription = eventChannels.subscribe(this, {
      ref: 0,
      name,
      ...(position === null ? {} : { position }),
    });
    if (!subscription.isOver) this.#subscription = subscription;
  }

  async #identify(): Promise<{ readonly user: User; readonly session: string | null } | null> {
    const { name, cookie, hasMetricsToken } = this.#request;
    if (hasMetricsToken && name === 'dashboard') return { user: METRICS_READER, session: null };
    return cookie === null ? null : await this.#services.authenticator.findByCookie(cookie);
  }

  protected write(encoded: EncodedMessage, requested: boolean): void {
    const { message } = encoded;
    if (message.type === 'unsubscribed') {
      const { error } = message;
      this.connection.close(error.code === 'not-found' ? 'not-found' : 'internal', error);
      return;
    }
    if (message.type === 'subscribed') {
      this.#epoch = message.epoch;
      this.#open();
    }
    const bytes = encoded.as(encodeFeed, encodeFeed);
    if (bytes === null) return;
    const offset =
      message.type === 'events'
        ? message.to
        : message.type === 'subscribed'
          ? message.offset
          : null;
    if (offset !== null && this.#isReliable)
      this.connection.queue(feedId(this.#epoch, offset), requested);
    this.connection.queue(bytes, requested);
  }

  /** The delay is random, so that readers that lose their connection together do not come back together. */
  #open(): void {
    if (this.#state === 'answered') return;
    this.#state = 'answered';
    this.connection.queue(feedRetry(Math.round(TRANSPORT.feedRetryMs * (0.5 + Math.random()))));
  }

  get #isReliable(): boolean {
    return CHANNEL_TYPES[readChannelName(this.#request.name).type].delivery === 'reliable';
  }
}
