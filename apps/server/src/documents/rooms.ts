/** All open rooms: access checks, and routing of engine events. */
import type { AddressClaims } from './address-claims.ts';
import {
  accessOf,
  errorOf,
  type Access,
  type ErrorBody,
  type Standing,
  type User,
} from '@tandem/protocol';
import type { EngineEvent, EngineRequest, Position } from '@tandem/sync';
import { isHiddenByTrash, standingIn, type DocumentAccess } from '../storage/standing.ts';
import { StorageError } from '../storage/storage-error.ts';
import { EngineError, type Engine } from '../engine/port.ts';
import { LIBRARY } from '../storage/limits.ts';
import type { ErrorBoundary } from '../runtime/error-boundary.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { ANONYMOUS } from '../accounts/people.ts';
import type { AccessCache } from './access-cache.ts';
import { DocumentRoom, type JoinOptions } from './document-room.ts';
import type { LocalPeopleEvent } from '../presence/room-people.ts';
import type { Subscriber } from '../presence/subscriber.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import type { DocumentVisit, RecentDocuments } from './recent-documents.ts';

export interface RoomsOptions {
  readonly engine: Engine;
  readonly access: AccessCache;
  readonly readTimeline: () => Promise<string | null>;
  readonly recentDocuments: RecentDocuments;
  readonly claims: Pick<AddressClaims, 'opening'>;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly log: Log;
}

const NOT_ANY_MORE = errorOf('forbidden', {
  detail:
    'You may not open this document any more. What you wrote is kept on this device; ask its owner.',
});
export interface AdmissionRequest {
  readonly user: User;
  readonly client: 'native' | 'stock';
  /** What the client has of the document. */
  readonly position?: Pick<Position, 'timeline' | 'offset'> | undefined;
}

export type Admission =
  | { readonly kind: 'authorized'; readonly document: DocumentAccess; readonly access: Access }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export interface RoomPeers {
  onOpened(document: string): void;
  onClosed(document: string): void;
  onLocalPeople(document: string, event: LocalPeopleEvent): void;
}

export class Rooms implements Disposable {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, DocumentRoom>();
  readonly #ask = (request: EngineRequest): void => this.#options.engine.request(request);
  readonly #onEmpty = (room: DocumentRoom): void => {
    room[Symbol.dispose]();
    if (this.#rooms.get(room.document) !== room) return;
    this.#rooms.delete(room.document);
    this.#options.access.onClosed(room.document);
    this.#peers.onClosed(room.document);
  };
  #peopleListener: (document: string) => void = () => {};
  #elsewhere: (document: string) => readonly User[] = () => [];
  #peers: RoomPeers = { onOpened() {}, onClosed() {}, onLocalPeople() {} };
  #lastChannel = 0;
  #lastSubscription = 0;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  nextSubscription(): number {
    return ++this.#lastSubscription;
  }

  nextChannel(): number {
    return ++this.#lastChannel;
  }

  /** Resolves a user's access. An invisible document is reported as missing. */
  async authorize(id: string, { user, client, position }: AdmissionRequest): Promise<Admission> {
    const { access, recentDocuments, log } = this.#options;
    try {
      const find = () =>
        client === 'stock' ? access.findOrCreate(id, user) : access.findFor(id, user.id);
      let document = await find();
      if (document !== null && (await this.#hasClaimed(document, user.id))) document = await find();
      const standing = document === null ? null : standingIn(document, user.id);
      if (document === null || standing === null) {
        const isLost = await this.#isFromBeforeRestore(position);
        const missing = errorOf(isLost ? 'not-restored' : 'not-found');
        return { kind: 'refused', error: refusalOf(document, user.id, missing) };
      }
      if (user.id !== ANONYMOUS.id) recentDocuments.note({ user: user.id, document: document.id });
      return { kind: 'authorized', document, access: accessOf(standing) };
    } catch (error) {
      log.error({ err: error, document: id }, 'a document could not be looked up');
      return {
        kind: 'refused',
        error: error instanceof EngineError ? error.body : errorOf('storage-failed'),
      };
    }
  }

  /** @throws StorageError */
  async #hasClaimed(document: DocumentAccess, user: string): Promise<boolean> {
    const { access, claims, log } = this.#options;
    const isOpen = standingIn(document, user) !== null;
    if (user === ANONYMOUS.id || (isOpen && document.hasInvited !== true)) return false;
    try {
      if (!(await claims.opening(document.id, user))) return false;
    } catch (error) {
      if (!isOpen || !(error instanceof StorageError)) throw error;
      // It reaches them as a change of access, once it is stored.
      log.warn({ err: error, document: document.id }, 'a role could not be claimed in time');
      return false;
    }
    access.invalidate(document.id);
    return true;
  }

  /** Null for a document that this user may not see. @throws StorageError */
  async standingOf(user: string, document: string): Promise<Standing | null> {
    const access = await this.#options.access.findFor(document, user);
    return access === null ? null : standingIn(access, user);
  }

  join(document: DocumentAccess, subscriber: Subscriber, options: JoinOptions): DocumentRoom {
    let room = this.#rooms.get(document.id);
    if (room === undefined) {
      room = new DocumentRoom({
        document: document.id,
        kind: document.kind,
        title: document.title,
        trashedAt: document.trashed_at,
        channel: this.nextChannel(),
        wheel: this.#options.wheel,
        metrics: this.#options.metrics,
        errors: this.#options.errors,
        ask: this.#ask,
        storageError: () => this.#options.engine.storageError(document.id),
        onPeople: (document) => this.#peopleListener(document),
        onLocalPeople: (document, event) => this.#peers.onLocalPeople(document, event),
        onEmpty: this.#onEmpty,
      });
      this.#rooms.set(document.id, room);
      this.#options.access.onOpened(document.id);
      this.#peers.onOpened(document.id);
    }
    room.join(subscriber, options);
    return room;
  }

  /** Sets the one listener for what other nodes need to know. */
  setPeers(peers: RoomPeers): void {
    this.#peers = peers;
  }

  find(document: string): DocumentRoom | undefined {
    return this.#rooms.get(document);
  }

  all(): Iterable<DocumentRoom> {
    return this.#rooms.values();
  }

  /** The first people in a document, also on other nodes. */
  present(document: string): User[] {
    const room = this.#rooms.get(document);
    if (room !== undefined) return room.users(LIBRARY.maxPresentShown);
    return this.#elsewhere(document).slice(0, LIBRARY.maxPresentShown);
  }

  /** Only those on this node. */
  presentHere(document: string): User[] {
    const users = new Map<string, User>();
    for (const { user } of this.#rooms.get(document)?.localPeople ?? []) {
      if (users.size === LIBRARY.maxPresentShown) break;
      users.set(user.id, user);
    }
    return [...users.values()];
  }

  setElsewhere(find: (document: string) => readonly User[]): void {
    this.#elsewhere = find;
  }

  onPeople(listener: (document: string) => void): void {
    this.#peopleListener = listener;
  }

  renameUser(user: User): void {
    for (const room of this.#rooms.values()) room.renameUser(user);
  }

  renameDocument(document: string, title: string): void {
    this.#options.access.invalidate(document);
    this.#rooms.get(document)?.renameDocument(title);
  }

  unlisted(visit: DocumentVisit): void {
    this.#options.recentDocuments.forget(visit);
  }

  forget(): void {
    this.#options.access.clear();
    this.#options.recentDocuments.clear();
  }

  /** From here on the old access admits no one. */
  invalidate(document: string): void {
    this.#options.access.invalidate(document);
  }

  async recheck(document: string): Promise<void> {
    const { access: cache, log } = this.#options;
    this.invalidate(document);
    try {
      const access = await cache.find(document);
      // Everyone admitted during the read has joined by now.
      const room = this.#rooms.get(document);
      room?.recheck({
        facts: access === null ? null : { title: access.title, trashedAt: access.trashed_at },
        accessOf(user) {
          const standing = access === null ? null : standingIn(access, user);
          return standing === null ? refusalOf(access, user, NOT_ANY_MORE) : accessOf(standing);
        },
      });
    } catch (error) {
      log.error({ err: error, document }, 'who may be in a document could not be looked up');
      // Clients reconnect, which checks access again.
      this.#rooms.get(document)?.expel(errorOf('storage-failed'));
    }
  }

  /** Whether the client has text of a history that ended (RS7). */
  async #isFromBeforeRestore(position: AdmissionRequest['position']): Promise<boolean> {
    if (position === undefined || position.offset === 0) return false;
    return position.timeline !== (await this.#options.readTimeline());
  }

  storageChanged(): void {
    for (const room of this.#rooms.values()) room.storageChanged();
  }

  handleEngineEvent(event: EngineEvent): void {
    const { document } = event;
    const room = this.#rooms.get(document);
    if (room === undefined) return;
    const isHandled = this.#options.errors.run('room', { document, event: event.kind }, () =>
      room.event(event),
    );
    // Subscribers may have missed part of it: their clients reopen the document.
    if (!isHandled)
      this.#options.errors.run('room', { document, event: 'expel' }, () =>
        room.expel(errorOf('internal')),
      );
  }

  [Symbol.dispose](): void {
    for (const room of this.#rooms.values()) room[Symbol.dispose]();
    this.#rooms.clear();
  }
}

function refusalOf(document: DocumentAccess | null, user: string, otherwise: ErrorBody): ErrorBody {
  return document !== null && isHiddenByTrash(document, user) ? errorOf('in-trash') : otherwise;
}
