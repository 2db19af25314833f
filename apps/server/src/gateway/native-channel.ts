/** One document on one native connection. */
import type { Codec, ErrorBody, MessageOf, User } from '@tandem/protocol';
import type { Lagging } from './backlog.ts';
import type { Connection } from './connection.ts';
import type { Data } from './transports/frame.ts';
import type { DocumentRoom, Subscriber } from './document-room.ts';
import { Outgoing } from './outgoing.ts';

/** Whose channel it is. */
export interface NativeChannelOwner {
  readonly connection: Connection;
  readonly codec: Codec<Data>;
  /** It has its number now. */
  channelOpened(channel: NativeChannel, opened: MessageOf<'opened'>): void;
  /** An update was refused, and its author was told. */
  updateRefused(error: ErrorBody): void;
  /** It was refused or lost. */
  channelClosed(channel: NativeChannel): void;
}

export class NativeChannel implements Subscriber, Lagging {
  readonly subscription: number;
  readonly client: number;
  /** As it was asked for; then the string of all who have it open. */
  document: string;
  state: 'opening' | 'open' | 'closed' = 'opening';
  room: DocumentRoom | null = null;
  readonly #owner: NativeChannelOwner;
  /** It was sent all rows up to here. */
  #sentSeq = 0;
  /** Rows up to here are what it asked for by opening, or lacks because they were held back. */
  #owedSeq = 0;
  /** People and cursors as it knows them are not the newest. */
  #isStale = false;
  /** The row after which it was asked to repeat, until it does; and the first one that was asked for since. */
  #asked: number | null = null;
  #askedSince: number | null = null;

  constructor(
    owner: NativeChannelOwner,
    {
      subscription,
      document,
      client,
    }: { readonly subscription: number; readonly document: string; readonly client: number },
  ) {
    this.#owner = owner;
    this.subscription = subscription;
    this.document = document;
    this.client = client;
  }

  get user(): User {
    return this.#owner.connection.user as User;
  }

  deliver(outgoing: Outgoing): void {
    try {
      this.#deliver(outgoing);
    } catch (error) {
      this.#owner.connection.sendFailed(outgoing.message, error);
    }
  }

  #deliver(outgoing: Outgoing): void {
    const { connection } = this.#owner;
    const { message } = outgoing;
    switch (message.type) {
      case 'opened': {
        this.#sentSeq = message.base;
        this.#owedSeq = message.seq;
        this.#send(outgoing);
        this.#owner.channelOpened(this, message);
        break;
      }
      case 'updates':
        this.#updates(outgoing, message);
        break;
      case 'ack':
        this.#ack(outgoing, message);
        break;
      case 'awareness':
      case 'presence:changed':
      case 'typing:changed':
        if (connection.pressed) {
          this.#isStale = true;
          connection.hold(this);
        } else this.#send(outgoing);
        break;
      case 'nack':
        this.#send(outgoing);
        this.#owner.updateRefused(message.error);
        break;
      case 'closed':
        this.#send(outgoing);
        this.#owner.channelClosed(this);
        break;
      default:
        this.#send(outgoing);
    }
  }

  /** Repeats the rows after `from`, one answer at a time, when there is room. What was not sent yet comes by itself. */
  repeat(from: number): void {
    if (from >= this.#sentSeq) return;
    if (this.#asked !== null) {
      this.#askedSince = Math.min(from, this.#askedSince ?? from);
      return;
    }
    this.#asked = from;
    this.#owedSeq = Math.max(this.#owedSeq, this.#sentSeq);
    const { openings } = this.#owner.connection;
    openings.enter(() => {
      const { room, subscription } = this;
      if (this.state === 'open')
        room?.message(subscription, { type: 'range', channel: room.channel, from });
      openings.done();
    });
  }

  catchUp(): void {
    const { room, subscription } = this;
    if (this.state !== 'open' || room === null) return;
    if (this.#isStale) {
      this.#isStale = false;
      room.refresh(subscription);
    }
    if (this.#owedSeq > this.#sentSeq)
      room.message(subscription, { type: 'range', channel: room.channel, from: this.#sentSeq });
  }

  #updates(outgoing: Outgoing, { from, to }: MessageOf<'updates'>): void {
    const { connection } = this.#owner;
    const isOwed = from < this.#owedSeq;
    // Behind rows that were held back nothing may follow but these.
    if (from > this.#sentSeq || (connection.lagging && !isOwed)) {
      this.#owedSeq = Math.max(this.#owedSeq, to);
      if (connection.lagging) connection.hold(this);
      return;
    }
    this.#sentSeq = Math.max(this.#sentSeq, to);
    this.#send(outgoing, isOwed);
    if (from === this.#asked) this.#repeated();
  }

  #repeated(): void {
    const since = this.#askedSince;
    this.#asked = null;
    this.#askedSince = null;
    if (since !== null) this.repeat(since);
  }

  /** What is on disk is said at once; over rows that were held back it does not lead. */
  #ack(outgoing: Outgoing, message: MessageOf<'ack'>): void {
    if (message.from <= this.#sentSeq) {
      this.#sentSeq = Math.max(this.#sentSeq, message.to);
      this.#send(outgoing);
      return;
    }
    this.#owedSeq = Math.max(this.#owedSeq, message.to);
    this.#send(new Outgoing({ ...message, from: this.#sentSeq, to: this.#sentSeq }));
  }

  #send(outgoing: Outgoing, solicited = false): void {
    const { connection, codec } = this.#owner;
    connection.queue(outgoing.as(codec, codec.encode), solicited);
  }
}
