/** All rooms: who may enter which, and what the engine says to whom. */
import {
  errorOf,
  type Access,
  type DocumentKind,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { EngineEvent, EngineRequest } from '@tandem/sync';
import { createDocument, findDocument, visitDocument } from '../database/documents.ts';
import type { Database, DocumentRow } from '../database/tables.ts';
import { EngineError, type Engine } from '../engine/port.ts';
import { MAX_PRESENT_SHOWN } from '../limits.ts';
import type { Log } from '../log.ts';
import { ANONYMOUS } from '../sessions/people.ts';
import { DocumentRoom, type JoinOptions, type Subscriber } from './document-room.ts';
import type { Summaries } from './summaries.ts';
import type { TimerWheel } from './timer-wheel.ts';

export interface RoomsOptions {
  readonly db: Database;
  readonly engine: Engine;
  readonly wheel: TimerWheel;
  readonly summaries: Summaries;
  readonly log: Log;
  /** Whether a stock client may create the document that it names. */
  readonly allowAdhocDocuments: boolean;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly document: DocumentRow; readonly access: Access }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

const ADHOC_KIND: DocumentKind = 'data';

export class Rooms implements Disposable {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, DocumentRoom>();
  readonly #ask = (request: EngineRequest): void => this.#options.engine.request(request);
  readonly #onEmpty = (room: DocumentRoom): void => {
    room[Symbol.dispose]();
    if (this.#rooms.get(room.document) === room) this.#rooms.delete(room.document);
  };
  #lastChannel = 0;
  #lastSubscription = 0;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  nextSubscription(): number {
    return ++this.#lastSubscription;
  }

  /** What this person may do with a document. A document that one may not see is one that does not exist. */
  async admit(
    id: string,
    { user, client }: { readonly user: User; readonly client: 'native' | 'stock' },
  ): Promise<Admission> {
    const { db, log } = this.#options;
    try {
      const document =
        (await findDocument(db, id)) ??
        (client === 'stock' ? await this.#createAdhoc(id, user) : undefined);
      if (document === undefined) return { kind: 'refused', error: errorOf('not-found') };
      const access = document.owner === user.id ? 'edit' : document.link_access;
      if (access === 'off') return { kind: 'refused', error: errorOf('not-found') };
      if (user.id !== ANONYMOUS.id) this.#visit(id, user);
      return { kind: 'admitted', document, access };
    } catch (error) {
      log.error({ err: error, document: id }, 'a document could not be looked up');
      return {
        kind: 'refused',
        error: error instanceof EngineError ? error.body : errorOf('storage-failed'),
      };
    }
  }

  join(document: DocumentRow, subscriber: Subscriber, options: JoinOptions): DocumentRoom {
    let room = this.#rooms.get(document.id);
    if (room === undefined) {
      room = new DocumentRoom({
        document: document.id,
        kind: document.kind,
        title: document.title,
        channel: ++this.#lastChannel,
        wheel: this.#options.wheel,
        ask: this.#ask,
        onEmpty: this.#onEmpty,
      });
      this.#rooms.set(document.id, room);
    }
    room.join(subscriber, options);
    return room;
  }

  /** People who are in a document now, a few of them. */
  present(document: string): User[] {
    return this.#rooms.get(document)?.users(MAX_PRESENT_SHOWN) ?? [];
  }

  renameUser(user: User): void {
    for (const room of this.#rooms.values()) room.renameUser(user);
  }

  renameDocument(document: string, title: string): void {
    this.#rooms.get(document)?.renameDocument(title);
  }

  /** Says to everyone what is wrong here. */
  tell(error: ErrorBody): void {
    for (const room of this.#rooms.values()) room.tell(error);
  }

  /** What the engine says about one document. */
  hear(event: EngineEvent): void {
    if (event.kind === 'committed' && event.updates.length > 0)
      this.#options.summaries.changed(event.document);
    this.#rooms.get(event.document)?.event(event);
  }

  [Symbol.dispose](): void {
    for (const room of this.#rooms.values()) room[Symbol.dispose]();
    this.#rooms.clear();
  }

  /** A list that cannot be written keeps nobody from reading. */
  #visit(document: string, { id: user }: User): void {
    const { db, log } = this.#options;
    visitDocument(db, { user, document, at: Date.now() }).catch((error: unknown) =>
      log.warn({ err: error, document }, 'a visit could not be noted'),
    );
  }

  async #createAdhoc(id: string, { id: user }: User): Promise<DocumentRow | undefined> {
    const { db, engine, allowAdhocDocuments } = this.#options;
    if (!allowAdhocDocuments) return undefined;
    await engine.create({ document: id, kind: ADHOC_KIND, user });
    const { document } = await createDocument(db, {
      id,
      kind: ADHOC_KIND,
      title: id,
      owner: null,
      at: Date.now(),
    });
    return document;
  }
}
