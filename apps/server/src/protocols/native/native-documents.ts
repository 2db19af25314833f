/** The open documents of one native connection, each on a channel. */
import {
  documentId,
  errorOf,
  MAX_CHANNELS_PER_CONNECTION,
  type Codec,
  type ErrorBody,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import { readAwareness } from '../../presence/awareness-update.ts';
import type { Connection } from '../../connection/connection.ts';
import type { Data } from '../../transports/frame.ts';
import type { DocumentServices } from '../protocol-services.ts';
import type { DocumentRoom } from '../../documents/document-room.ts';
import type { Leave } from '../../presence/subscriber.ts';
import { NativeChannel, type NativeChannelOwner } from './native-channel.ts';

export interface NativeDocumentsOptions {
  readonly connection: Connection;
  readonly codec: Codec<Data>;
  readonly services: DocumentServices;
  readonly schema: number;
}

export class NativeDocuments implements NativeChannelOwner {
  readonly connection: Connection;
  readonly codec: Codec<Data>;
  readonly #services: DocumentServices;
  readonly #schema: number;
  #channels: readonly NativeChannel[] = [];

  constructor({ connection, codec, services, schema }: NativeDocumentsOptions) {
    this.connection = connection;
    this.codec = codec;
    this.#services = services;
    this.#schema = schema;
  }

  get size(): number {
    return this.#channels.length;
  }

  open(request: MessageOf<'open'>, others: number): void {
    const { document, ref, client } = request;
    if (!documentId.safeParse(document).success) {
      this.#refuse(ref, errorOf('not-found'));
      return;
    }
    // A client opens a document again to restart its channel.
    this.#leave(this.#channels.find((channel) => channel.document === document));
    if (others + this.size >= MAX_CHANNELS_PER_CONNECTION) {
      const detail = `A connection may have ${MAX_CHANNELS_PER_CONNECTION} channels.`;
      this.#refuse(ref, errorOf('too-many', { detail }));
      return;
    }
    const subscription = this.#services.rooms.nextSubscription();
    const channel = new NativeChannel(this, { subscription, document, client });
    this.#channels = this.#channels.concat(channel);
    this.connection.openQueue.push(() =>
      this.connection.closeOnError(this.#authorizeAndJoin(channel, request)),
    );
  }

  leave({ channel }: MessageOf<'leave'>): void {
    this.#leave(this.#find(channel));
  }

  update(message: MessageOf<'update'>): void {
    this.#withRoom(message, (room, { subscription, document }) => {
      room.message(subscription, message);
      this.#services.policy.pauseWhileFull(this.connection, document);
    });
  }

  repeatRows(message: MessageOf<'rows:request'>): void {
    this.#withRoom(message, (_room, channel) => {
      this.#services.metrics.gapRepairs.add();
      channel.repeat(message.from);
    });
  }

  awareness(message: MessageOf<'awareness'>): void {
    const reading = readAwareness(message.update);
    if (reading.kind === 'invalid') {
      const detail = `Presence does not fit the protocol: ${reading.reason}.`;
      this.connection.close('bad-message', errorOf('bad-message', { detail }));
      return;
    }
    this.#withRoom(message, (room, { subscription }) =>
      room.receiveAwareness(subscription, reading.entries),
    );
  }

  setPresence(message: MessageOf<'presence:set'>): void {
    this.#withRoom(message, (room, { subscription }) =>
      room.setPresence(subscription, message.state),
    );
  }

  listPeople(message: MessageOf<'presence:list'>): void {
    this.#withRoom(message, (room, { subscription }) => room.listPeople(subscription, message));
  }

  setTyping(message: MessageOf<'typing:start' | 'typing:stop'>, typing: 'start' | 'stop'): void {
    this.#withRoom(message, (room, { subscription }) => room.setTyping(subscription, typing));
  }

  end(how: Leave): void {
    for (const channel of this.#channels) {
      channel.state = 'closed';
      channel.room?.leave(channel.subscription, how);
    }
    this.#channels = [];
  }

  async #authorizeAndJoin(
    channel: NativeChannel,
    { document, ref, position, stateVector, presence }: MessageOf<'open'>,
  ): Promise<void> {
    const decision = await this.#services.rooms.authorize(document, {
      user: channel.user,
      client: 'native',
      position,
    });
    if (channel.state === 'closed') {
      this.connection.openQueue.done();
    } else if (decision.kind === 'refused') {
      this.#delete(channel);
      this.#refuse(ref, decision.error);
      this.connection.openQueue.done();
    } else {
      channel.document = decision.document.id;
      channel.room = this.#services.rooms.join(decision.document, channel, {
        ref,
        access: decision.access,
        schema: this.#schema,
        position,
        stateVector,
        presence,
      });
    }
  }

  channelOpened(channel: NativeChannel): void {
    channel.state = 'open';
    this.connection.openQueue.done();
  }

  updateRefused(error: ErrorBody): void {
    this.#services.policy.onUpdateRefused(this.connection, error);
  }

  channelClosed(channel: NativeChannel): void {
    const wasOpening = channel.state === 'opening';
    this.#delete(channel);
    if (wasOpening) this.connection.openQueue.done();
  }

  #leave(channel: NativeChannel | undefined): void {
    if (channel === undefined) return;
    const wasOpening = channel.state === 'opening' && channel.room !== null;
    this.#delete(channel);
    channel.room?.leave(channel.subscription, 'clean');
    if (wasOpening) this.connection.openQueue.done();
  }

  #delete(channel: NativeChannel): void {
    channel.state = 'closed';
    this.#channels = this.#channels.filter((other) => other !== channel);
  }

  #find(number: number): NativeChannel | undefined {
    return this.#channels.find(({ room, state }) => room?.channel === number && state === 'open');
  }

  #refuse(ref: number, error: ErrorBody): void {
    this.#services.metrics.errorsSent.add(error.code);
    this.#send({ type: 'closed', channel: 0, ref, error });
  }

  /** Ignores messages for a closed channel: the client may not know yet. */
  #withRoom(
    { channel: number }: { readonly channel: number },
    act: (room: DocumentRoom, channel: NativeChannel) => void,
  ): void {
    const channel = this.#find(number);
    if (channel?.room) act(channel.room, channel);
  }

  #send(message: ServerMessage): void {
    try {
      this.connection.queue(this.codec.encode(message));
    } catch (error) {
      this.connection.onSendError(message, error);
    }
  }
}
