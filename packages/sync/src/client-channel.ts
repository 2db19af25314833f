/**
 * The client's end: one per document, for as long as that is kept on this device; connections come
 * and go under it. It knows which local updates are not confirmed and which rows of the journal the
 * copy holds, and never lets the stored position be ahead of the stored content.
 */
import {
  ERRORS,
  errorOf,
  MAX_STATE_VECTOR_BYTES,
  type Access,
  type ClientMessage,
  type ErrorBody,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import * as Y from 'yjs';
import type { Position } from './engine-event.ts';
import { MAX_MERGED_UPDATES } from './limits.ts';
import { isCovered, isEmptyUpdate, isSendable } from './update-content.ts';

/** This client's copy of the document, to read from. */
export interface Replica {
  /** The Yjs client id it writes under. No other copy, and no earlier life of this one, ever wrote under it. */
  readonly client: number;
  stateVector(): Uint8Array;
  /** One update with all that `stateVector` lacks. */
  diff(stateVector: Uint8Array): Uint8Array;
}

/** A local update that the server has not confirmed. Ids grow in the order of writing. */
export interface PendingUpdate {
  readonly id: number;
  readonly update: Uint8Array;
}

/**
 * What the owner does, in this order. Writes to the store are made in the order in which they are
 * asked for, each intent in one store transaction; when one fails, none after it is made.
 */
export type ChannelIntent =
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** Store this local update in the outbox. */
  | { readonly kind: 'keep'; readonly pending: PendingUpdate }
  /**
   * In one store transaction: add `updates` to the stored copy, move the confirmed entries from the
   * outbox to the stored copy, and store `position`. Apply `updates` to the document.
   */
  | {
      readonly kind: 'advance';
      readonly updates: readonly Uint8Array[];
      readonly confirmed: readonly number[];
      readonly position: Position;
    }
  /** Move these entries from the outbox to what is kept aside for the person. Comes with a `reset`. */
  | { readonly kind: 'set-aside'; readonly ids: readonly number[]; readonly error: ErrorBody }
  /** Throw the stored copy and its position away, make a new empty copy with a new client id, and give it to `restart`. */
  | { readonly kind: 'reset'; readonly error: ErrorBody }
  /** Call `open` again, after `error.retryAfterMs`, or your own backoff where that is not given. */
  | { readonly kind: 'reopen'; readonly error: ErrorBody }
  /** The channel stopped; pending work stays in the outbox. */
  | { readonly kind: 'failed'; readonly error: ErrorBody };

export type ChannelPhase =
  /** Not on any connection; `open` is next. */
  | 'closed'
  | 'opening'
  /** Open, but not yet at the position that the server opened with. */
  | 'catching-up'
  | 'live'
  /** `restart` is next. */
  | 'resetting'
  | 'failed';

export interface ClientChannelOptions {
  readonly document: string;
  readonly replica: Replica;
  /** What the stored copy holds, if there is one. */
  readonly position?: Position | undefined;
  /** The stored outbox; `replica` holds these updates too. */
  readonly pending?: readonly PendingUpdate[] | undefined;
}

export type ChannelMessage = Extract<
  ServerMessage,
  {
    readonly type:
      | 'opened'
      | 'closed'
      | 'document:changed'
      | 'updates'
      | 'ack'
      | 'nack'
      | 'state:request';
  }
>;

interface Entry extends PendingUpdate {
  /** Under which it was sent on this opening, or `UNSENT`. */
  cseq: number;
}

/** Later than every `cseq`, so no acknowledgement covers it. */
const UNSENT = Number.POSITIVE_INFINITY;

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'opening'; readonly ref: number }
  | OpenState
  | { readonly kind: 'resetting'; readonly error: ErrorBody }
  | { readonly kind: 'failed' };

interface OpenState {
  readonly kind: 'open';
  readonly channel: number;
  readonly epoch: string;
  readonly timeline: string;
  /** The copy is not what its position says until all of the answer is here. */
  readonly isParted: boolean;
  /** What the server has, as long as it is to get all else that the copy holds. */
  owed: Uint8Array | null;
  /** The last row that has arrived here, counted from the `base` of this opening. */
  offset: number;
  /** Where the opening leads to. */
  readonly target: number;
  /** With `view`, what is pending waits here. */
  access: Access;
  /** The newest `cseq` in use. */
  cseq: number;
  /** Rows are missing, and `rows:request` was sent for them. */
  gap: 'none' | 'asked';
}

export class ClientChannel {
  readonly document: string;
  #replica: Replica;
  #position: Position | undefined;
  #entries: Entry[];
  #nextId: number;
  /** The timeline for which the outbox got all that the copy holds. */
  #returnedTo: string | null = null;
  #state: State = { kind: 'closed' };

  constructor({ document, replica, position, pending = [] }: ClientChannelOptions) {
    this.document = document;
    this.#replica = replica;
    this.#position = position;
    this.#entries = pending.map((entry) => ({ ...entry, cseq: UNSENT }));
    this.#nextId = (pending.at(-1)?.id ?? 0) + 1;
  }

  get phase(): ChannelPhase {
    if (this.#state.kind !== 'open') return this.#state.kind;
    return this.#state.offset < this.#state.target ? 'catching-up' : 'live';
  }

  /** The number that the server gave to this channel, while it is open. */
  get channel(): number | undefined {
    return this.#state.kind === 'open' ? this.#state.channel : undefined;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** Local updates that are not confirmed, oldest first. */
  get pending(): readonly PendingUpdate[] {
    return this.#entries;
  }

  /**
   * Asks to join, or to join anew. Does nothing while a `reset` waits for its `restart`.
   *
   * @param ref unique among the requests of this connection.
   */
  open(ref: number): readonly ChannelIntent[] {
    if (this.#state.kind === 'resetting') return [];
    this.#state = { kind: 'opening', ref };
    const { client } = this.#replica;
    const stateVector = this.#replica.stateVector();
    const message: ClientMessage = {
      type: 'open',
      channel: 0,
      ref,
      document: this.document,
      client,
      ...(this.#position === undefined ? {} : { position: this.#position }),
      // Without it the answer is the whole document, which is right as well.
      ...(stateVector.byteLength > MAX_STATE_VECTOR_BYTES ? {} : { stateVector }),
    };
    return [{ kind: 'send', message }];
  }

  /** Takes an answer to its `ref` and the messages of its channel. All others are ignored. */
  receive(message: ChannelMessage): readonly ChannelIntent[] {
    const state = this.#state;
    if (state.kind === 'opening') {
      if (message.type === 'opened' && message.ref === state.ref) return this.#opened(message);
      if (message.type === 'closed' && message.ref === state.ref) return this.#end(message.error);
      return [];
    }
    if (state.kind !== 'open' || message.channel !== state.channel) return [];
    switch (message.type) {
      case 'updates':
        return this.#updates(state, message);
      case 'ack':
        return this.#ack(state, message);
      case 'state:request':
        return this.#need(state, message);
      case 'document:changed':
        return this.#accessChanged(state, message.access);
      case 'nack':
      case 'closed':
        return this.#end(message.error);
      case 'opened':
        return [];
    }
  }

  /** The replica was changed here, by this update. */
  local(update: Uint8Array): readonly ChannelIntent[] {
    const [entry, keep] = this.#keep(update);
    const state = this.#state;
    // Written on a copy that is being thrown away.
    if (state.kind === 'resetting') return [keep, ...this.#setAside(state.error)];
    if (state.kind !== 'open' || state.access === 'view') return [keep];
    if (!isSendable(update)) return [keep, ...this.#end(errorOf('too-large'))];
    return [keep, this.#send(state, [entry], update)];
  }

  /** Whether rows are missing that were asked for and have not come. */
  get hasGap(): boolean {
    return this.#state.kind === 'open' && this.#state.gap === 'asked';
  }

  /** The rows that were asked for are overdue (SY33). */
  askForGapAgain(): readonly ChannelIntent[] {
    if (this.#state.kind !== 'open' || this.#state.gap === 'none') return [];
    this.#state.gap = 'none';
    return this.#askForGap(this.#state);
  }

  /** The connection is gone. */
  disconnected(): void {
    if (this.#state.kind === 'opening' || this.#state.kind === 'open')
      this.#state = { kind: 'closed' };
  }

  /** The new, empty copy that a `reset` asked for. */
  restart(replica: Replica): void {
    this.#replica = replica;
    this.#state = { kind: 'closed' };
  }

  #opened({
    channel,
    epoch,
    timeline,
    parted,
    base,
    offset,
    stateVector,
    access,
  }: MessageOf<'opened'>): readonly ChannelIntent[] {
    if (this.#position !== undefined && this.#position.epoch !== epoch) {
      return this.#end(errorOf('epoch-changed'));
    }
    const state: OpenState = {
      kind: 'open',
      channel,
      epoch,
      timeline,
      isParted: parted === true,
      owed: null,
      offset: base,
      target: offset,
      access,
      cseq: 0,
      gap: 'none',
    };
    this.#state = state;
    for (const entry of this.#entries) entry.cseq = UNSENT;
    const kept = state.isParted ? this.#keepAll(state, stateVector) : [];
    // From its first opening on, a copy belongs to one life of the document.
    const isPlaced = this.#position !== undefined && !(state.isParted && offset === base);
    return [
      ...kept,
      ...(isPlaced ? [] : [this.#advance(state, {})]),
      ...(access === 'view' ? [] : this.#sendAll(state, stateVector)),
    ];
  }

  /** The copy may hold what a restore has taken from the server. Its state vector would not show deletions. */
  #keepAll(state: OpenState, server: Uint8Array): readonly ChannelIntent[] {
    state.owed = server;
    if (this.#returnedTo === state.timeline) return [];
    this.#returnedTo = state.timeline;
    const update = this.#replica.diff(server);
    return isEmptyUpdate(update) ? [] : [this.#keep(update)[1]];
  }

  /** One update for everything that the server has not confirmed, and for what the copy has beside that. */
  #sendAll(state: OpenState, server: Uint8Array): readonly ChannelIntent[] {
    const entries = this.#entries;
    if (state.owed !== null) return this.#sendOwed(state, state.owed);
    const updates = entries.map(({ update }) => update);
    const isAllPending = isCovered(this.#replica.stateVector(), { server, updates });
    if (isAllPending && entries.length === 0) return [];
    if (isAllPending && entries.length <= MAX_MERGED_UPDATES) {
      const update = Y.mergeUpdates(updates);
      return isSendable(update) ? [this.#send(state, entries, update)] : this.#sendEach(state);
    }
    const update = this.#replica.diff(server);
    const keep = isAllPending ? [] : [this.#keep(update)[1]];
    return isSendable(update)
      ? [...keep, this.#send(state, entries, update)]
      : [...keep, ...this.#sendEach(state)];
  }

  /** In one message, which alone may hold what others wrote. */
  #sendOwed(state: OpenState, server: Uint8Array): readonly ChannelIntent[] {
    state.owed = null;
    if (this.#entries.length === 0) return [];
    const update = this.#replica.diff(server);
    return isSendable(update) ? [this.#send(state, this.#entries, update)] : this.#sendEach(state);
  }

  #accessChanged(state: OpenState, access: Access): readonly ChannelIntent[] {
    state.access = access;
    if (access === 'view') return [];
    return state.owed === null ? this.#sendEach(state) : this.#sendOwed(state, state.owed);
  }

  /** What is too large as one update may still go piece by piece. */
  #sendEach(state: OpenState): readonly ChannelIntent[] {
    const unsent = this.#entries.filter(({ cseq }) => cseq === UNSENT);
    if (!unsent.every(({ update }) => isSendable(update))) return this.#end(errorOf('too-large'));
    return unsent.map((entry) => this.#send(state, [entry], entry.update));
  }

  #updates(
    state: OpenState,
    { from, to, updates }: MessageOf<'updates'>,
  ): readonly ChannelIntent[] {
    if (from > state.offset) return this.#askForGap(state);
    state.gap = 'none';
    if (to <= state.offset) return [];
    state.offset = to;
    return [this.#advance(state, { updates })];
  }

  #ack(state: OpenState, { cseq, from, to }: MessageOf<'ack'>): readonly ChannelIntent[] {
    const isConfirmed = (entry: Entry) => entry.cseq <= cseq;
    const confirmed = this.#entries.filter(isConfirmed).map(({ id }) => id);
    this.#entries = this.#entries.filter((entry) => !isConfirmed(entry));
    const isGap = from > state.offset;
    if (!isGap) state.offset = Math.max(state.offset, to);
    return [this.#advance(state, { confirmed }), ...(isGap ? this.#askForGap(state) : [])];
  }

  #need(state: OpenState, { stateVector }: MessageOf<'state:request'>): readonly ChannelIntent[] {
    const update = this.#replica.diff(stateVector);
    // It holds more than the pending updates do, so it is kept as they are.
    const [entry, keep] = this.#keep(update);
    entry.cseq = state.cseq;
    return [keep, this.#message(state, update)];
  }

  /** Rows that arrive before the gap is closed are in the answer as well. */
  #askForGap(state: OpenState): readonly ChannelIntent[] {
    if (state.gap === 'asked') return [];
    state.gap = 'asked';
    return [
      {
        kind: 'send',
        message: { type: 'rows:request', channel: state.channel, from: state.offset },
      },
    ];
  }

  #end(error: ErrorBody): readonly ChannelIntent[] {
    switch (ERRORS[error.code].action) {
      case 'retry':
        this.#state = { kind: 'closed' };
        return [{ kind: 'reopen', error }];
      case 'reset':
        this.#state = { kind: 'resetting', error };
        this.#position = undefined;
        return [...this.#setAside(error), { kind: 'reset', error }];
      case 'stop':
      case 'reload':
      case 'authenticate':
        this.#state = { kind: 'failed' };
        return [{ kind: 'failed', error }];
    }
  }

  #keep(update: Uint8Array): [Entry, ChannelIntent] {
    const entry: Entry = { id: this.#nextId++, update, cseq: UNSENT };
    this.#entries.push(entry);
    return [entry, { kind: 'keep', pending: { id: entry.id, update } }];
  }

  #setAside(error: ErrorBody): readonly ChannelIntent[] {
    const ids = this.#entries.map(({ id }) => id);
    this.#entries = [];
    return ids.length === 0 ? [] : [{ kind: 'set-aside', ids, error }];
  }

  #advance(
    state: OpenState,
    {
      updates = [],
      confirmed = [],
    }: { readonly updates?: readonly Uint8Array[]; readonly confirmed?: readonly number[] },
  ): ChannelIntent {
    const { epoch, timeline, offset, target, isParted } = state;
    // On the way from one timeline to another it is at neither.
    const position = isParted && offset < target ? this.#position : undefined;
    this.#position = position ?? { epoch, timeline, offset };
    return { kind: 'advance', updates, confirmed, position: this.#position };
  }

  #send(state: OpenState, entries: readonly Entry[], update: Uint8Array): ChannelIntent {
    state.cseq++;
    for (const entry of entries) entry.cseq = state.cseq;
    return this.#message(state, update);
  }

  #message({ channel, cseq }: OpenState, update: Uint8Array): ChannelIntent {
    return { kind: 'send', message: { type: 'update', channel, cseq, update } };
  }
}
