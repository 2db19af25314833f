/**
 * Writes updates of programs into documents: through the room, as a person's tab does, so that the same access, checks
 * and limits hold, everyone sees it at once, and it has an author and a history.
 */
import { errorOf, type ErrorBody, type User } from '@tandem/protocol';
import type { Position } from '@tandem/sync';
import { ApiError } from '../http/api-error.ts';
import type { Engine } from '../engine/port.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Subscriber } from '../presence/subscriber.ts';
import { isHarmful, type ViolationTracker } from '../rate-limits/violation-tracker.ts';
import type { EncodedMessage } from '../runtime/encoded-message.ts';
import type { DocumentAccess } from '../storage/standing.ts';
import type { DocumentRoom } from './document-room.ts';
import type { Rooms } from './rooms.ts';

export interface PageUpdate {
  readonly document: string;
  readonly user: User;
  readonly address: string | null;
  readonly update: Uint8Array;
  /** Of the text from which the update was made. */
  readonly position: Position;
}

export interface PageWriterOptions {
  readonly rooms: Pick<Rooms, 'authorize' | 'join' | 'nextSubscription'>;
  readonly engine: Pick<Engine, 'isFull'>;
  readonly violations: ViolationTracker;
  readonly metrics: Pick<Metrics, 'rateLimited'>;
}

export class PageWriter {
  readonly #options: PageWriterOptions;

  constructor(options: PageWriterOptions) {
    this.#options = options;
  }

  /** Resolves when the update is on disk. @throws ApiError */
  async write({ document, user, address, update, position }: PageUpdate): Promise<Position> {
    const { rooms, engine, violations, metrics } = this.#options;
    const sender = { user: user.id, address };
    const waitMs = violations.waitMs(sender);
    if (waitMs > 0)
      throw new ApiError('too-many', { detail: BANNED, retryAfterMs: Math.ceil(waitMs) });
    const admission = await rooms.authorize(document, { user, client: 'native' });
    if (admission.kind === 'refused') throw ApiError.from(admission.error);
    if (admission.access !== 'edit') throw new ApiError('read-only');
    if (engine.isFull(document)) throw new ApiError('overloaded');
    return await new Promise<Position>((resolve, reject) => {
      const writing = new Writing(rooms.nextSubscription(), user, {
        ...{ update, position, resolve, reject },
        onRefused(error) {
          if (isHarmful(error) && violations.add(sender) === 'excess')
            metrics.rateLimited.add('violations');
        },
      });
      writing.join(rooms, admission.document);
    });
  }
}

/** A room whose document was read again has closed its channels: a tab opens another one, and a program asks again. */
function toRefusal(error: ErrorBody): ApiError {
  if (error.code !== 'internal') return ApiError.from(error);
  return new ApiError('overloaded', { detail: READ_AGAIN, retryAfterMs: RETRY_MS });
}

const BANNED = 'Too many of your changes were refused. This one was not made; try again later.';
const RETRY_MS = 1_000;
const READ_AGAIN =
  'The server opened this document again just now, so it is not known whether the change is there. Read it, and write again.';

interface WritingOptions {
  readonly update: Uint8Array;
  readonly position: Position;
  readonly onRefused: (error: ErrorBody) => void;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: ApiError) => void;
}

/** One channel, which is open for one update. */
class Writing implements Subscriber {
  readonly subscription: number;
  readonly user: User;
  /** The Yjs client id in the update is new with it, and needs no lease. */
  readonly client = null;
  readonly #options: WritingOptions;
  #room: DocumentRoom | null = null;
  #life = { epoch: '', timeline: '' };

  constructor(subscription: number, user: User, options: WritingOptions) {
    this.subscription = subscription;
    this.user = user;
    this.#options = options;
  }

  join(rooms: Pick<Rooms, 'join'>, document: DocumentAccess): void {
    const { position } = this.#options;
    this.#room = rooms.join(document, this, { ref: 0, access: 'edit', position });
  }

  /** What was written since the position is not looked at: the update is merged with it. */
  deliver({ message }: EncodedMessage): void {
    switch (message.type) {
      case 'opened':
        if (message.parted === true) {
          this.#refuseBase();
          break;
        }
        this.#life = { epoch: message.epoch, timeline: message.timeline };
        // The room is still answering.
        queueMicrotask(() => this.#send());
        break;
      case 'ack':
        this.#options.resolve({ ...this.#life, offset: message.to });
        this.#leave();
        break;
      case 'nack':
        this.#options.onRefused(message.error);
        this.#options.reject(ApiError.from(message.error));
        // A tab would open the channel again; the room keeps its place until it leaves.
        this.#leave();
        break;
      case 'closed':
        this.#options.reject(toRefusal(message.error));
        break;
      case 'state:request':
        this.#refuseBase();
        break;
      default:
    }
  }

  /** Another life of the document, or another timeline, has begun since it was read. */
  #refuseBase(): void {
    this.#options.reject(ApiError.from(errorOf('epoch-changed')));
    this.#leave();
  }

  #send(): void {
    const { update } = this.#options;
    const channel = this.#room?.channel ?? 0;
    this.#room?.message(this.subscription, { type: 'update', channel, cseq: 1, update });
  }

  #leave(): void {
    queueMicrotask(() => this.#room?.leave(this.subscription, 'clean'));
  }
}
