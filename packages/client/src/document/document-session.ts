/**
 * A document that is open in this page: its replica, its channel and its status. The session
 * outlives connections. `replicaVersion` grows whenever `doc` and `awareness` are replaced; a view
 * of an older version must be recreated.
 */
import { ERRORS, type ErrorBody, type MessageOf, type ServerMessage } from '@tandem/protocol';
import { ClientChannel, type ChannelIntent, type ChannelMessage } from '@tandem/sync';
import * as Y from 'yjs';
import type { Connection } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';
import { Listeners } from '../listeners.ts';
import { RefusalRetry } from '../refusal-retry.ts';
import type { UnloadOutbox } from '../store/unload-outbox.ts';
import type {
  NewOutboxEntry,
  OutboxEntry,
  Position,
  RejectedUpdate,
  Store,
} from '../store/store.ts';
import { adoptOrphans } from './adoption.ts';
import { ChannelDeadlines } from './channel-deadlines.ts';
import { DocumentStatus, type DocumentState } from './document-status.ts';
import { DocumentReplica } from './document-replica.ts';
import { DocumentPersistence } from './document-persistence.ts';
import type { People } from './people.ts';
import type { SaveState } from './save-state.ts';

export interface DocumentSessionOptions {
  readonly id: string;
  readonly connection: Connection;
  readonly store: Store;
  readonly isDurable: () => boolean;
  readonly unloadOutbox: UnloadOutbox<NewOutboxEntry>;
  readonly environment: Environment;
  readonly nextRef: () => number;
  readonly rejectedNotPersisted: (rejected: Omit<RejectedUpdate, 'id'>) => void;
  readonly changed: () => void;
}

export class DocumentSession {
  readonly id: string;
  readonly loaded: Promise<void>;
  readonly #options: DocumentSessionOptions;
  readonly #listeners = new Listeners<() => void>();
  readonly #persistence: DocumentPersistence;
  readonly #reopening: RefusalRetry;
  readonly #deadlines: ChannelDeadlines;
  readonly #status: DocumentStatus;
  readonly #stopListening: () => void;
  #replica: DocumentReplica;
  #channel: ClientChannel | null = null;
  #replicaVersion = 0;
  #refused: { readonly ids: number[]; error: ErrorBody } | null = null;
  #destroyed = false;

  constructor(options: DocumentSessionOptions) {
    this.#options = options;
    this.id = options.id;
    this.#status = new DocumentStatus(options.id, options.environment.clock);
    this.#persistence = new DocumentPersistence({
      document: options.id,
      store: options.store,
      isDurable: options.isDurable,
      unloadOutbox: options.unloadOutbox,
      clock: options.environment.clock,
      changed: () => this.#changed(),
      rejectedNotPersisted: options.rejectedNotPersisted,
    });
    this.#reopening = new RefusalRetry(options.environment, () => this.#open());
    this.#deadlines = new ChannelDeadlines({
      connection: options.connection,
      environment: options.environment,
      reopen: () => this.#openAgain(),
      requestRows: () => this.#execute(this.#channel?.requestRowsAgain() ?? []),
    });
    this.#replica = this.#newReplica([]);
    this.loaded = this.#load();
    this.#stopListening = options.connection.listen({
      requests: () => {
        // Requests of the old connection are void.
        this.#channel?.disconnected();
        const request = this.#request();
        return request === null ? [] : [request];
      },
      state: (state) => {
        if (state.kind === 'connected') this.#open();
        else this.#disconnected();
        this.#changed();
      },
      message: (message) => this.#handleMessage(message),
    });
  }

  get doc(): Y.Doc {
    return this.#replica.doc;
  }

  get position(): Position | null {
    return this.#channel?.position ?? null;
  }

  get replicaVersion(): number {
    return this.#replicaVersion;
  }

  get document(): DocumentState | null {
    return this.#status.document;
  }

  get people(): People {
    return this.#replica.people;
  }

  get pending(): number {
    return (this.#channel?.pending.length ?? 0) + (this.#replica.dirty ? 1 : 0);
  }

  get isKept(): boolean {
    return this.#persistence.isSafe && (!this.#replica.dirty || this.#options.unloadOutbox.hasRoom);
  }

  /**
   * Entries that the store has not confirmed, oldest first. Complete right after `flush` is called.
   */
  get unpersisted(): readonly NewOutboxEntry[] {
    const held = this.#replica.held.map((update) => this.#persistence.entryOf(update, this.#epoch));
    return [...this.#persistence.unpersisted, ...held];
  }

  /** Whether `doc` has all that the server has, apart from what `flush` adds. No status says this. */
  get isComplete(): boolean {
    return this.#status.isOpen && this.#channel?.phase === 'live';
  }

  /** Whether `doc` is a state of the document, be it an old one or an empty text, and not a page that nothing has arrived in. */
  get hasContent(): boolean {
    return this.#status.hasContent;
  }

  get status(): SaveState {
    return this.#saveState({ withRejected: true });
  }

  /** As `status`, but for the notice of rejected work, which says nothing of the rest. */
  get delivery(): SaveState {
    return this.#saveState({ withRejected: false });
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  acknowledgeRejectedUpdates(): void {
    this.#status.acknowledgeRejected();
    this.#changed();
  }

  storageChanged(): void {
    this.#changed();
  }

  /** Asks the server now, after it has refused the document or does not answer. */
  reopen(): void {
    if (this.#status.isOpening || this.#status.isOpen) return;
    this.#openAgain();
    this.#changed();
  }

  /** Sends and stores the work of the next frame now; resolves when this device has stored it. */
  async flush(): Promise<void> {
    this.#replica.flush();
    await this.#persistence.settled();
  }

  claims(entry: OutboxEntry): boolean {
    return this.#persistence.isAmong(entry, this.#channel?.pending ?? []);
  }

  async adopt(now: number): Promise<void> {
    await this.loaded;
    const [kept, replica, channel] = [this.#persistence, this.#replica, this.#channel];
    if (channel === null) return;
    const isCurrent = () => !this.#destroyed && this.#replica === replica;
    const rejected = await adoptOrphans({ kept, replica, channel }, now, isCurrent);
    if (rejected === null || !isCurrent()) return;
    this.#status.rejected(rejected.error);
    this.#changed();
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#replica.flush();
    this.#destroyed = true;
    this.#stopListening();
    this.#reopening.cancel();
    this.#deadlines.cancel();
    this.#replica.destroy();
    const channel = this.#channel?.channel;
    if (channel !== undefined) this.#options.connection.send({ type: 'leave', channel });
    this.#listeners.clear();
    await this.#persistence.settled();
  }

  #saveState({ withRejected }: { readonly withRejected: boolean }): SaveState {
    return this.#status.saveState({
      connection: this.#options.connection.state,
      isCatchingUp: this.#channel?.phase === 'catching-up',
      pending: this.pending,
      kept: this.isKept,
      withRejected,
    });
  }

  get #epoch(): string | null {
    return this.#channel?.position?.epoch ?? null;
  }

  #newReplica(stored: readonly Uint8Array[]): DocumentReplica {
    return new DocumentReplica(stored, {
      environment: this.#options.environment,
      // Updates written before the stored copy is loaded wait for it.
      isReady: () => this.#channel !== null,
      local: (update) => this.#execute(this.#channel?.local(update) ?? []),
      send: (message) => {
        const channel = this.#channel?.channel;
        if (channel !== undefined) this.#options.connection.send({ ...message, channel });
      },
      changed: () => this.#changed(),
    });
  }

  async #load(): Promise<void> {
    const { position, facts, updates, pending, rejectUpdates } = await this.#persistence.load();
    if (this.#destroyed) return;
    this.#replica.receive(updates);
    this.#replica.flush();
    if (rejectUpdates !== null) this.#status.rejected(rejectUpdates.error);
    this.#status.loaded(facts);
    this.#status.hasContent = position !== null || pending.length > 0;
    this.#channel = new ClientChannel({
      document: this.id,
      replica: this.#replica,
      position: position ?? undefined,
      pending,
    });
    this.#replica.flush();
    if (this.#options.connection.state.kind === 'connected') this.#open();
    this.#changed();
  }

  #open(): void {
    this.#reopening.cancel();
    if (this.#options.connection.state.kind !== 'connected') return;
    const request = this.#request();
    if (request !== null) this.#options.connection.send(request);
  }

  #openAgain(): void {
    this.#channel?.disconnected();
    this.#replica.people.lost();
    this.#open();
  }

  #request(): MessageOf<'open'> | null {
    const phase = this.#channel?.phase;
    if (this.#channel === null || (phase !== 'closed' && phase !== 'failed')) return null;
    this.#reopening.cancel();
    this.#status.opening(this.#deadlines.openAgainMs);
    const [intent] = this.#channel.open(this.#options.nextRef());
    if (intent?.kind !== 'send' || intent.message.type !== 'open') return null;
    this.#changed();
    const presence = this.#replica.people.position;
    return presence === undefined ? intent.message : { ...intent.message, presence };
  }

  #disconnected(): void {
    this.#reopening.cancel();
    this.#status.disconnected();
    this.#channel?.disconnected();
    this.#replica.people.lost();
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'pong':
        return this.#deadlines.pong(message.nonce);
      case 'opened':
      case 'closed':
      case 'updates':
      case 'ack':
      case 'nack':
      case 'state:request':
        return this.#passToChannel(message);
      default:
        if (message.channel === this.#channel?.channel) this.#handleStatement(message);
    }
  }

  #handleStatement(message: ServerMessage): void {
    switch (message.type) {
      case 'document:changed':
        this.#opened(message);
        this.#passToChannel(message);
        return;
      case 'awareness':
      case 'presence:changed':
      case 'presence:listed':
      case 'typing:changed':
        return this.#replica.people.receive(message);
      case 'storage:changed':
        this.#status.storageChanged(message.error);
        this.#changed();
        return;
      case 'error':
        this.#status.noticed(message.error);
        this.#changed();
        return;
      // The other messages concern the connection or event channels.
      default:
        return;
    }
  }

  #passToChannel(message: ChannelMessage): void {
    const channel = this.#channel;
    if (channel === null) return;
    const before = channel.phase;
    // The channel's response to the copy's content counts all of that content as pending.
    if (message.type === 'opened' || message.type === 'state:request') this.#replica.flush();
    this.#execute(channel.receive(message));
    if (before === 'opening' && channel.phase !== before) this.#deadlines.openAnswered();
    const isAnswer = message.type === 'opened' && channel.channel === message.channel;
    if (isAnswer && channel.phase !== before) {
      this.#opened(message);
      this.#replica.people.opened();
    }
    if (before !== 'closed' && (channel.phase === 'closed' || channel.phase === 'failed'))
      this.#replica.people.lost();
    if (channel.phase === 'live') this.#status.hasContent = true;
    this.#changed();
  }

  #opened(stated: MessageOf<'opened' | 'document:changed'>): void {
    const facts = this.#status.opened(stated);
    const position = this.#channel?.position;
    if (position !== undefined) this.#persistence.advance({ position, facts });
    this.#changed();
  }

  #execute(intents: readonly ChannelIntent[]): void {
    for (const intent of intents) {
      switch (intent.kind) {
        case 'send':
          this.#options.connection.send(intent.message);
          break;
        case 'keep':
          this.#persistence.keep(intent.pending, this.#epoch);
          break;
        case 'advance':
          this.#advance(intent);
          break;
        case 'reject':
          this.#refused ??= { ids: [], error: intent.error };
          this.#refused.ids.push(...intent.ids);
          break;
        case 'reset':
          this.#reset(intent.error);
          break;
        case 'reopen':
          this.#reopenLater(intent.error);
          break;
        case 'failed':
          this.#status.closed(intent.error);
          break;
      }
    }
    this.#changed();
  }

  #advance({ updates, confirmed, position }: Extract<ChannelIntent, { kind: 'advance' }>): void {
    this.#replica.receive(updates);
    if (confirmed.length > 0) this.#status.saved();
    this.#persistence.advance({ updates, confirmed, position });
  }

  #reset(error: ErrorBody): void {
    const old = this.#replica;
    this.#status.reset();
    // Changes since the last frame belong to the old replica, and are refused with the rest.
    old.flush();
    const refused = this.#refused;
    this.#refused = null;
    const title = this.#status.document?.title ?? '';
    const replica = Y.encodeStateAsUpdate(old.doc);
    this.#persistence.reset(refused?.ids ?? [], { title, replica, error: refused?.error ?? error });
    if (refused !== null) this.#status.rejected(refused.error);
    this.#replica = this.#newReplica([]);
    this.#replicaVersion++;
    this.#status.hasContent = false;
    this.#channel?.restart(this.#replica);
    old.destroy();
    if (this.#options.connection.state.kind === 'connected') this.#open();
  }

  #reopenLater(error: ErrorBody): void {
    const delay = this.#reopening.schedule(error);
    if (ERRORS[error.code].action !== 'retry' || delay === 0) return;
    this.#status.waiting(error, delay);
  }

  #changed(): void {
    if (this.#destroyed) return;
    this.#deadlines.follow(this.#channel, this.#status.storageError);
    this.#options.changed();
    this.#listeners.notify((listener) => listener());
  }
}
