/**
 * A document that is open in this page: its copy, its channel, and the truth about both. It outlives
 * connections. `epoch` grows whenever `doc` and `awareness` were replaced; a view made for an older
 * epoch must be made anew.
 */
import {
  ERRORS,
  errorOf,
  type Access,
  type ErrorBody,
  type Member,
  type ServerMessage,
} from '@tandem/protocol';
import { ClientChannel, type ChannelIntent, type ChannelMessage } from '@tandem/sync';
import * as Y from 'yjs';
import type { Awareness } from 'y-protocols/awareness';
import type { Connection } from '../connection/connection.ts';
import { reconnectDelay } from '../connection/reconnect-policy.ts';
import type { Environment } from '../environment.ts';
import type { DocumentFacts, OutboxEntry, SetAside, Store, StoredCopy } from '../store/store.ts';
import { Copy } from './copy.ts';
import { saveState, type ChannelState, type SaveState } from './save-state.ts';
import { WriteQueue } from './write-queue.ts';

/** A stored copy of more updates than this is made into one when it is loaded. */
const MAX_STORED_UPDATES = 100;

export interface DocumentSessionOptions {
  readonly id: string;
  readonly connection: Connection;
  readonly store: Store;
  /** Whether the store survives a reload. */
  readonly durable: boolean;
  readonly environment: Environment;
  /** A number for an `open`, unique on the connection. */
  readonly nextRef: () => number;
  /** Something that `status`, `members`, `typing` or `document` is made of has changed. */
  readonly changed: () => void;
}

export interface DocumentState extends DocumentFacts {
  readonly id: string;
  readonly access: Access;
}

export class DocumentSession {
  readonly id: string;
  /** Resolves when the stored copy, if there is one, is in `doc`. */
  readonly loaded: Promise<void>;
  readonly #options: DocumentSessionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #writes: WriteQueue;
  readonly #stopListening: () => void;
  /** Our channel's names of outbox entries, and the store's. */
  readonly #storedIds = new Map<number, number>();
  /** Local work from before the stored copy was there. */
  #early: Uint8Array[] = [];
  #copy: Copy;
  #channel: ClientChannel | null = null;
  #channelState: ChannelState = { kind: 'opening' };
  #document: DocumentState | null = null;
  #epoch = 0;
  #hasContent = false;
  #savedAt: number | null = null;
  #notice: ErrorBody | null = null;
  #setAside: { readonly error: ErrorBody; readonly at: number } | null = null;
  #reopenAttempt = 0;
  #reopenTimer: unknown = null;
  #destroyed = false;

  constructor(options: DocumentSessionOptions) {
    this.#options = options;
    this.id = options.id;
    this.#writes = new WriteQueue(() => this.#changed());
    this.#copy = this.#newCopy([]);
    this.loaded = this.#load();
    this.#stopListening = options.connection.listen({
      state: (state) => {
        if (state.kind === 'connected') this.#open();
        else this.#disconnected();
        this.#changed();
      },
      message: (message) => this.#received(message),
    });
  }

  get doc(): Y.Doc {
    return this.#copy.doc;
  }

  get awareness(): Awareness {
    return this.#copy.people.awareness;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Null until the server, or an earlier visit, has said what this document is. */
  get document(): DocumentState | null {
    return this.#document;
  }

  get members(): readonly Member[] {
    return this.#copy.people.members;
  }

  /** Users who are typing, without oneself. */
  get typing(): readonly string[] {
    return this.#copy.people.typing;
  }

  /** Local updates that the server has not confirmed. */
  get pending(): number {
    return (this.#channel?.pending.length ?? this.#early.length) + (this.#copy.dirty ? 1 : 0);
  }

  get status(): SaveState {
    return saveState({
      connection: this.#options.connection.state,
      channel: this.#channelState,
      loaded: this.#hasContent,
      pending: this.pending,
      kept: this.#options.durable && this.#writes.healthy,
      savedAt: this.#savedAt,
      setAside: this.#setAside,
      notice: this.#notice,
    });
  }

  /** Called after every change; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setTyping(active: boolean): void {
    this.#copy.people.setTyping(active);
  }

  setIdle(idle: boolean): void {
    this.#copy.people.setIdle(idle);
  }

  /** The person has seen that work was set aside. */
  acknowledgeSetAside(): void {
    this.#setAside = null;
    this.#changed();
  }

  /** Asks again for a document that the server would not open; the copy and what is written in it stay. */
  reopen(): void {
    if (this.#channelState.kind !== 'closed') return;
    this.#open();
    this.#changed();
  }

  /** Sends and keeps now what waits for the next frame; resolves when this device has kept it. */
  async flush(): Promise<void> {
    this.#copy.flush();
    await this.#writes.settled();
  }

  /** Whether an outbox entry is this session's own to deliver. */
  claims(entry: OutboxEntry): boolean {
    for (const { id } of this.#channel?.pending ?? [])
      if ((this.#storedIds.get(id) ?? id) === entry.id) return true;
    return false;
  }

  /** Takes over what a tab that is gone has left in the outbox of this document. */
  async adopt(): Promise<void> {
    await this.loaded;
    const stored = await this.#options.store.load(this.id);
    const position = this.#channel?.position;
    if (
      this.#destroyed ||
      position === undefined ||
      stored.position?.incarnation !== position.incarnation
    )
      return;
    const orphans = stored.outbox.filter(
      (entry) => !this.claims(entry) && entry.incarnation === position.incarnation,
    );
    if (orphans.length === 0) return;
    // The stored copy holds all that the orphans refer to.
    this.#copy.receive(stored.updates);
    this.#copy.flush();
    this.doc.transact(() => {
      for (const { update } of orphans) Y.applyUpdate(this.doc, update);
    });
    this.#copy.flush();
    const confirmed = orphans.map(({ id }) => id);
    this.#writes.push(() =>
      this.#options.store.advance(this.id, { updates: [], confirmed, position, facts: null }),
    );
  }

  /** Leaves the document. What is not confirmed stays in the outbox. */
  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#copy.flush();
    this.#destroyed = true;
    this.#stopListening();
    this.#options.environment.clock.clearTimeout(this.#reopenTimer);
    this.#copy.destroy();
    const channel = this.#channel?.channel;
    if (channel !== undefined) this.#options.connection.send({ type: 'leave', channel });
    this.#listeners.clear();
    await this.#writes.settled();
  }

  #newCopy(stored: readonly Uint8Array[]): Copy {
    return new Copy(stored, {
      environment: this.#options.environment,
      local: (update) => {
        if (this.#channel === null) this.#early.push(update);
        else this.#run(this.#channel.local(update));
      },
      send: (message) => {
        const channel = this.#channel?.channel;
        if (channel !== undefined) this.#options.connection.send({ ...message, channel });
      },
      changed: () => this.#changed(),
    });
  }

  async #load(): Promise<void> {
    const empty: StoredCopy & { outbox: readonly OutboxEntry[] } = {
      position: null,
      facts: null,
      updates: [],
      rows: [],
      outbox: [],
    };
    let stored: typeof empty;
    try {
      stored = await this.#options.store.load(this.id);
    } catch {
      // What cannot be read cannot be written beside.
      this.#writes.push(() => Promise.reject(new Error('the stored copy cannot be read')));
      stored = empty;
    }
    if (this.#destroyed) return;
    const { position, updates, rows, facts } = stored;
    const ofThisLife = (entry: OutboxEntry) =>
      entry.incarnation === null || entry.incarnation === position?.incarnation;
    const pending = stored.outbox.filter(ofThisLife);
    this.#putAside(
      stored.outbox.filter((entry) => !ofThisLife(entry)),
      facts,
    );
    this.#copy.receive([...updates, ...pending.map(({ update }) => update)]);
    this.#copy.flush();
    if (position !== null && rows.length > MAX_STORED_UPDATES) {
      const copy = Y.encodeStateAsUpdate(this.doc);
      this.#writes.push(() =>
        this.#options.store.compact(this.id, { copy, incarnation: position.incarnation, rows }),
      );
    }
    this.#hasContent = position !== null || pending.length > 0;
    if (facts !== null) this.#document = { ...facts, id: this.id, access: 'edit' };
    this.#channel = new ClientChannel({
      document: this.id,
      replica: this.#copy,
      position: position ?? undefined,
      pending: pending.map(({ id, update }) => ({ id, update })),
    });
    for (const update of this.#early) this.#run(this.#channel.local(update));
    this.#early = [];
    if (this.#options.connection.state.kind === 'connected') this.#open();
    this.#changed();
  }

  /** Work of another life of the document: its own copy is gone, so it is kept as it was written. */
  #putAside(entries: readonly OutboxEntry[], facts: DocumentFacts | null): void {
    if (entries.length === 0) return;
    const aside: Omit<SetAside, 'id'> = {
      document: this.id,
      title: facts?.title ?? '',
      copy: Y.mergeUpdates(entries.map(({ update }) => update)),
      error: errorOf('incarnation-changed'),
      at: this.#options.environment.clock.now(),
    };
    this.#setAside = aside;
    this.#writes.push(() =>
      this.#options.store.setAside(aside, { document: this.id, ids: entries.map(({ id }) => id) }),
    );
  }

  #open(): void {
    this.#options.environment.clock.clearTimeout(this.#reopenTimer);
    const phase = this.#channel?.phase;
    if (this.#channel === null || (phase !== 'closed' && phase !== 'failed')) return;
    this.#channelState = { kind: 'opening' };
    this.#notice = null;
    this.#run(this.#channel.open(this.#options.nextRef()));
  }

  #disconnected(): void {
    this.#options.environment.clock.clearTimeout(this.#reopenTimer);
    if (this.#channelState.kind !== 'closed') this.#channelState = { kind: 'opening' };
    this.#channel?.disconnected();
    this.#copy.people.lost();
  }

  #received(message: ServerMessage): void {
    switch (message.type) {
      case 'opened':
      case 'closed':
      case 'updates':
      case 'ack':
      case 'nack':
      case 'need':
        return this.#receivedByChannel(message);
      case 'document:changed':
        if (message.channel === this.#channel?.channel)
          this.#learn({ title: message.title, access: message.access });
        return;
      case 'awareness':
      case 'presence:changed':
      case 'typing:changed':
        if (message.channel === this.#channel?.channel) this.#copy.people.receive(message);
        return;
      case 'error':
        if (message.channel !== this.#channel?.channel) return;
        this.#notice = message.error;
        this.#changed();
        return;
      case 'welcome':
      case 'ping':
      case 'pong':
      case 'goaway':
        return;
    }
  }

  #receivedByChannel(message: ChannelMessage): void {
    const channel = this.#channel;
    if (channel === null) return;
    const before = channel.phase;
    this.#run(channel.receive(message));
    if (
      channel.phase !== before &&
      message.type === 'opened' &&
      channel.channel === message.channel
    ) {
      this.#learn({ kind: message.kind, title: message.title, access: message.access });
      this.#copy.people.opened();
    }
    if (channel.phase === 'live' && before !== 'live') {
      this.#reopenAttempt = 0;
      this.#hasContent = true;
    }
    this.#changed();
  }

  #learn({
    kind,
    title,
    access,
  }: {
    kind?: DocumentFacts['kind'];
    title: string;
    access: Access;
  }): void {
    this.#channelState = { kind: 'open', access };
    const facts: DocumentFacts = { kind: kind ?? this.#document?.kind ?? 'page', title };
    this.#document = { ...facts, id: this.id, access };
    const position = this.#channel?.position;
    if (position !== undefined) {
      this.#writes.push(() =>
        this.#options.store.advance(this.id, { updates: [], confirmed: [], position, facts }),
      );
    }
    this.#changed();
  }

  #run(intents: readonly ChannelIntent[]): void {
    let refused: { readonly ids: readonly number[]; readonly error: ErrorBody } | null = null;
    for (const intent of intents) {
      switch (intent.kind) {
        case 'send':
          this.#options.connection.send(intent.message);
          break;
        case 'keep':
          this.#keep(intent.pending);
          break;
        case 'advance':
          this.#advance(intent);
          break;
        case 'set-aside':
          refused = intent;
          break;
        case 'reset':
          this.#reset(refused);
          break;
        case 'reopen':
          this.#reopenLater(intent.error);
          break;
        case 'failed':
          this.#channelState = { kind: 'closed', error: intent.error };
          break;
      }
    }
    this.#changed();
  }

  #keep({ id, update }: { readonly id: number; readonly update: Uint8Array }): void {
    const entry = {
      document: this.id,
      incarnation: this.#channel?.position?.incarnation ?? null,
      update,
      at: this.#options.environment.clock.now(),
    };
    this.#writes.push(async () => {
      this.#storedIds.set(id, await this.#options.store.enqueue(entry));
    });
  }

  #advance({ updates, confirmed, position }: Extract<ChannelIntent, { kind: 'advance' }>): void {
    this.#copy.receive(updates);
    if (confirmed.length > 0) {
      this.#savedAt = this.#options.environment.clock.now();
      this.#notice = null;
    }
    this.#writes.push(() =>
      this.#options.store.advance(this.id, {
        updates,
        confirmed: this.#takeStoredIds(confirmed),
        position,
        facts: null,
      }),
    );
  }

  #takeStoredIds(ids: readonly number[]): number[] {
    return ids.map((id) => {
      const stored = this.#storedIds.get(id) ?? id;
      this.#storedIds.delete(id);
      return stored;
    });
  }

  /** A new copy under a new client id; what the server would not take is kept for the person. */
  #reset(refused: { readonly ids: readonly number[]; readonly error: ErrorBody } | null): void {
    const old = this.#copy;
    const ids = refused?.ids ?? [];
    const aside =
      refused === null
        ? null
        : {
            document: this.id,
            title: this.#document?.title ?? '',
            copy: Y.encodeStateAsUpdate(old.doc),
            error: refused.error,
            at: this.#options.environment.clock.now(),
          };
    this.#writes.push(() =>
      this.#options.store.setAside(aside, { document: this.id, ids: this.#takeStoredIds(ids) }),
    );
    if (aside !== null) this.#setAside = aside;
    this.#copy = this.#newCopy([]);
    this.#epoch++;
    this.#hasContent = false;
    this.#channel?.restart(this.#copy);
    this.#channelState = { kind: 'opening' };
    old.destroy();
    if (this.#options.connection.state.kind === 'connected') this.#open();
  }

  #reopenLater(error: ErrorBody): void {
    const { clock, random } = this.#options.environment;
    const delay = error.retryAfterMs ?? reconnectDelay(this.#reopenAttempt++, random);
    if (ERRORS[error.code].action === 'retry' && delay > 0) {
      this.#channelState = { kind: 'waiting', error, retryAt: clock.now() + delay };
    }
    this.#reopenTimer = clock.setTimeout(() => this.#open(), delay);
  }

  #changed(): void {
    if (this.#destroyed) return;
    this.#options.changed();
    for (const listener of this.#listeners) listener();
  }
}
