/**
 * One document of a stock client, in the same room as native clients. The client's state vector opens it. The
 * channel numbers the client's updates, and translates messages of the room to y-protocols.
 */
import {
  errorOf,
  MAX_MESSAGE_BYTES,
  type Access,
  type ErrorBody,
  type MessageOf,
  type User,
} from '@tandem/protocol';
import type { DocumentAccess } from '../../storage/standing.ts';
import { HANDSHAKE } from '../../limits.ts';
import {
  EMPTY_AWARENESS,
  readAwareness,
  type AwarenessEntry,
} from '../../presence/awareness-update.ts';
import type { Connection } from '../../connection/connection.ts';
import type { DocumentServices } from '../protocol-services.ts';
import type { DocumentRoom } from '../../documents/document-room.ts';
import type { Leave, Subscriber } from '../../presence/subscriber.ts';
import type { EncodedMessage } from '../../runtime/encoded-message.ts';
import { EMPTY_UPDATE, hasNoStructs, type DocumentFrame, type YjsFormat } from './frames.ts';

export interface YjsChannelOptions {
  readonly document: string;
  readonly user: User;
  readonly connection: Connection;
  readonly services: DocumentServices;
  readonly format: YjsFormat;
  readonly onFailed: (channel: YjsChannel, error: ErrorBody) => void;
}

interface YjsSubscription {
  readonly subscriber: Subscriber;
  readonly room: DocumentRoom;
  access: Access;
  openedOffset: number;
  stateVector: Uint8Array;
  state: 'opening' | 'catching-up' | 'live';
  cseq: number;
  ackedCseq: number;
  /** Why each state vector was sent: the client's answer is its own work, or repairs a gap. */
  readonly asked: ('opening' | 'repair')[];
  readonly echoes: { readonly cseq: number; readonly update: Uint8Array }[];
}

export class YjsChannel {
  readonly document: string;
  readonly #user: User;
  readonly #connection: Connection;
  readonly #services: DocumentServices;
  readonly #format: YjsFormat;
  readonly #onFailed: (channel: YjsChannel, error: ErrorBody) => void;
  #state: 'new' | 'entering' | 'subscribed' | 'closed' = 'new';
  #current: YjsSubscription | null = null;
  #waiting: DocumentFrame[] = [];
  #waitingBytes = 0;
  #awareness: readonly AwarenessEntry[] = [];

  constructor({ document, user, connection, services, format, onFailed }: YjsChannelOptions) {
    this.document = document;
    this.#user = user;
    this.#connection = connection;
    this.#services = services;
    this.#format = format;
    this.#onFailed = onFailed;
  }

  get format(): YjsFormat {
    return this.#format;
  }

  receive(frame: DocumentFrame): void {
    if (this.#state === 'closed') return;
    if (frame.kind === 'step1') {
      this.#open(frame.stateVector);
      return;
    }
    const current = this.#current;
    if (current === null || current.state !== 'live') this.#buffer(frame);
    else this.#handle(frame, current);
  }

  keepAlive(): void {
    if (this.#state === 'subscribed')
      this.#connection.queue(this.#format.awareness(EMPTY_AWARENESS));
  }

  leave(how: Leave): void {
    if (this.#state === 'closed') return;
    const entering = this.#current?.state === 'opening';
    this.#state = 'closed';
    this.#waiting = [];
    this.#current?.room.leave(this.#current.subscriber.subscription, how);
    this.#current = null;
    if (entering) this.#connection.openQueue.done();
  }

  #open(stateVector: Uint8Array): void {
    this.#services.metrics.messages.add('open');
    // The answer to the first request serves the second.
    if (this.#state === 'entering') return;
    this.#state = 'entering';
    this.#connection.openQueue.push(() =>
      this.#connection.closeOnError(this.#authorize(stateVector)),
    );
  }

  async #authorize(stateVector: Uint8Array): Promise<void> {
    const decision = await this.#services.rooms.authorize(this.document, {
      user: this.#user,
      client: 'stock',
    });
    if (this.#state === 'closed') {
      this.#connection.openQueue.done();
    } else if (decision.kind === 'refused') {
      this.#connection.openQueue.done();
      this.#fail(decision.error);
    } else {
      this.#subscribe(decision.document, { access: decision.access, stateVector });
    }
  }

  #subscribe(
    document: DocumentAccess,
    { access, stateVector }: { readonly access: Access; readonly stateVector: Uint8Array },
  ): void {
    const before = this.#current;
    const { rooms } = this.#services;
    const subscriber = new YjsSubscriber(
      rooms.nextSubscription(),
      this.#user,
      this.#connection,
      (encoded) => {
        if (this.#current?.subscriber !== subscriber) return;
        try {
          this.#deliver(encoded, this.#current);
        } catch (error) {
          this.#connection.onSendError(encoded.message, error);
        }
      },
    );
    const room = rooms.join(document, subscriber, { ref: 0, access, stateVector });
    this.#current = {
      subscriber,
      room,
      access,
      openedOffset: 0,
      stateVector: EMPTY_UPDATE,
      state: 'opening',
      cseq: 0,
      ackedCseq: 0,
      asked: [],
      echoes: [],
    };
    if (before === null) return;
    this.#awareness = before.room.awarenessOf(before.subscriber.subscription);
    before.room.leave(before.subscriber.subscription, 'clean');
  }

  #buffer(frame: DocumentFrame): void {
    if ('update' in frame) this.#waitingBytes += frame.update.byteLength;
    if (
      this.#waiting.push(frame) > HANDSHAKE.maxQueuedMessages ||
      this.#waitingBytes > MAX_MESSAGE_BYTES
    ) {
      this.#fail(
        errorOf('too-many', { detail: 'Too much was sent before the document was open.' }),
      );
    }
  }

  #handle(frame: DocumentFrame, current: YjsSubscription): void {
    switch (frame.kind) {
      case 'step1':
        break;
      case 'step2':
        this.#update(frame.update, current, current.asked.shift() ?? 'opening');
        break;
      case 'update':
        this.#update(frame.update, current, 'opening');
        break;
      case 'awareness':
        this.#setAwareness(frame.update, current);
        break;
      case 'query-awareness':
        for (const encoded of current.room.awarenessSnapshot()) this.#deliver(encoded, current);
    }
  }

  #update(update: Uint8Array, current: YjsSubscription, purpose: 'opening' | 'repair'): void {
    this.#services.metrics.messages.add('update');
    if (current.access !== 'edit') {
      // The answer to a state vector repeats all deletions, so a viewer that sends it is not writing.
      if (hasNoStructs(update)) this.#status('saved', 1);
      else this.#refuseWrite();
      return;
    }
    const { subscriber, room } = current;
    if (purpose === 'opening' || current.cseq === 0) current.cseq++;
    const { cseq } = current;
    if (this.#format.echoes) current.echoes.push({ cseq, update });
    room.message(subscriber.subscription, { type: 'update', channel: room.channel, cseq, update });
    this.#services.policy.pauseWhileFull(this.#connection, this.document);
  }

  #refuseWrite(): void {
    const status = this.#format.status('refused');
    this.#connection.queue(status ?? this.#format.denied(errorOf('read-only').message));
  }

  /** Drops invalid entries: stock clients repeat the awareness of others, in a larger encoding. */
  #setAwareness(update: Uint8Array, { room, subscriber }: YjsSubscription): void {
    this.#services.metrics.messages.add('awareness');
    const reading = readAwareness(update);
    if (reading.kind === 'invalid') return;
    room.receiveAwareness(subscriber.subscription, reading.entries);
  }

  #deliver(encoded: EncodedMessage, current: YjsSubscription): void {
    const { message } = encoded;
    switch (message.type) {
      case 'opened':
        this.#opened(message, current);
        break;
      case 'updates':
        this.#updates(encoded, message, current);
        break;
      case 'ack':
        this.#acknowledged(message, current);
        break;
      case 'state:request':
        current.asked.push('repair');
        this.#send({ kind: 'step1', stateVector: message.stateVector });
        break;
      case 'nack':
        this.#status('refused', 1);
        this.#services.policy.onUpdateRefused(this.#connection, message.error);
        this.#fail(message.error);
        break;
      case 'closed':
        this.#fail(message.error);
        break;
      case 'document:changed':
        current.access = message.access;
        break;
      case 'awareness':
        this.#connection.queue(
          encoded.as(this.#format.key, () => this.#format.awareness(message.update)),
        );
        break;
      default:
        // y-protocols has no presence and typing.
        break;
    }
  }

  #opened(
    { offset, base, access, stateVector }: MessageOf<'opened'>,
    current: YjsSubscription,
  ): void {
    this.#state = 'subscribed';
    current.openedOffset = offset;
    current.access = access;
    current.stateVector = stateVector;
    current.state = 'catching-up';
    const granted = this.#format.granted(access);
    if (granted !== null) this.#connection.queue(granted);
    if (base === offset) this.#caughtUp(EMPTY_UPDATE, current);
    this.#connection.openQueue.done();
  }

  #updates(
    encoded: EncodedMessage,
    { updates, to }: MessageOf<'updates'>,
    current: YjsSubscription,
  ): void {
    if (current.state === 'live') {
      const frames = encoded.as(this.#format.key, () =>
        updates.map((update) => this.#format.sync({ kind: 'update', update })),
      );
      for (const frame of frames) this.#connection.queue(frame);
      return;
    }
    const last = to >= current.openedOffset;
    for (const update of last ? updates.slice(0, -1) : updates)
      this.#send({ kind: 'update', update }, true);
    if (last) this.#caughtUp(updates.at(-1) ?? EMPTY_UPDATE, current);
  }

  /** Step 2 makes the client synced; step 1 requests what only the client has. */
  #caughtUp(update: Uint8Array, current: YjsSubscription): void {
    current.state = 'live';
    current.asked.push('opening');
    this.#send({ kind: 'step2', update }, true);
    this.#send({ kind: 'step1', stateVector: current.stateVector });
    if (this.#awareness.length > 0)
      current.room.receiveAwareness(current.subscriber.subscription, this.#awareness);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const frame of waiting) if (this.#state === 'subscribed') this.#handle(frame, current);
  }

  #acknowledged({ cseq, from, to }: MessageOf<'ack'>, current: YjsSubscription): void {
    const { echoes } = current;
    this.#status('saved', cseq - current.ackedCseq);
    current.ackedCseq = cseq;
    while (echoes[0] !== undefined && echoes[0].cseq <= cseq) {
      const { update } = echoes.shift() as (typeof echoes)[number];
      // The client has these rows already.
      if (from !== to) this.#send({ kind: 'update', update });
    }
  }

  #status(status: 'saved' | 'refused', count: number): void {
    const frame = this.#format.status(status);
    if (frame === null) return;
    for (let i = 0; i < count; i++) this.#connection.queue(frame);
  }

  #fail(error: ErrorBody): void {
    if (this.#state === 'closed') return;
    this.leave('clean');
    this.#onFailed(this, error);
  }

  #send(sync: Parameters<YjsFormat['sync']>[0], requested = false): void {
    this.#connection.queue(this.#format.sync(sync), requested);
  }
}

class YjsSubscriber implements Subscriber {
  readonly subscription: number;
  readonly client = null;
  readonly deliver: (encoded: EncodedMessage) => void;
  readonly #user: User;
  readonly #connection: Connection;

  constructor(
    subscription: number,
    user: User,
    connection: Connection,
    deliver: (encoded: EncodedMessage) => void,
  ) {
    this.subscription = subscription;
    this.#user = user;
    this.#connection = connection;
    this.deliver = deliver;
  }

  /** The connection's user is newer: a user may change their name. */
  get user(): User {
    const { user } = this.#connection;
    return user?.id === this.#user.id ? user : this.#user;
  }
}
