/**
 * One document of a stock client, over the same room as everybody's. The client's state vector opens
 * it; its updates are numbered here; what the room says is translated into the words of y-protocols.
 */
import {
  errorOf,
  MAX_MESSAGE_BYTES,
  type Access,
  type ErrorBody,
  type MessageOf,
  type User,
} from '@tandem/protocol';
import type { DocumentAccess } from '../../storage/roles.ts';
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
import { EMPTY_UPDATE, hasNoStructs, type DocumentFrame } from './frames.ts';
import type { YjsFormat } from './yjs-format.ts';

export interface YjsChannelOptions {
  readonly document: string;
  readonly user: User;
  readonly connection: Connection;
  readonly services: DocumentServices;
  readonly format: YjsFormat;
  /** It cannot go on; the dialogue ends it. */
  readonly onFailed: (channel: YjsChannel, error: ErrorBody) => void;
}

/** One subscription of the channel; asking for everything anew makes another. */
interface Sitting {
  readonly subscriber: Subscriber;
  readonly room: DocumentRoom;
  access: Access;
  openedOffset: number;
  /** Of what was committed when it was opened. */
  stateVector: Uint8Array;
  state: 'opening' | 'catching-up' | 'live';
  cseq: number;
  ackedCseq: number;
  /** For each state vector that we sent, why: its answer is ordinary work, or repairs what was sent before. */
  readonly asked: ('opening' | 'repair')[];
  /** Updates on their way to the disk, to go back to their sender. */
  readonly echoes: { readonly cseq: number; readonly update: Uint8Array }[];
}

export class YjsChannel {
  readonly document: string;
  readonly #user: User;
  readonly #connection: Connection;
  readonly #services: DocumentServices;
  readonly #format: YjsFormat;
  readonly #onFailed: (channel: YjsChannel, error: ErrorBody) => void;
  #state: 'new' | 'entering' | 'seated' | 'closed' = 'new';
  #sitting: Sitting | null = null;
  /** What came before there was a seat. */
  #waiting: DocumentFrame[] = [];
  #waitingBytes = 0;
  /** What it said of itself on the seat before, to say it again on the next. */
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
      this.#enter(frame.stateVector);
      return;
    }
    const sitting = this.#sitting;
    if (sitting === null || sitting.state !== 'live') this.#wait(frame);
    else this.#take(frame, sitting);
  }

  keepAlive(): void {
    if (this.#state === 'seated') this.#connection.queue(this.#format.awareness(EMPTY_AWARENESS));
  }

  leave(how: Leave): void {
    if (this.#state === 'closed') return;
    const entering = this.#sitting?.state === 'opening';
    this.#state = 'closed';
    this.#waiting = [];
    this.#sitting?.room.leave(this.#sitting.subscriber.subscription, how);
    this.#sitting = null;
    if (entering) this.#connection.openQueue.done();
  }

  #enter(stateVector: Uint8Array): void {
    this.#services.metrics.messages.add('open');
    // Asked again while the answer is on its way: it will do.
    if (this.#state === 'entering') return;
    this.#state = 'entering';
    this.#connection.openQueue.push(() =>
      this.#connection.closeOnError(this.#authorize(stateVector)),
    );
  }

  async #authorize(stateVector: Uint8Array): Promise<void> {
    const admission = await this.#services.rooms.authorize(this.document, {
      user: this.#user,
      client: 'stock',
    });
    if (this.#state === 'closed') {
      this.#connection.openQueue.done();
    } else if (admission.kind === 'refused') {
      this.#connection.openQueue.done();
      this.#fail(admission.error);
    } else {
      this.#sit(admission.document, { access: admission.access, stateVector });
    }
  }

  #sit(
    document: DocumentAccess,
    { access, stateVector }: { readonly access: Access; readonly stateVector: Uint8Array },
  ): void {
    const before = this.#sitting;
    const { rooms } = this.#services;
    const subscriber = new YjsSubscriber(
      rooms.nextSubscription(),
      this.#user,
      this.#connection,
      (encoded) => {
        if (this.#sitting?.subscriber !== subscriber) return;
        try {
          this.#deliver(encoded, this.#sitting);
        } catch (error) {
          this.#connection.onSendError(encoded.message, error);
        }
      },
    );
    const room = rooms.join(document, subscriber, { ref: 0, access, stateVector });
    this.#sitting = {
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

  #wait(frame: DocumentFrame): void {
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

  #take(frame: DocumentFrame, sitting: Sitting): void {
    switch (frame.kind) {
      case 'step1':
        break;
      case 'step2':
        this.#update(frame.update, sitting, sitting.asked.shift() ?? 'opening');
        break;
      case 'update':
        this.#update(frame.update, sitting, 'opening');
        break;
      case 'awareness':
        this.#announce(frame.update, sitting);
        break;
      case 'query-awareness':
        for (const encoded of sitting.room.awarenessSnapshot()) this.#deliver(encoded, sitting);
    }
  }

  #update(update: Uint8Array, sitting: Sitting, purpose: 'opening' | 'repair'): void {
    this.#services.metrics.messages.add('update');
    if (sitting.access === 'view') {
      // The answer to our state vector repeats all deletions, so it is no attempt to write.
      if (hasNoStructs(update)) this.#status('saved', 1);
      else this.#refuseWrite();
      return;
    }
    const { subscriber, room } = sitting;
    if (purpose === 'opening' || sitting.cseq === 0) sitting.cseq++;
    const { cseq } = sitting;
    if (this.#format.echoes) sitting.echoes.push({ cseq, update });
    room.message(subscriber.subscription, { type: 'update', channel: room.channel, cseq, update });
    this.#services.policy.pauseWhileFull(this.#connection, this.document);
  }

  #refuseWrite(): void {
    const status = this.#format.status('refused');
    this.#connection.queue(status ?? this.#format.denied(errorOf('read-only').message));
  }

  /** Stock clients repeat what they hear, larger than they were told; what does not fit is left out. */
  #announce(update: Uint8Array, { room, subscriber }: Sitting): void {
    this.#services.metrics.messages.add('awareness');
    const reading = readAwareness(update);
    if (reading.kind === 'invalid') return;
    room.receiveAwareness(subscriber.subscription, reading.entries);
  }

  #deliver(encoded: EncodedMessage, sitting: Sitting): void {
    const { message } = encoded;
    switch (message.type) {
      case 'opened':
        this.#opened(message, sitting);
        break;
      case 'updates':
        this.#updates(encoded, message, sitting);
        break;
      case 'ack':
        this.#acknowledged(message, sitting);
        break;
      case 'state:request':
        sitting.asked.push('repair');
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
        sitting.access = message.access;
        break;
      case 'awareness':
        this.#connection.queue(
          encoded.as(this.#format.key, () => this.#format.awareness(message.update)),
        );
        break;
      default:
        // Presence and typing have no words here.
        break;
    }
  }

  #opened({ offset, base, access, stateVector }: MessageOf<'opened'>, sitting: Sitting): void {
    this.#state = 'seated';
    sitting.openedOffset = offset;
    sitting.access = access;
    sitting.stateVector = stateVector;
    sitting.state = 'catching-up';
    const granted = this.#format.granted(access);
    if (granted !== null) this.#connection.queue(granted);
    if (base === offset) this.#caughtUp(EMPTY_UPDATE, sitting);
    this.#connection.openQueue.done();
  }

  #updates(encoded: EncodedMessage, { updates, to }: MessageOf<'updates'>, sitting: Sitting): void {
    if (sitting.state === 'live') {
      const frames = encoded.as(this.#format.key, () =>
        updates.map((update) => this.#format.sync({ kind: 'update', update })),
      );
      for (const frame of frames) this.#connection.queue(frame);
      return;
    }
    const last = to >= sitting.openedOffset;
    for (const update of last ? updates.slice(0, -1) : updates)
      this.#send({ kind: 'update', update }, true);
    if (last) this.#caughtUp(updates.at(-1) ?? EMPTY_UPDATE, sitting);
  }

  /** The client counts as synced with step 2; our own step 1 asks for what only it has. */
  #caughtUp(update: Uint8Array, sitting: Sitting): void {
    sitting.state = 'live';
    sitting.asked.push('opening');
    this.#send({ kind: 'step2', update }, true);
    this.#send({ kind: 'step1', stateVector: sitting.stateVector });
    if (this.#awareness.length > 0)
      sitting.room.receiveAwareness(sitting.subscriber.subscription, this.#awareness);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const frame of waiting) if (this.#state === 'seated') this.#take(frame, sitting);
  }

  #acknowledged({ cseq, from, to }: MessageOf<'ack'>, sitting: Sitting): void {
    const { echoes } = sitting;
    this.#status('saved', cseq - sitting.ackedCseq);
    sitting.ackedCseq = cseq;
    while (echoes[0] !== undefined && echoes[0].cseq <= cseq) {
      const { update } = echoes.shift() as (typeof echoes)[number];
      // Rows that were sent to everyone have come back already.
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

  /** The connection's person may have taken another name since. */
  get user(): User {
    const { user } = this.#connection;
    return user?.id === this.#user.id ? user : this.#user;
  }
}
