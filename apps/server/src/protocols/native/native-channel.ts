/** One document on one native connection. */
import type { Codec, ErrorBody, MessageOf, User } from '@tandem/protocol';
import type { LaggingChannel } from '../../connection/send-queue.ts';
import type { Connection } from '../../connection/connection.ts';
import type { Data } from '../../transports/frame.ts';
import type { DocumentRoom } from '../../documents/document-room.ts';
import type { Subscriber } from '../../presence/subscriber.ts';
import { EncodedMessage } from '../../runtime/encoded-message.ts';

export interface NativeChannelOwner {
  readonly connection: Connection;
  readonly codec: Codec<Data>;
  channelOpened(channel: NativeChannel): void;
  updateRefused(error: ErrorBody): void;
  channelClosed(channel: NativeChannel): void;
}

export class NativeChannel implements Subscriber, LaggingChannel {
  readonly subscription: number;
  readonly client: number;
  /** The requested id; after the opening the room's own string, which its channels share. */
  document: string;
  state: 'opening' | 'open' | 'closed' = 'opening';
  room: DocumentRoom | null = null;
  readonly #owner: NativeChannelOwner;
  #sentOffset = 0;
  /** Rows up to this offset count as requested: by the opening, or to make up for a lag. */
  #requestedOffset = 0;
  #isStale = false;
  /** The offset of the running repetition, and the lowest one requested since. */
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
        this.#owner.channelOpened(this);
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
    // After skipped rows, only the skipped rows may follow.
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

  /** Acknowledgements are sent at once, but do not advance the position over skipped rows. */
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
