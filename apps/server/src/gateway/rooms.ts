/** All rooms: who may enter which, and what the engine says to whom. */
import { ulid } from 'ulid';
import {
  errorOf,
  type Access,
  type DocumentKind,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { EngineEvent, EngineRequest } from '@tandem/sync';
import type { CommandRunner } from '../commands/runner.ts';
import { createDocument, findDocument, isSameVisit, type Visit } from '../database/documents.ts';
import { accessOf, findEntry, rolesIn } from '../database/roles.ts';
import type { Database, DocumentRow } from '../database/tables.ts';
import { EngineError, type Engine } from '../engine/port.ts';
import { MAX_PRESENT_SHOWN } from '../limits.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { ANONYMOUS } from '../sessions/people.ts';
import { DocumentRoom, type JoinOptions, type Subscriber } from './document-room.ts';
import type { Summaries } from './summaries.ts';
import type { TimerWheel } from './timer-wheel.ts';

export interface RoomsOptions {
  readonly db: Database;
  readonly engine: Engine;
  readonly runner: CommandRunner;
  readonly wheel: TimerWheel;
  readonly summaries: Summaries;
  readonly metrics: Metrics;
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
  #hearPeople: (document: string) => void = () => {};
  #lastChannel = 0;
  #lastSubscription = 0;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  nextSubscription(): number {
    return ++this.#lastSubscription;
  }

  /** A number on the wire that no room has had, nor any other channel. */
  nextChannel(): number {
    return ++this.#lastChannel;
  }

  /** What this person may do with a document. A document that one may not see is one that does not exist. */
  async admit(
    id: string,
    { user, client }: { readonly user: User; readonly client: 'native' | 'stock' },
  ): Promise<Admission> {
    const { db, log } = this.#options;
    try {
      if (client === 'stock') await this.#createAdhoc(id, user);
      const entry = await findEntry(db, { document: id, user: user.id });
      if (entry === null) return { kind: 'refused', error: errorOf('not-found') };
      if (user.id !== ANONYMOUS.id) this.#visit(id, user);
      return { kind: 'admitted', document: entry.document, access: accessOf(entry.role) };
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
        channel: this.nextChannel(),
        wheel: this.#options.wheel,
        metrics: this.#options.metrics,
        ask: this.#ask,
        onPeople: (document) => this.#hearPeople(document),
        onEmpty: this.#onEmpty,
      });
      this.#rooms.set(document.id, room);
    }
    room.join(subscriber, options);
    return room;
  }

  all(): Iterable<DocumentRoom> {
    return this.#rooms.values();
  }

  /** People who are in a document now, a few of them. */
  present(document: string): User[] {
    return this.#rooms.get(document)?.users(MAX_PRESENT_SHOWN) ?? [];
  }

  /** Hears of each document where somebody came, went, or has another name. One listener. */
  onPeople(listener: (document: string) => void): void {
    this.#hearPeople = listener;
  }

  renameUser(user: User): void {
    for (const room of this.#rooms.values()) room.renameUser(user);
  }

  renameDocument(document: string, title: string): void {
    this.#rooms.get(document)?.renameDocument(title);
  }

  /** What is known of this document may have changed: who may do what in it, and its title. */
  async recheck(document: string): Promise<void> {
    const { db, log } = this.#options;
    try {
      const row = await findDocument(db, document);
      const roleOf = await rolesIn(db, document);
      // Whoever was admitted while this was read has a seat by now.
      const room = this.#rooms.get(document);
      if (row !== undefined) room?.renameDocument(row.title);
      room?.recheck((user) => {
        const role = roleOf(user);
        return role === null ? null : accessOf(role);
      });
    } catch (error) {
      log.error({ err: error, document }, 'who may be in a document could not be looked up');
      // They come back, and are asked then.
      this.#rooms.get(document)?.expel(errorOf('storage-failed'));
    }
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
    const { log } = this.#options;
    this.#noteVisit({ user, document, at: Date.now() }).catch((error: unknown) =>
      log.warn({ err: error, document }, 'a visit could not be noted'),
    );
  }

  /** Coming back soon costs no disk. */
  async #noteVisit({ user, document, at }: Visit): Promise<void> {
    const { db, runner } = this.#options;
    if (await isSameVisit(db, { user, document, at })) return;
    await runner.run({
      user,
      command: { id: ulid(), name: 'document:visit', input: { document } },
    });
  }

  async #createAdhoc(id: string, { id: user }: User): Promise<void> {
    const { db, engine, allowAdhocDocuments } = this.#options;
    if (!allowAdhocDocuments || (await findDocument(db, id)) !== undefined) return;
    await engine.create({ document: id, kind: ADHOC_KIND, user });
    await createDocument(db, { id, kind: ADHOC_KIND, title: id, owner: null, at: Date.now() });
  }
}
