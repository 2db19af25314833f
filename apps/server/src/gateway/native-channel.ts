/** One document on one native connection. */
import type { Codec, ErrorBody, MessageOf, User } from '@tandem/protocol';
import type { Connection, Data } from './connection.ts';
import type { DocumentRoom, Subscriber } from './document-room.ts';
import type { Outgoing } from './outgoing.ts';

export interface NativeChannelOptions {
  readonly subscription: number;
  readonly request: MessageOf<'open'>;
  readonly connection: Connection;
  readonly codec: Codec<Data>;
  /** It has its number now. */
  readonly onOpened: (channel: NativeChannel, opened: MessageOf<'opened'>) => void;
  /** An update was refused, and its author was told. */
  readonly onRefused: (error: ErrorBody) => void;
  /** It was refused or lost. */
  readonly onClosed: (channel: NativeChannel) => void;
}

export class NativeChannel implements Subscriber {
  readonly subscription: number;
  readonly client: number;
  readonly request: MessageOf<'open'>;
  state: 'opening' | 'open' | 'closed' = 'opening';
  room: DocumentRoom | null = null;
  readonly #options: NativeChannelOptions;
  /** Rows up to here are what it asked for by opening. */
  #openedSeq = 0;

  constructor(options: NativeChannelOptions) {
    this.#options = options;
    this.subscription = options.subscription;
    this.request = options.request;
    this.client = options.request.client;
  }

  get user(): User {
    return this.#options.connection.user as User;
  }

  deliver(outgoing: Outgoing): void {
    const { connection, codec, onOpened, onRefused, onClosed } = this.#options;
    const { message } = outgoing;
    const solicited = message.type === 'updates' && message.to <= this.#openedSeq;
    connection.queue(outgoing.as(codec, codec.encode), solicited);
    if (message.type === 'opened') {
      this.#openedSeq = message.seq;
      onOpened(this, message);
    } else if (message.type === 'nack') {
      onRefused(message.error);
    } else if (message.type === 'closed') {
      onClosed(this);
    }
  }
}
