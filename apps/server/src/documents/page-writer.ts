/**
 * Writes updates of programs into documents: through the room, as a person's tab does, so that the same access, checks
 * and limits hold, everyone sees it at once, and it has an author and a history.
 */
import { errorOf, type ErrorBody, type User } from '@tandem/protocol';
import { ApiError } from '../http/api-error.ts';
import type { Engine } from '../engine/port.ts';
import type { Subscriber } from '../presence/subscriber.ts';
import type { EncodedMessage } from '../runtime/encoded-message.ts';
import type { DocumentAccess } from '../storage/roles.ts';
import type { DocumentRoom } from './document-room.ts';
import type { Rooms } from './rooms.ts';

export interface PageUpdate {
  readonly document: string;
  readonly user: User;
  readonly update: Uint8Array;
}

export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

export interface PageWriterOptions {
  readonly rooms: Pick<Rooms, 'authorize' | 'join' | 'nextSubscription'>;
  readonly engine: Pick<Engine, 'isFull'>;
}

export class PageWriter {
  readonly #options: PageWriterOptions;

  constructor(options: PageWriterOptions) {
    this.#options = options;
  }

  /** Resolves when the update is on disk. @throws ApiError */
  async write({ document, user, update }: PageUpdate): Promise<Position> {
    const { rooms, engine } = this.#options;
    const admission = await rooms.authorize(document, { user, client: 'native' });
    if (admission.kind === 'refused') throw ApiError.from(admission.error);
    if (admission.access !== 'edit') throw new ApiError('read-only');
    if (engine.isFull(document)) throw new ApiError('overloaded');
    return await new Promise<Position>((resolve, reject) => {
      const writing = new Writing(rooms.nextSubscription(), user, { update, resolve, reject });
      writing.join(rooms, admission.document);
    });
  }
}

/** A room whose document was read again has closed its channels: a tab opens another one, and a program asks again. */
function toRefusal(error: ErrorBody): ApiError {
  if (error.code !== 'internal') return ApiError.from(error);
  return new ApiError('overloaded', { detail: READ_AGAIN, retryAfterMs: RETRY_MS });
}

const RETRY_MS = 1_000;
const READ_AGAIN =
  'The server opened this document again just now, so it is not known whether the change is there. Read it, and write again.';

interface WritingOptions {
  readonly update: Uint8Array;
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
  #epoch = '';

  constructor(subscription: number, user: User, options: WritingOptions) {
    this.subscription = subscription;
    this.user = user;
    this.#options = options;
  }

  join(rooms: Pick<Rooms, 'join'>, document: DocumentAccess): void {
    this.#room = rooms.join(document, this, { ref: 0, access: 'edit' });
  }

  /** The state that comes before is not looked at: the update was made from another reading of it. */
  deliver({ message }: EncodedMessage): void {
    switch (message.type) {
      case 'opened':
        this.#epoch = message.epoch;
        // The room is still answering.
        queueMicrotask(() => this.#send());
        break;
      case 'ack':
        this.#options.resolve({ epoch: this.#epoch, offset: message.to });
        this.#leave();
        break;
      case 'nack':
        this.#options.reject(ApiError.from(message.error));
        break;
      case 'closed':
        this.#options.reject(toRefusal(message.error));
        break;
      case 'state:request':
        // Another life of the document has begun since it was read.
        this.#options.reject(ApiError.from(errorOf('epoch-changed')));
        this.#leave();
        break;
      default:
    }
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
