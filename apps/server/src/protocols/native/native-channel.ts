/** One document on one native connection. */
import type { Codec, ErrorBody, MessageOf, User } from '@tandem/protocol';
import type { LaggingChannel } from '../../connection/send-queue.ts';
import type { Connection } from '../../connection/connection.ts';
import type { Data } from '../../transports/frame.ts';
import type { DocumentRoom } from '../../documents/document-room.ts';
import type { Subscriber } from '../../presence/subscriber.ts';
import { EncodedMessage } from '../../runtime/encoded-message.ts';

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

export class NativeChannel implements Subscriber, LaggingChannel {
  readonly subscription: number;
  readonly client: number;
  /** As it was asked for; then the string of all who have it open. */
  document: string;
  state: 'opening' | 'open' | 'closed' = 'opening';
  room: DocumentRoom | null = null;
  readonly #owner: NativeChannelOwner;
  /** It was sent all rows up to here. */
  #sentOffset = 0;
  /** Rows up to here are what it asked for by opening, or lacks because they were held back. */
  #requestedOffset = 0;
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

  deliver(encoded: EncodedMessage): void {
    try {
      this.#deliver(encoded);
    } catch (error) {
      this.#owner.connection.onSendError(encoded.message, error);
    }
  }

  #deliver(encoded: EncodedMessage): void {
    const { connection } = this.#owner;
    const { message } = encoded;
    switch (message.type) {
      case 'opened': {
        this.#sentOffset = message.base;
        this.#requestedOffset = message.offset;
        this.#send(encoded);
        this.#owner.channelOpened(this, message);
        break;
      }
      case 'updates':
        this.#updates(encoded, message);
        break;
      case 'ack':
        this.#ack(encoded, message);
        break;
      case 'awareness':
      case 'presence:changed':
      case 'typing:changed':
        if (connection.isConflating) {
          this.#isStale = true;
          connection.catchUpLater(this);
        } else this.#send(encoded);
        break;
      case 'nack':
        this.#send(encoded);
        this.#owner.updateRefused(message.error);
        break;
      case 'closed':
        this.#send(encoded);
        this.#owner.channelClosed(this);
        break;
      default:
        this.#send(encoded);
    }
  }

  /** Repeats the rows after `from`, one answer at a time, when there is room. What was not sent yet comes by itself. */
  repeat(from: number): void {
    if (from >= this.#sentOffset) return;
    if (this.#asked !== null) {
      this.#askedSince = Math.min(from, this.#askedSince ?? from);
      return;
    }
    this.#asked = from;
    this.#requestedOffset = Math.max(this.#requestedOffset, this.#sentOffset);
    const { openQueue } = this.#owner.connection;
    openQueue.push(() => {
      const { room, subscription } = this;
      if (this.state === 'open')
        room?.message(subscription, { type: 'rows:request', channel: room.channel, from });
      openQueue.done();
    });
  }

  catchUp(): void {
    const { room, subscription } = this;
    if (this.state !== 'open' || room === null) return;
    if (this.#isStale) {
      this.#isStale = false;
      room.refresh(subscription);
    }
    if (this.#requestedOffset > this.#sentOffset)
      room.message(subscription, {
        type: 'rows:request',
        channel: room.channel,
        from: this.#sentOffset,
      });
  }

  #updates(encoded: EncodedMessage, { from, to }: MessageOf<'updates'>): void {
    const { connection } = this.#owner;
    const isRequested = from < this.#requestedOffset;
    // Behind rows that were held back nothing may follow but these.
    if (from > this.#sentOffset || (connection.isLagging && !isRequested)) {
      this.#requestedOffset = Math.max(this.#requestedOffset, to);
      if (connection.isLagging) connection.catchUpLater(this);
      return;
    }
    this.#sentOffset = Math.max(this.#sentOffset, to);
    this.#send(encoded, isRequested);
    if (from === this.#asked) this.#repeated();
  }

  #repeated(): void {
    const since = this.#askedSince;
    this.#asked = null;
    this.#askedSince = null;
    if (since !== null) this.repeat(since);
  }

  /** What is on disk is said at once; over rows that were held back it does not lead. */
  #ack(encoded: EncodedMessage, message: MessageOf<'ack'>): void {
    if (message.from <= this.#sentOffset) {
      this.#sentOffset = Math.max(this.#sentOffset, message.to);
      this.#send(encoded);
      return;
    }
    this.#requestedOffset = Math.max(this.#requestedOffset, message.to);
    this.#send(new EncodedMessage({ ...message, from: this.#sentOffset, to: this.#sentOffset }));
  }

  #send(encoded: EncodedMessage, requested = false): void {
    const { connection, codec } = this.#owner;
    connection.queue(encoded.as(codec, codec.encode), requested);
  }
}
