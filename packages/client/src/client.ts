/**
 * The client of one person in one page or program: a connection, a store, and the open documents.
 * It also delivers work of any document that a closed tab left behind.
 */
import {
  documentOf,
  SUBPROTOCOL_BINARY,
  SYNC_PATH,
  type ChannelName,
  type ErrorBody,
  type Session,
} from '@tandem/protocol';
import type { ChannelSession } from './channels/channel-session.ts';
import type { Channels } from './channels/channels.ts';
import { ChannelPages } from './channels/channel-pages.ts';
import { createLive, createMemoryLiveStores, type LiveStores } from './channels/live.ts';
import { isWork, type Commands } from './commands/commands.ts';
import { Connection, type Socket } from './connection/connection.ts';
import { httpFallback, type FallbackStorage } from './connection/fallback.ts';
import { HttpSession } from './connection/http-session.ts';
import { DocumentSession } from './document/document-session.ts';
import type { Environment } from './environment.ts';
import { Listeners } from './listeners.ts';
import { isOrphaned } from './orphans.ts';
import { PeopleSearch } from './people-search.ts';
import { UnloadOutbox, type UnloadOutboxStorage } from './store/unload-outbox.ts';
import type { StorageHealth } from './store/storage-health.ts';
import type { NewOutboxEntry, RejectedUpdate, Store } from './store/store.ts';
import type { UnconfirmedWork } from './unconfirmed-work.ts';

const SWEEP_INTERVAL_MS = 30_000;
const MAX_BACKGROUND_SYNCS = 3;

export interface ClientOptions {
  /** The server's origin, without a slash at the end: `https://tandem.example`. */
  readonly base: string;
  readonly environment: Environment;
  readonly store: Store;
  readonly durable: boolean;
  /** Health of the device's storage; without it, storage counts as healthy. */
  readonly health?: StorageHealth;
  /**
   * Receives unstored work when the page goes away. Without it, such work does not count as stored.
   */
  readonly unloadOutbox?: UnloadOutboxStorage | null;
  readonly liveStores?: LiveStores;
  readonly schema: number;
  readonly fetch?: typeof fetch;
  readonly webSocket?: (url: string, protocol: string) => Socket;
  /** HTTP transports for networks without WebSockets; null: the client stays offline there. */
  readonly fallback?: FallbackStorage | null;
  readonly known?: (session: Session) => void;
}

export class Client {
  readonly connection: Connection;
  readonly commands: Commands;
  readonly pages: ChannelPages;
  readonly people: PeopleSearch;
  /** Authenticates also where no cookie gets through. */
  readonly fetch: typeof fetch;
  readonly #options: ClientOptions;
  readonly #channels: Channels;
  readonly #open = new Map<string, { readonly session: DocumentSession; holders: number }>();
  readonly #leaving = new Set<DocumentSession>();
  readonly #backgroundSyncs = new Set<string>();
  readonly #unloadOutbox: UnloadOutbox;
  readonly #listeners = new Listeners<() => void>();
  readonly #stops: readonly (() => void)[];
  readonly #undeliverable = new Set<string>();
  readonly #openedBeforeCreation = new Set<string>();
  #rejectedNotPersisted: RejectedUpdate[] = [];
  #lastRejectedId = 0;
  #lastRef = 0;
  #sweepTimer: unknown = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { base, environment, webSocket = nativeWebSocket } = options;
    const place = options.durable ? (options.unloadOutbox ?? null) : null;
    this.#unloadOutbox = new UnloadOutbox(place, environment.random);
    const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    const http = new HttpSession({
      base,
      fetch,
      clock: environment.clock,
      ...(options.known === undefined ? {} : { known: options.known }),
    });
    this.connection = new Connection({
      environment,
      schema: options.schema,
      socket: () => webSocket(`${base.replace(/^http/, 'ws')}${SYNC_PATH}`, SUBPROTOCOL_BINARY),
      fallback:
        options.fallback == null
          ? null
          : httpFallback({ base, fetch, environment, ...options.fallback }),
      token: http.token,
      reachable: http.reachable,
    });
    this.fetch = http.fetch;
    this.people = new PeopleSearch({ base, fetch: http.fetch, clock: environment.clock });
    const live = createLive({
      findUser: (id) => this.people.known(id),
      connection: this.connection,
      environment,
      stores: options.liveStores ?? createMemoryLiveStores(),
      changed: () => this.#changed(),
    });
    this.pages = new ChannelPages({ base, fetch: http.fetch, clock: environment.clock });
    this.commands = live.commands;
    this.#channels = live.channels;
    this.connection.listen({
      state: ({ kind }) => {
        if (kind !== 'connected') return;
        this.#undeliverable.clear();
        this.#sweepSoon(0);
      },
      message: (message) => {
        // The page may have closed the document in the meantime.
        if (message.type === 'opened' && !this.#open.has(message.document))
          this.connection.send({ type: 'leave', channel: message.channel });
      },
    });
    this.#stops = [
      environment.listen((event) => {
        if (event === 'leaving' || event === 'hidden') this.#writeUnloadOutbox();
      }),
      options.health?.onChange(() => this.#storageChanged()) ?? (() => undefined),
    ];
  }

  get durable(): boolean {
    return this.#options.durable && (this.#options.health?.isHealthy ?? true);
  }

  start(): void {
    this.connection.start();
  }

  /** Returns one shared session per document; call `closeDocument` once for each call. */
  openDocument(id: string): DocumentSession {
    const known = this.#open.get(id);
    if (known !== undefined) {
      known.holders++;
      return known.session;
    }
    const session = new DocumentSession({
      id,
      connection: this.connection,
      store: this.#options.store,
      isDurable: () => this.durable,
      unloadOutbox: this.#unloadOutbox,
      environment: this.#options.environment,
      nextRef: () => ++this.#lastRef,
      changed: () => this.#changed(),
      rejectedNotPersisted: (rejected) => {
        // Negative ids, which no store assigns.
        this.#rejectedNotPersisted.push({ ...rejected, id: --this.#lastRejectedId });
        this.#changed();
      },
    });
    this.#open.set(id, { session, holders: 1 });
    if (this.commands.isCreating(id)) this.#openedBeforeCreation.add(id);
    return session;
  }

  closeDocument(id: string): void {
    const known = this.#open.get(id);
    if (known === undefined || --known.holders > 0) return;
    // Unconfirmed work is delivered first, however long that takes.
    if (known.session.pending > 0 && isDelivering(known.session)) this.#startBackgroundSync(id);
    else this.#release(id);
  }

  subscribe<N extends ChannelName>(name: N): ChannelSession<N> {
    return this.#channels.follow(name);
  }

  get open(): {
    readonly documents: readonly DocumentSession[];
    readonly channels: readonly ChannelSession[];
  } {
    return {
      documents: [...this.#open.values()].map(({ session }) => session),
      channels: this.#channels.all,
    };
  }

  /** Whether work of this page is unconfirmed, or was rejected and could not be stored. */
  get unsaved(): boolean {
    if (this.#rejectedNotPersisted.length > 0 || this.commands.hasWork) return true;
    for (const { session } of this.#open.values()) if (session.pending > 0) return true;
    return false;
  }

  get storageError(): ErrorBody | null {
    if (this.commands.hasWork && this.commands.storageError !== null)
      return this.commands.storageError;
    for (const { session } of this.#open.values()) {
      const { status } = session;
      if (status.kind === 'saving' && status.error !== null) return status.error;
    }
    return null;
  }

  /**
   * Called after every change of unconfirmed work, and often without one; returns a function that
   * removes the listener. Changes by other pages of this device are not reported.
   */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  async flush(): Promise<void> {
    const sessions = [...this.#open.values()].map(({ session }) => session.flush());
    await Promise.all([...sessions, this.commands.flush(), this.#channels.flush()]);
  }

  /**
   * Unconfirmed work of all documents: waiting updates, then commands, then rejected updates. Work
   * that storage fails to return is missing, and `durable` is false then.
   */
  async unconfirmed(): Promise<readonly UnconfirmedWork[]> {
    const { store, environment } = this.#options;
    await this.#recover();
    const { durable } = this;
    const waiting = new Map<string, Extract<UnconfirmedWork, { kind: 'waiting' }>>();
    for (const { document, at } of await store.outbox().catch(() => [])) {
      const known = waiting.get(document);
      const title = known?.title ?? (await this.#titleOf(document));
      const count = (known?.count ?? 0) + 1;
      const since = known?.since ?? at;
      waiting.set(document, { kind: 'waiting', document, title, count, kept: durable, since });
    }
    // Open documents may hold more, which is about to be stored or could not be.
    for (const [document, { session }] of this.#open) {
      const known = waiting.get(document);
      const count = Math.max(known?.count ?? 0, session.pending);
      if (count === 0) continue;
      const title = known?.title ?? session.document?.title ?? '';
      const since = known?.since ?? environment.clock.now();
      const kept = session.isKept;
      waiting.set(document, { kind: 'waiting', document, title, count, kept, since });
    }
    const rejected = await store.listRejectedUpdates().catch(() => []);
    return [
      ...waiting.values(),
      ...(await this.#unconfirmedCommands()),
      ...rejected.map((entry) => ({ ...entry, kind: 'rejected' as const, kept: durable })),
      ...this.#rejectedNotPersisted.map((entry) => ({
        ...entry,
        kind: 'rejected' as const,
        kept: false,
      })),
    ];
  }

  async discard(id: number): Promise<void> {
    const isHere = this.#rejectedNotPersisted.some((entry) => entry.id === id);
    this.#rejectedNotPersisted = this.#rejectedNotPersisted.filter((entry) => entry.id !== id);
    if (!isHere) await this.#options.store.discard(id);
    this.#changed();
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#options.environment.clock.clearTimeout(this.#sweepTimer);
    const sessions = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(sessions.map(({ session }) => session.destroy()));
    this.commands.close();
    await this.#channels.close();
    this.connection.close();
    this.#options.store.close();
  }

  #changed(): void {
    this.connection.unsaved = this.unsaved;
    this.#reopenCreated();
    if (this.#unloadOutbox.hasEntries && this.#unpersisted().length === 0)
      this.#unloadOutbox.write([]);
    this.#listeners.notify((listener) => listener());
  }

  #storageChanged(): void {
    for (const { session } of this.#open.values()) session.storageChanged();
    this.#changed();
  }

  #reopenCreated(): void {
    for (const id of this.#openedBeforeCreation) {
      if (this.commands.isCreating(id)) continue;
      const session = this.#open.get(id)?.session;
      const isWaiting = session !== undefined && session.document === null;
      if (isWaiting && session.status.kind !== 'stopped') continue;
      this.#openedBeforeCreation.delete(id);
      if (isWaiting) session.reopen();
    }
  }

  /**
   * Writes at once, because a page that goes away cannot wait. If it stays, the entries are removed
   * again.
   */
  #writeUnloadOutbox(): void {
    const flushed = this.flush();
    this.#unloadOutbox.write(this.#unpersisted());
    void flushed.then(() => this.#unloadOutbox.write(this.#unpersisted()));
  }

  #unpersisted(): NewOutboxEntry[] {
    const open = [...this.#open.values()].map(({ session }) => session);
    return [...open, ...this.#leaving].flatMap(({ unpersisted }) => unpersisted);
  }

  async #recover(): Promise<void> {
    await this.#unloadOutbox.recover(this.#options.store).catch(() => undefined);
  }

  #sweepSoon(delayMs: number): void {
    const { clock } = this.#options.environment;
    clock.clearTimeout(this.#sweepTimer);
    this.#sweepTimer = clock.setTimeout(() => {
      void this.#sweep().catch(() => undefined);
      this.#sweepSoon(SWEEP_INTERVAL_MS);
    }, delayMs);
  }

  async #sweep(): Promise<void> {
    if (this.connection.state.kind !== 'connected') return;
    const now = this.#options.environment.clock.now();
    const orphaned = new Set<string>();
    await this.#recover();
    for (const entry of await this.#options.store.outbox()) {
      if (isOrphaned(entry, now) && this.#open.get(entry.document)?.session.claims(entry) !== true)
        orphaned.add(entry.document);
    }
    for (const document of orphaned) {
      const session = this.#open.get(document)?.session;
      if (session !== undefined) await session.adopt(now);
      else if (
        this.#backgroundSyncs.size < MAX_BACKGROUND_SYNCS &&
        !this.#undeliverable.has(document)
      )
        this.#startBackgroundSync(document);
    }
  }

  #startBackgroundSync(document: string): void {
    if (this.#backgroundSyncs.has(document)) return;
    this.#backgroundSyncs.add(document);
    const session = this.openDocument(document);
    const stop = session.onChange(() => {
      if (isDelivering(session)) return;
      stop();
      this.#backgroundSyncs.delete(document);
      if (session.pending > 0) this.#undeliverable.add(document);
      const known = this.#open.get(document);
      if (known !== undefined && --known.holders === 0) this.#release(document);
    });
  }

  #release(id: string): void {
    const known = this.#open.get(id);
    this.#open.delete(id);
    if (known !== undefined) void this.#leave(known.session);
    this.#changed();
  }

  async #leave(session: DocumentSession): Promise<void> {
    this.#leaving.add(session);
    await session.destroy();
    this.#leaving.delete(session);
  }

  async #unconfirmedCommands(): Promise<readonly UnconfirmedWork[]> {
    const work = this.commands.pending.filter(isWork).map(async (command) => {
      const document = documentOf(command);
      const title = document === null ? '' : await this.#titleOf(document);
      const { kept, at: since } = command;
      return { kind: 'command', command, document, title, kept, since } as const;
    });
    return Promise.all(work);
  }

  async #titleOf(document: string): Promise<string> {
    const open = this.#open.get(document)?.session.document?.title;
    if (open !== undefined) return open;
    const facts = await this.#options.store.facts(document).catch(() => null);
    return facts?.title ?? '';
  }
}

function isDelivering({ status }: DocumentSession): boolean {
  return status.kind === 'saving' || status.kind === 'loading' || status.kind === 'offline';
}

function nativeWebSocket(url: string, protocol: string): Socket {
  return new WebSocket(url, protocol);
}
