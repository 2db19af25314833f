/**
 * A channel of events for whoever only reads it. The request says everything: who reads, what, and from
 * where on. Rules S1–S6 of PROTOCOL.md.
 */
import {
  CHANNEL_TYPES,
  readChannelName,
  type ChannelName,
  type ChannelPosition,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { ChannelSubscriber, Subscription } from '../../channels/subscription.ts';
import { FEED_RETRY_MS } from '../../limits.ts';
import { METRICS_READER } from '../../sessions/people.ts';
import type { Connection } from '../connection.ts';
import type { Dialogue } from '../dialogue.ts';
import type { DialogueServices } from '../dialogue-services.ts';
import { guarded } from '../guarded.ts';
import type { Outgoing } from '../outgoing.ts';
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
  /** Null: from now on, after the state. */
  readonly position: ChannelPosition | null;
  /** The value of a session's cookie; null where there is none. */
  readonly cookie: string | null;
  /** It brings the token of those who read metrics. */
  readonly hasMetricsToken: boolean;
}

export interface FeedDialogueOptions {
  readonly connection: Connection;
  readonly transport: FeedTransport;
  readonly services: Pick<DialogueServices, 'people' | 'introduce' | 'eventChannels'>;
  readonly request: FeedRequest;
}

export class FeedDialogue implements Dialogue, ChannelSubscriber {
  readonly join = joinFeed;
  readonly #connection: Connection;
  readonly #transport: FeedTransport;
  readonly #services: FeedDialogueOptions['services'];
  readonly #request: FeedRequest;
  #state: 'asked' | 'answered' = 'asked';
  #subscription: Subscription | null = null;
  /** Of what was sent last. */
  #epoch = '';

  constructor({ connection, transport, services, request }: FeedDialogueOptions) {
    this.#connection = connection;
    this.#transport = transport;
    this.#services = services;
    this.#request = request;
  }

  get user(): User {
    return this.#connection.user as User;
  }

  get pressed(): boolean {
    return this.#connection.pressed;
  }

  get lagging(): boolean {
    return this.#connection.lagging;
  }

  receive(): void {
    guarded(this.#connection, this.#begin());
  }

  hold(subscription: Subscription): void {
    this.#connection.hold(subscription);
  }

  deliver(outgoing: Outgoing): void {
    this.#send(outgoing, false);
  }

  answer(outgoing: Outgoing): void {
    this.#send(outgoing, true);
  }

  whenRoomy(step: () => Promise<void>): void {
    const { openings } = this.#connection;
    openings.enter(() =>
      guarded(
        this.#connection,
        step().finally(() => openings.done()),
      ),
    );
  }

  lost(): void {
    this.#subscription = null;
  }

  /** Nobody answers: one that is gone is noticed by what it does not take. */
  ping(): void {
    this.#connection.queue(FEED_HEARTBEAT);
    this.#connection.answered();
  }

  explain(error: ErrorBody): void {
    if (this.#state === 'asked') this.#transport.refuse(error);
    else this.#connection.queue(feedEvent('ended', { error }));
  }

  goaway(retryAfterMs: number): void {
    if (this.#state === 'answered') this.#connection.queue(feedRetry(retryAfterMs));
  }

  authenticate(): void {
    // A session's cookie holds until the session ends.
  }

  authenticated(): void {
    // A session's cookie holds until the session ends.
  }

  end(): void {
    this.#subscription?.channel.leave(this.#subscription);
    this.#subscription = null;
  }

  async #begin(): Promise<void> {
    const { introduce, eventChannels } = this.#services;
    const { name, position } = this.#request;
    const reader = await this.#identify();
    const connection = this.#connection;
    if (connection.ended) return;
    if (reader === null) {
      connection.close('unauthenticated');
      return;
    }
    connection.session = reader.session;
    const error = introduce(connection, reader.user);
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
    return cookie === null ? null : await this.#services.people.findByCookie(cookie);
  }

  #send(outgoing: Outgoing, solicited: boolean): void {
    try {
      this.#tell(outgoing, solicited);
    } catch (error) {
      this.#connection.sendFailed(outgoing.message, error);
    }
  }

  #tell(outgoing: Outgoing, solicited: boolean): void {
    const { message } = outgoing;
    if (message.type === 'unsubscribed') {
      const { error } = message;
      this.#connection.close(error.code === 'not-found' ? 'not-found' : 'internal', error);
      return;
    }
    if (message.type === 'subscribed') {
      this.#epoch = message.epoch;
      this.#open();
    }
    const bytes = outgoing.as(encodeFeed, encodeFeed);
    if (bytes === null) return;
    const offset =
      message.type === 'events'
        ? message.to
        : message.type === 'subscribed'
          ? message.offset
          : null;
    if (offset !== null && this.#isReliable)
      this.#connection.queue(feedId(this.#epoch, offset), solicited);
    this.#connection.queue(bytes, solicited);
  }

  /** Readers whom one cut sends away come back at moments of their own. */
  #open(): void {
    if (this.#state === 'answered') return;
    this.#state = 'answered';
    this.#connection.queue(feedRetry(Math.round(FEED_RETRY_MS * (0.5 + Math.random()))));
  }

  get #isReliable(): boolean {
    return CHANNEL_TYPES[readChannelName(this.#request.name).type].delivery === 'reliable';
  }
}
