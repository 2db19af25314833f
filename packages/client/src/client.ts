/**
 * The client of one person in one page or program: a connection, a store, and the open documents.
 * It also delivers work of any document that a closed tab left behind.
 */
import {
  MAX_CONTROL_BYTES,
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
import type { Commands } from './commands/commands.ts';
import { Connection } from './connection/connection.ts';
import { httpFallback, type FallbackStorage } from './connection/fallback.ts';
import { HttpSession } from './connection/http-session.ts';
import type { Socket } from './connection/socket.ts';
import { BackgroundSync } from './document/background-sync.ts';
import { DeviceCopies } from './document/device-copies.ts';
import { DocumentSession } from './document/document-session.ts';
import { OpenDocuments } from './document/open-documents.ts';
import type { Environment } from './environment.ts';
import { Listeners } from './listeners.ts';
import { PeopleSearch } from './people-search.ts';
import { TextSearch } from './text-search.ts';
import { OUTBOX_ENTRY_FORMAT } from './store/outbox-entry-format.ts';
import { UnloadOutbox, type UnloadOutboxStorage } from './store/unload-outbox.ts';
import type { StorageHealth } from './store/storage-health.ts';
import type { NewOutboxEntry, RejectedUpdate, Store, StoredCopy } from './store/store.ts';
import { listUnconfirmedWork, type UnconfirmedWork } from './unconfirmed-work.ts';

export interface ClientOptions {
  /** The server's origin, without a slash at the end: `https://tandem.example`. */
  readonly base: string;
  readonly environment: Environment;
  readonly store: Store;
  readonly durable: boolean;
  readonly health?: StorageHealth;
  /**
   * Receives unstored work when the page goes away. Without it, such work does not count as stored.
   */
  readonly unloadOutbox?: UnloadOutboxStorage | null;
  readonly liveStores?: LiveStores;
  /** Without it, what the server reads (W6). */
  readonly maxCommandBytes?: number;
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
  readonly search: TextSearch;
  readonly fetch: typeof fetch;
  readonly #options: ClientOptions;
  readonly #channels: Channels;
  readonly #documents: OpenDocuments;
  readonly #backgroundSync: BackgroundSync;
  readonly #deviceCopies: DeviceCopies;
  readonly #unloadOutbox: UnloadOutbox<NewOutboxEntry>;
  readonly #listeners = new Listeners<() => void>();
  readonly #stops: readonly (() => void)[];
  readonly #openedBeforeCreation = new Set<string>();
  #rejectedNotPersisted: RejectedUpdate[] = [];
  #lastRejectedId = 0;
  #lastRef = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { base, environment, webSocket = nativeWebSocket } = options;
    const unloadOutbox = options.unloadOutbox ?? null;
    this.#unloadOutbox = new UnloadOutbox(options.durable ? unloadOutbox : null, {
      random: environment.random,
      format: OUTBOX_ENTRY_FORMAT,
    });
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
    this.search = new TextSearch({ base, fetch: http.fetch, clock: environment.clock });
    const live = createLive({
      findUser: (id) => this.people.known(id),
      connection: this.connection,
      environment,
      stores: options.liveStores ?? createMemoryLiveStores(),
      unloadOutbox,
      maxCommandBytes: options.maxCommandBytes ?? MAX_CONTROL_BYTES.client,
      changed: () => this.#changed(),
    });
    this.pages = new ChannelPages({ base, fetch: http.fetch, clock: environment.clock });
    this.commands = live.commands;
    this.#channels = live.channels;
    this.#documents = new OpenDocuments({
      create: (id) => this.#createSession(id),
      released: () => this.#changed(),
    });
    this.#backgroundSync = new BackgroundSync({
      clock: environment.clock,
      documents: this.#documents,
      store: options.store,
      isConnected: () => this.connection.state.kind === 'connected',
      recover: () => this.#recover(),
    });
    this.#deviceCopies = new DeviceCopies({
      store: options.store,
      clock: environment.clock,
      isOpen: (document) => this.#documents.get(document) !== undefined,
    });
    this.connection.listen({
      state: ({ kind }) => {
        if (kind !== 'connected') return;
        this.#backgroundSync.connected();
        void this.#deviceCopies.evict().catch(() => undefined);
      },
      message: (message) => {
        // The page may have closed the document in the meantime.
        if (message.type === 'opened' && this.#documents.get(message.document) === undefined)
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

  /** This device has no room for what people write. */
  get failsToWrite(): boolean {
    return this.#options.health?.failsToWrite ?? false;
  }

  start(): void {
    this.connection.start();
  }

  /** Returns one shared session per document; call `closeDocument` once for each call. */
  openDocument(id: string): DocumentSession {
    return this.#documents.hold(id);
  }

  /** Unconfirmed work is delivered first, however long that takes. */
  closeDocument(id: string): void {
    this.#backgroundSync.release(id);
  }

  subscribe<N extends ChannelName>(name: N): ChannelSession<N> {
    return this.#channels.follow(name);
  }

  get open(): {
    readonly documents: readonly DocumentSession[];
    readonly channels: readonly ChannelSession[];
  } {
    return {
      documents: this.#documents.sessions,
      channels: this.#channels.all,
    };
  }

  get unsaved(): boolean {
    return (
      this.#rejectedNotPersisted.length > 0 || this.commands.hasWork || this.#documents.hasPending
    );
  }

  get storageError(): ErrorBody | null {
    if (this.commands.hasWork && this.commands.storageError !== null)
      return this.commands.storageError;
    return this.#documents.storageError;
  }

  /**
   * Called after every change of unconfirmed work, and often without one; returns a function that
   * removes the listener. Changes by other pages of this device are not reported.
   */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  async flush(): Promise<void> {
    await Promise.all([this.#documents.flush(), this.commands.flush(), this.#channels.flush()]);
  }

  /**
   * Unconfirmed work of all documents: waiting updates, then commands, then rejected updates. Work
   * that storage fails to return is missing, and `durable` is false then.
   */
  async unconfirmed(): Promise<readonly UnconfirmedWork[]> {
    const { store, environment } = this.#options;
    await this.#recover();
    const listed = await listUnconfirmedWork({
      store,
      documents: this.#documents,
      backgroundSync: this.#backgroundSync,
      commands: this.commands,
      clock: environment.clock,
      durable: this.durable,
    });
    const lost = this.#rejectedNotPersisted.map((entry) => ({ ...entry, kept: false }));
    return [...listed, ...lost.map((entry) => ({ ...entry, kind: 'rejected' as const }))];
  }

  /** Documents that can be opened without a network. */
  async onDevice(): Promise<ReadonlySet<string>> {
    const { pending } = this.commands;
    const created = pending.flatMap(({ name, input }) =>
      name === 'document:create' ? [input.document] : [],
    );
    return new Set([...(await this.#deviceCopies.list()), ...created]);
  }

  /** Copies on this device from before the server was restored, whose documents the server may lack. */
  async copiesFromBefore(timeline: string): Promise<readonly StoredCopy[]> {
    return await this.#deviceCopies.fromBefore(timeline);
  }

  async removeCopy(document: string): Promise<void> {
    await this.#deviceCopies.remove(document);
  }

  async discard(id: number): Promise<void> {
    const isHere = this.#rejectedNotPersisted.some((entry) => entry.id === id);
    this.#rejectedNotPersisted = this.#rejectedNotPersisted.filter((entry) => entry.id !== id);
    if (!isHere) await this.#options.store.discard(id);
    this.#changed();
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#backgroundSync.close();
    // At once: the page may go away meanwhile, and what it issued is not for who uses the device next.
    this.commands.close();
    await this.#documents.destroy();
    await this.#channels.close();
    this.connection.close();
    this.#options.store.close();
  }

  #createSession(id: string): DocumentSession {
    if (this.commands.isCreating(id)) this.#openedBeforeCreation.add(id);
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
    void session.loaded.then(() => this.#deviceCopies.use(id)).catch(() => undefined);
    return session;
  }

  #changed(): void {
    this.connection.unsaved = this.unsaved;
    this.#reopenCreated();
    if (this.#unloadOutbox.hasEntries && this.#documents.unpersisted.length === 0)
      this.#unloadOutbox.write([]);
    this.#listeners.notify((listener) => listener());
  }

  #storageChanged(): void {
    for (const session of this.#documents.sessions) session.storageChanged();
    this.#changed();
  }

  #reopenCreated(): void {
    for (const id of this.#openedBeforeCreation) {
      if (this.commands.isCreating(id)) continue;
      const session = this.#documents.get(id);
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
    this.#unloadOutbox.write(this.#documents.unpersisted);
    void flushed.then(() => this.#unloadOutbox.write(this.#documents.unpersisted));
  }

  async #recover(): Promise<void> {
    const { store } = this.#options;
    await Promise.allSettled([
      this.#unloadOutbox.recover((entries) => store.recover(entries)),
      this.commands.recover(),
    ]);
  }
}

function nativeWebSocket(url: string, protocol: string): Socket {
  return new WebSocket(url, protocol);
}
