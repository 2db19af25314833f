/**
 * Client end of a document's synchronization; one per document, across connections. It tracks
 * unconfirmed local updates and received journal rows, and never lets the stored position be ahead
 * of the stored content.
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
import type { ChannelIntent } from './channel-intent.ts';
import type { Position } from './engine-event.ts';
import { MAX_MERGED_UPDATES } from './limits.ts';
import { PendingUpdates, type PendingEntry, type PendingUpdate } from './pending-updates.ts';
import { isCovered, isEmptyUpdate, isSendable } from './update-content.ts';

export interface Replica {
  /** The Yjs client id of this replica, never used by another replica or an earlier state. */
  readonly client: number;
  stateVector(): Uint8Array;
  diff(stateVector: Uint8Array): Uint8Array;
}

export type ChannelPhase =
  | 'closed'
  | 'opening'
  /** Open; rows up to the server's position are still to arrive. */
  | 'catching-up'
  | 'live'
  | 'resetting'
  | 'failed';

export interface ClientChannelOptions {
  readonly document: string;
  readonly replica: Replica;
  readonly position?: Position | undefined;
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
  /** Until the whole answer has arrived, the replica is at no position of this timeline. */
  readonly isParted: boolean;
  /** The server's state vector, until the client has sent all other content of the replica. */
  missingOnServer: Uint8Array | null;
  offset: number;
  readonly target: number;
  access: Access;
  cseq: number;
  gap: 'none' | 'requested';
}

export class ClientChannel {
  readonly document: string;
  #replica: Replica;
  #position: Position | undefined;
  readonly #pending: PendingUpdates;
  /** The timeline for which the outbox has received the whole content of the replica. */
  #returnedTo: string | null = null;
  /** The pending update with that content. */
  #returning: number | null = null;
  #state: State = { kind: 'closed' };

  constructor({ document, replica, position, pending = [] }: ClientChannelOptions) {
    this.document = document;
    this.#replica = replica;
    this.#position = position;
    this.#pending = new PendingUpdates(pending);
  }

  get phase(): ChannelPhase {
    if (this.#state.kind !== 'open') return this.#state.kind;
    return this.#state.offset < this.#state.target ? 'catching-up' : 'live';
  }

  get channel(): number | undefined {
    return this.#state.kind === 'open' ? this.#state.channel : undefined;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  get pending(): readonly PendingUpdate[] {
    return this.#pending.entries;
  }

  /**
   * Requests the channel, also after a close. Does nothing while a `reset` waits for its `restart`.
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
      // Without a state vector, the server answers with the whole document.
      ...(stateVector.byteLength > MAX_STATE_VECTOR_BYTES ? {} : { stateVector }),
    };
    return [{ kind: 'send', message }];
  }

  receive(message: ChannelMessage): readonly ChannelIntent[] {
    const state = this.#state;
    if (state.kind === 'opening') {
      if (message.type === 'opened' && message.ref === state.ref)
        return this.#handleOpened(message);
      if (message.type === 'closed' && message.ref === state.ref) return this.#end(message.error);
      return [];
    }
    if (state.kind !== 'open' || message.channel !== state.channel) return [];
    switch (message.type) {
      case 'updates':
        return this.#handleUpdates(state, message);
      case 'ack':
        return this.#handleAck(state, message);
      case 'state:request':
        return this.#handleStateRequest(state, message);
      case 'document:changed':
        return this.#handleAccessChange(state, message.access);
      case 'nack':
        return this.#handleNack(message.error);
      case 'closed':
        return this.#end(message.error);
      case 'opened':
        return [];
    }
  }

  local(update: Uint8Array): readonly ChannelIntent[] {
    const [entry, keep] = this.#keep(update);
    const state = this.#state;
    // The update was made on a replica that is being replaced.
    if (state.kind === 'resetting') return [keep, ...this.#rejectPending(state.error)];
    if (state.kind !== 'open' || state.access !== 'edit') return [keep];
    if (!isSendable(update)) return [keep, ...this.#end(errorOf('too-large'))];
    return [keep, this.#send(state, [entry], update)];
  }

  /** The `cseq` of the oldest update that was sent on this opening and is not acknowledged. */
  get unacknowledged(): number | null {
    return this.#state.kind === 'open' ? this.#pending.firstSent : null;
  }

  /** The offset after which rows are due: requested, or leading to the offset of `opened`. */
  get missingAfter(): number | null {
    const state = this.#state;
    if (state.kind !== 'open') return null;
    return state.gap === 'requested' || state.offset < state.target ? state.offset : null;
  }

  /** Requests overdue rows, also those that were requested before (SY33). */
  requestRowsAgain(): readonly ChannelIntent[] {
    if (this.#state.kind !== 'open' || this.missingAfter === null) return [];
    this.#state.gap = 'none';
    return this.#requestRows(this.#state);
  }

  disconnected(): void {
    if (this.#state.kind === 'opening' || this.#state.kind === 'open')
      this.#state = { kind: 'closed' };
  }

  restart(replica: Replica): void {
    this.#replica = replica;
    this.#state = { kind: 'closed' };
  }

  #handleOpened({
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
      missingOnServer: null,
      offset: base,
      target: offset,
      access,
      cseq: 0,
      gap: 'none',
    };
    this.#state = state;
    this.#pending.resetSent();
    const kept = state.isParted ? this.#keepDifference(state, stateVector) : [];
    // Pending updates may be of others, and fit only as a whole: once this person may write.
    if (access !== 'edit' && this.#pending.entries.length > 0) state.missingOnServer = stateVector;
    // From its first opening on, a replica belongs to one epoch of the document.
    const isPlaced = this.#position !== undefined && !(state.isParted && offset === base);
    return [
      ...kept,
      ...(isPlaced ? [] : [this.#advance(state, {})]),
      ...(access !== 'edit' ? [] : this.#sendAll(state, stateVector)),
    ];
  }

  /** The replica may hold content that a restore removed. State vectors do not show deletions. */
  #keepDifference(state: OpenState, server: Uint8Array): readonly ChannelIntent[] {
    state.missingOnServer = server;
    if (this.#returnedTo === state.timeline) return [];
    this.#returnedTo = state.timeline;
    const update = this.#replica.diff(server);
    if (isEmptyUpdate(update)) return [];
    const [entry, keep] = this.#keep(update);
    this.#returning = entry.id;
    return [keep];
  }

  #sendAll(state: OpenState, server: Uint8Array): readonly ChannelIntent[] {
    const { entries } = this.#pending;
    if (state.missingOnServer !== null) return this.#sendMissing(state, state.missingOnServer);
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

  /** Sends one update, the only one that may contain other users' work. */
  #sendMissing(state: OpenState, server: Uint8Array): readonly ChannelIntent[] {
    state.missingOnServer = null;
    const { entries } = this.#pending;
    if (entries.length === 0) return [];
    const update = this.#replica.diff(server);
    return isSendable(update) ? [this.#send(state, entries, update)] : this.#sendEach(state);
  }

  #handleAccessChange(state: OpenState, access: Access): readonly ChannelIntent[] {
    state.access = access;
    if (access !== 'edit') return [];
    return state.missingOnServer === null
      ? this.#sendEach(state)
      : this.#sendMissing(state, state.missingOnServer);
  }

  #sendEach(state: OpenState): readonly ChannelIntent[] {
    const { unsent } = this.#pending;
    if (!unsent.every(({ update }) => isSendable(update))) return this.#end(errorOf('too-large'));
    return unsent.map((entry) => this.#send(state, [entry], entry.update));
  }

  #handleUpdates(
    state: OpenState,
    { from, to, updates }: MessageOf<'updates'>,
  ): readonly ChannelIntent[] {
    if (from > state.offset) return this.#requestRows(state);
    state.gap = 'none';
    if (to <= state.offset) return [];
    state.offset = to;
    return [this.#advance(state, { updates })];
  }

  #handleAck(state: OpenState, { cseq, from, to }: MessageOf<'ack'>): readonly ChannelIntent[] {
    const confirmed = this.#pending.confirm(cseq);
    const isGap = from > state.offset;
    if (!isGap) state.offset = Math.max(state.offset, to);
    return [this.#advance(state, { confirmed }), ...(isGap ? this.#requestRows(state) : [])];
  }

  #handleStateRequest(
    state: OpenState,
    { stateVector }: MessageOf<'state:request'>,
  ): readonly ChannelIntent[] {
    const update = this.#replica.diff(stateVector);
    // The update holds more than the pending ones, so it goes into the outbox too.
    const [entry, keep] = this.#keep(update);
    entry.cseq = state.cseq;
    return [keep, this.#message(state, update)];
  }

  /** What a restore removed may be on this device only, so it waits until this person may write again (RS3). */
  #handleNack(error: ErrorBody): readonly ChannelIntent[] {
    const isReturning = this.#pending.entries.some(({ id }) => id === this.#returning);
    if (error.code !== 'read-only' || !isReturning) return this.#end(error);
    this.#state = { kind: 'closed' };
    return [{ kind: 'reopen', error }];
  }

  /** The answer also contains rows that arrive while the request is pending. */
  #requestRows(state: OpenState): readonly ChannelIntent[] {
    if (state.gap === 'requested') return [];
    state.gap = 'requested';
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
        return [...this.#rejectPending(error), { kind: 'reset', error }];
      case 'stop':
      case 'reload':
      case 'authenticate':
        this.#state = { kind: 'failed' };
        return [{ kind: 'failed', error }];
    }
  }

  #keep(update: Uint8Array): [PendingEntry, ChannelIntent] {
    const entry = this.#pending.add(update);
    return [entry, { kind: 'keep', pending: { id: entry.id, update } }];
  }

  #rejectPending(error: ErrorBody): readonly ChannelIntent[] {
    const ids = this.#pending.clear();
    return ids.length === 0 ? [] : [{ kind: 'reject', ids, error }];
  }

  #advance(
    state: OpenState,
    {
      updates = [],
      confirmed = [],
    }: { readonly updates?: readonly Uint8Array[]; readonly confirmed?: readonly number[] },
  ): ChannelIntent {
    const { epoch, timeline, offset, target, isParted } = state;
    // Between two timelines the replica is at no position of either.
    const position = isParted && offset < target ? this.#position : undefined;
    this.#position = position ?? { epoch, timeline, offset };
    return { kind: 'advance', updates, confirmed, position: this.#position };
  }

  #send(state: OpenState, entries: readonly PendingEntry[], update: Uint8Array): ChannelIntent {
    state.cseq++;
    for (const entry of entries) entry.cseq = state.cseq;
    return this.#message(state, update);
  }

  #message({ channel, cseq }: OpenState, update: Uint8Array): ChannelIntent {
    return { kind: 'send', message: { type: 'update', channel, cseq, update } };
  }
}
