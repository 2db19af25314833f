/**
 * The engine's core: it owns one document while that is loaded, and decides what enters its journal.
 * Updates are tried on the hot document, which is ahead of the journal by what is queued; answers are
 * made from the committed bytes. Each update has one outcome, and the outcomes are told in the order
 * in which the updates came: none passes a row that is not yet committed.
 */
import { errorOf, type DocumentKind, type ErrorBody } from '@tandem/protocol';
import * as Y from 'yjs';
import type { UpdateValidation, ValidationContext, AuthorityRules } from './authority-rules.ts';
import { CommittedReplica, isIncomplete } from './committed-replica.ts';
import type {
  AppendRequest,
  EngineEvent,
  OpenAnswer,
  OpenRequest,
  Part,
  Position,
  RangeRequest,
} from './engine-event.ts';
import { MAX_DOCUMENT_BYTES } from './limits.ts';
import { isEmptyStateVector, isStateVector } from './update-content.ts';
import { OutcomeQueue, type Outcome } from './outcome-queue.ts';
import type { Batch, StoredDocument, Timelines } from './stored-document.ts';

type Submission = AppendRequest & { /** Milliseconds since 1970. */ readonly at: number };

interface Subscription {
  readonly user: string;
  /** Lent while the subscription is open. */
  readonly client: number | undefined;
  /** Its copy is of a timeline that a restore ended. */
  readonly returns: boolean;
  /** Whether what it sends counts: no more after a refusal, not yet while all that is missing is asked for. */
  state:
    | { readonly kind: 'heard' }
    | { readonly kind: 'refused' }
    | { readonly kind: 'asked'; newest: number };
}

/** Of an update on the hot document, which is of no more use once it is spoilt. */
type Trial =
  | { readonly kind: 'applied'; readonly update: Uint8Array }
  | { readonly kind: 'corrupted'; readonly error: ErrorBody };

const HEARD = { kind: 'heard' } as const;
const REFUSED = { kind: 'refused' } as const;

const TOO_LARGE =
  'This document has reached the size that the server can keep. Your change is kept aside on this device; go on in a new document.';

export class Authority {
  readonly document: string;
  readonly epoch: string;
  readonly #timelines: Timelines;
  readonly #documentKind: DocumentKind;
  readonly #rules: AuthorityRules;
  readonly #copy: CommittedReplica;
  readonly #owners: Map<number, string>;
  readonly #subscriptions = new Map<number, Subscription>();
  /** Committed and queued content; null while evicted. */
  #hot: Y.Doc | null;
  readonly #outcomes: OutcomeQueue;
  #lastOffset: number;
  #queuedBytes = 0;
  #commit: { readonly batch: Batch; state: 'in-flight' | 'failed' } | null = null;
  #events: EngineEvent[] = [];

  private constructor(stored: StoredDocument, rules: AuthorityRules) {
    this.document = stored.document;
    this.epoch = stored.epoch;
    this.#timelines = stored.timelines;
    this.#documentKind = stored.kind;
    this.#rules = rules;
    this.#copy = new CommittedReplica(stored);
    this.#owners = new Map(stored.owners);
    const hot = this.#copy.build(rules);
    this.#copy.adoptClocks(hot);
    this.#hot = hot;
    const { document, epoch, head } = this.#copy;
    this.#outcomes = new OutcomeQueue({ document, epoch, head });
    this.#lastOffset = head;
  }

  /** @throws DamagedDocument when rows are missing or cannot be applied. */
  static load(stored: StoredDocument, rules: AuthorityRules): Authority {
    return new Authority(stored, rules);
  }

  /** The last committed row. */
  get head(): number {
    return this.#copy.head;
  }

  /** Nothing waits for a commit. */
  get clean(): boolean {
    return this.#outcomes.isEmpty;
  }

  /** Rows since the snapshot: what a compaction would take in. */
  get rowCount(): number {
    return this.#copy.rowCount;
  }

  get rowBytes(): number {
    return this.#copy.rowBytes;
  }

  /** Size of the rows that are not committed, in flight or not. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Subscriptions that are open here. */
  get size(): number {
    return this.#subscriptions.size;
  }

  has(subscription: number): boolean {
    return this.#subscriptions.has(subscription);
  }

  /** Exactly what is committed; for reading, until the next call of anything here. */
  view(): Y.Doc {
    return this.clean ? this.#ensureLoaded() : this.#copy.build(this.#rules);
  }

  /** Lets go of the hot document until it is needed: who opens and reads is answered from the committed bytes. */
  evict(): void {
    if (!this.clean) return;
    this.#hot?.destroy();
    this.#hot = null;
  }

  /** Answered by an `answered` event. The client id is lent to the user until `close`. */
  open(request: OpenRequest): void {
    const { subscription, user, client, position } = request;
    const answer = this.#answer(request);
    if (answer.kind === 'opened') {
      const returns =
        answer.isParted && this.#timelines.earlier.includes(position?.timeline as string);
      this.#subscriptions.set(subscription, { user, client, returns, state: HEARD });
    }
    this.#events.push({ kind: 'answered', document: this.document, subscription, answer });
  }

  /** Answered by a `range` event. */
  range({ subscription, from }: RangeRequest): void {
    const parts = this.#copy.tail(from);
    this.#events.push({
      kind: 'rows:request',
      document: this.document,
      subscription,
      answer: parts === null ? { kind: 'gone' } : { kind: 'parts', parts },
    });
  }

  /** The subscription has ended: its client id is no longer lent. What it sent is still committed. */
  close(subscription: number): void {
    this.#subscriptions.delete(subscription);
  }

  /**
   * Answered, in order, by an acknowledgement in a `committed` event, by `refused` or by `missing`.
   * Ignored from a subscription that is not open here, after a refusal, and between `missing` and
   * the repair that this asks for, which comes under the newest `cseq` once more.
   *
   * @throws DamagedDocument when the document cannot be built anew after an eviction or a refusal. This
   *   object is then of no more use.
   */
  submit(submission: Submission): void {
    const { cseq } = submission;
    const subscription = this.#subscriptions.get(submission.subscription);
    if (subscription === undefined || subscription.state.kind === 'refused') return;
    const asked = subscription.state.kind === 'asked' ? subscription.state : null;
    if (asked !== null && cseq > asked.newest) {
      asked.newest = cseq;
      return;
    }
    const outcome = this.#decide(submission, {
      attempt: asked === null ? 'first' : 'repair',
      subscription,
    });
    subscription.state =
      outcome.kind === 'refused'
        ? REFUSED
        : outcome.kind === 'missing'
          ? { kind: 'asked', newest: cseq }
          : HEARD;
    this.#outcomes.push(outcome);
    this.#notify();
  }

  /** What to commit next, at most one at a time; after `failed`, the same batch again. `null`: nothing for now. */
  batch(): Batch | null {
    if (this.#commit?.state === 'in-flight') return null;
    this.#commit ??= this.#gather();
    if (this.#commit === null) return null;
    this.#commit.state = 'in-flight';
    return this.#commit.batch;
  }

  /** The batch is on disk. */
  committed(batch: Batch): void {
    this.#expectInFlight(batch);
    this.#commit = null;
    this.#queuedBytes -= batch.bytes;
    const last = batch.base + batch.rows.length;
    for (const { row, clocks } of this.#outcomes.rows) {
      if (row.offset <= last) this.#copy.append(row, clocks);
    }
    this.#notify();
  }

  /** The batch is not on disk, or nobody knows. It is kept and given out again as it was. */
  failed(batch: Batch): void {
    this.#expectInFlight(batch).state = 'failed';
  }

  /** A compaction is on disk: the snapshot takes the place of the rows up to `snapshotOffset`. */
  compacted({
    snapshot,
    snapshotOffset,
  }: {
    readonly snapshot: Uint8Array;
    readonly snapshotOffset: number;
  }): void {
    this.#copy.compact(snapshot, snapshotOffset);
  }

  /** All that is to be told since the last call, in order. */
  takeEvents(): readonly EngineEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #answer({ user, client, position, stateVector }: OpenRequest): OpenAnswer {
    const { epoch } = this;
    const owner = client === undefined ? undefined : this.#owner(client);
    if (owner !== undefined && owner !== user)
      return { kind: 'refused', error: errorOf('client-taken') };
    if (position !== undefined && position.epoch !== epoch) {
      return { kind: 'refused', error: errorOf('epoch-changed') };
    }
    if (stateVector !== undefined && !isStateVector(stateVector)) {
      return { kind: 'refused', error: errorOf('bad-message') };
    }
    const tail = position === undefined ? null : this.#tail(position, stateVector);
    const isParted = tail === 'parted';
    const rows = isParted ? null : tail;
    return {
      kind: 'opened',
      epoch,
      timeline: this.#timelines.current,
      isParted,
      documentKind: this.#documentKind,
      base: position === undefined || rows === null ? 0 : position.offset,
      offset: this.head,
      stateVector: this.#copy.stateVector,
      parts: rows ?? this.#difference(stateVector),
    };
  }

  /** The rows after a position; null when they are not here, `parted` when it is not one of this journal. */
  #tail(
    { timeline, offset }: Position,
    stateVector: Uint8Array | undefined,
  ): readonly Part[] | null | 'parted' {
    if (offset > this.head || (offset > 0 && timeline !== this.#timelines.current)) return 'parted';
    const tail = this.#copy.tail(offset);
    const isHeld =
      tail === null || stateVector === undefined || this.#copy.isBufferedUntil(offset, stateVector);
    return isHeld ? tail : 'parted';
  }

  #difference(stateVector: Uint8Array | undefined): readonly Part[] {
    if (stateVector === undefined || isEmptyStateVector(stateVector)) return this.#copy.whole();
    // The hot document is the faster way, while it is there and holds no more than what is committed.
    if (this.#hot === null || !this.clean) return this.#copy.whole(stateVector);
    return [{ from: 0, to: this.head, updates: [Y.encodeStateAsUpdate(this.#hot, stateVector)] }];
  }

  #owner(client: number): string | undefined {
    const owner = this.#owners.get(client);
    if (owner !== undefined) return owner;
    for (const lent of this.#subscriptions.values()) if (lent.client === client) return lent.user;
    return undefined;
  }

  #decide(
    { subscription, cseq, user, update, at }: Submission,
    sender: { readonly attempt: 'first' | 'repair'; readonly subscription: Subscription },
  ): Outcome {
    const refused = (error: ErrorBody): Outcome => ({ kind: 'refused', subscription, cseq, error });
    const hot = this.#ensureLoaded();
    // The first message of a copy that returns. Those who wrote what is in it may never return themselves.
    const isReturn = sender.subscription.returns && cseq === 1;
    const owner = isReturn ? nobody : (client: number) => this.#owner(client);
    const validation = this.#validation(update, { doc: hot, user, owner });
    if (validation.kind === 'refused') return refused(validation.error);
    if (validation.kind === 'missing') {
      // It was asked for all and has not got it either: asking again would never end.
      return sender.attempt === 'repair'
        ? refused(errorOf('invalid-update'))
        : { kind: 'missing', subscription, cseq };
    }
    if (!validation.hasNewContent) return { kind: 'known', subscription, cseq };
    const bytes = this.#copy.bytes + this.#queuedBytes + update.byteLength;
    // Deletions are taken all the same: they are how a document becomes smaller.
    if (bytes > MAX_DOCUMENT_BYTES && validation.clients.length > 0) {
      return refused(errorOf('too-large', { detail: TOO_LARGE }));
    }
    const trial = this.#tryOut(update, {
      hot,
      keep: validation.repeats ? 'as emitted' : 'as sent',
    });
    if (trial.kind === 'corrupted') {
      this.#rebuild(hot);
      return refused(trial.error);
    }
    const row = { offset: ++this.#lastOffset, update: trial.update, user, subscription, cseq, at };
    this.#queuedBytes += row.update.byteLength;
    const owned = validation.clients.filter(
      (client) => !this.#owners.has(client) && (!isReturn || client === sender.subscription.client),
    );
    for (const client of owned) this.#owners.set(client, user);
    const clocks = new Map(
      validation.clients.map((client) => [client, Y.getState(hot.store, client)]),
    );
    return { kind: 'row', row, clocks, owned };
  }

  /** @throws DamagedDocument */
  #ensureLoaded(): Y.Doc {
    if (this.#hot === null) {
      this.#rules.onRebuild?.();
      this.#hot = this.#copy.build(this.#rules);
    }
    return this.#hot;
  }

  #validation(update: Uint8Array, context: ValidationContext): UpdateValidation {
    try {
      return this.#rules.validateUpdate(update, context);
    } catch {
      return { kind: 'refused', error: errorOf('invalid-update') };
    }
  }

  /** Applies an update to the hot document, and gives what is to be kept of it. */
  #tryOut(
    update: Uint8Array,
    { hot, keep }: { readonly hot: Y.Doc; readonly keep: 'as sent' | 'as emitted' },
  ): Trial {
    let kept = update;
    const take = (emitted: Uint8Array) => (kept = emitted);
    // The first one only: Yjs takes redundant formats away in transactions of their own.
    if (keep === 'as emitted') hot.once('update', take);
    try {
      // Before these do, which would hide from the check what others will load.
      const error = hot.transact((running) => {
        Y.applyUpdate(hot, update);
        return isIncomplete(hot) ? errorOf('invalid-update') : this.#rules.check(running);
      });
      return error === null ? { kind: 'applied', update: kept } : { kind: 'corrupted', error };
    } catch {
      return { kind: 'corrupted', error: errorOf('invalid-update') };
    } finally {
      hot.off('update', take);
    }
  }

  /** `applyUpdate` is not atomic, so a refused update costs the whole hot document. */
  #rebuild(corrupted: Y.Doc): void {
    this.#rules.onRebuild?.();
    corrupted.destroy();
    const queued = this.#outcomes.rows.map(({ row }) => row.update);
    this.#hot = this.#copy.build({ ...this.#rules, queued });
  }

  #gather(): { readonly batch: Batch; state: 'in-flight' } | null {
    const queued = this.#outcomes.rows;
    if (queued.length === 0) return null;
    const owners = new Map<number, string>();
    for (const { row, owned } of queued) for (const client of owned) owners.set(client, row.user);
    const rows = queued.map(({ row }) => row);
    const { document, epoch, head: base } = this;
    return {
      batch: { document, epoch, base, rows, owners, bytes: this.#queuedBytes },
      state: 'in-flight',
    };
  }

  #expectInFlight(batch: Batch) {
    if (this.#commit?.batch !== batch || this.#commit.state !== 'in-flight') {
      throw new Error(`${this.document}: not the batch in flight`);
    }
    return this.#commit;
  }

  #notify(): void {
    this.#events.push(...this.#outcomes.settle(this.head, () => this.#copy.stateVector));
  }
}

function nobody(): undefined {}
