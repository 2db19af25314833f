/**
 * The engine's core: owns one document and decides what enters its journal. It tries updates on the
 * loaded document, which is ahead of the journal by the queued rows, and answers clients from the
 * committed bytes. Each update has one outcome, published in the order of the updates: none
 * overtakes an uncommitted row.
 */
import { errorOf, type DocumentKind, type ErrorBody } from '@tandem/protocol';
import * as Y from 'yjs';
import type { UpdateValidation, ValidationContext, AuthorityRules } from './authority-rules.ts';
import { CommittedReplica } from './committed-replica.ts';
import type {
  AppendRequest,
  EngineEvent,
  OpenAnswer,
  OpenRequest,
  Part,
  Position,
  RowsRequest,
} from './engine-event.ts';
import { MAX_DOCUMENT_BYTES } from './limits.ts';
import { LoadedDocument } from './loaded-document.ts';
import { isEmptyStateVector, isStateVector } from './update-content.ts';
import { OutcomeQueue, type Outcome } from './outcome-queue.ts';
import type { Batch, StoredDocument, Timelines } from './stored-document.ts';

type Submission = AppendRequest & { readonly at: number };

interface Subscription {
  readonly user: string;
  readonly client: number | undefined;
  /** The client's replica comes from a timeline that a restore ended. */
  readonly returns: boolean;
  state:
    | { readonly kind: 'accepting' }
    | { readonly kind: 'refused' }
    | { readonly kind: 'awaiting-repair'; newest: number };
}

const ACCEPTING = { kind: 'accepting' } as const;
const REFUSED = { kind: 'refused' } as const;

const TOO_LARGE =
  'This document has reached the largest size that the server can store. Your change is kept on this device. Continue in a new document.';

export class Authority {
  readonly document: string;
  readonly epoch: string;
  readonly #timelines: Timelines;
  readonly #documentKind: DocumentKind;
  readonly #rules: AuthorityRules;
  readonly #committed: CommittedReplica;
  readonly #owners: Map<number, string>;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #loaded: LoadedDocument;
  readonly #outcomes: OutcomeQueue;
  #lastOffset: number;
  #lastBatch: string | null;
  #queuedBytes = 0;
  #commit: { readonly batch: Batch; state: 'in-flight' | 'failed' } | null = null;
  #events: EngineEvent[] = [];

  private constructor(stored: StoredDocument, rules: AuthorityRules) {
    this.document = stored.document;
    this.epoch = stored.epoch;
    this.#timelines = stored.timelines;
    this.#documentKind = stored.kind;
    this.#rules = rules;
    this.#committed = new CommittedReplica(stored);
    this.#owners = new Map(stored.owners);
    this.#loaded = new LoadedDocument(this.#committed, rules);
    const { document, epoch, head } = this.#committed;
    this.#outcomes = new OutcomeQueue({ document, epoch, head });
    this.#lastOffset = head;
    this.#lastBatch = stored.tail;
  }

  /** @throws DamagedDocument when rows are missing or cannot be applied. */
  static load(stored: StoredDocument, rules: AuthorityRules): Authority {
    return new Authority(stored, rules);
  }

  get head(): number {
    return this.#committed.head;
  }

  get clean(): boolean {
    return this.#outcomes.isEmpty;
  }

  get rowCount(): number {
    return this.#committed.rowCount;
  }

  get rowBytes(): number {
    return this.#committed.rowBytes;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  has(subscription: number): boolean {
    return this.#subscriptions.has(subscription);
  }

  /** The committed content, read-only and valid until the next call. */
  view(): Y.Doc {
    return this.clean ? this.#loaded.doc : this.#committed.build(this.#rules);
  }

  /** Unloads the document until the next update. Committed bytes still answer opens and reads. */
  evict(): void {
    if (this.clean) this.#loaded.evict();
  }

  /** Answered by an `answered` event. The client id is leased to the user until `close`. */
  open(request: OpenRequest): void {
    const { subscription, user, client, position } = request;
    const answer = this.#answer(request);
    if (answer.kind === 'opened') {
      const returns =
        answer.isParted && this.#timelines.earlier.includes(position?.timeline as string);
      this.#subscriptions.set(subscription, { user, client, returns, state: ACCEPTING });
    }
    this.#events.push({ kind: 'answered', document: this.document, subscription, answer });
  }

  readRows({ subscription, from }: RowsRequest): void {
    const parts = this.#committed.tail(from);
    this.#events.push({
      kind: 'rows:request',
      document: this.document,
      subscription,
      answer: parts === null ? { kind: 'gone' } : { kind: 'parts', parts },
    });
  }

  /** Ends the subscription and the lease of its client id. Its updates are still committed. */
  close(subscription: number): void {
    this.#subscriptions.delete(subscription);
  }

  /**
   * Answered, in order, by an acknowledgement in a `committed` event, by `refused` or by `missing`.
   * Ignored from a closed subscription, after a refusal, and between `missing` and the requested
   * repair, which arrives under the newest `cseq` again.
   *
   * @throws DamagedDocument when the document cannot be rebuilt after an eviction or a refusal.
   * Discard this object then.
   */
  submit(submission: Submission): void {
    const { cseq } = submission;
    const subscription = this.#subscriptions.get(submission.subscription);
    if (subscription === undefined || subscription.state.kind === 'refused') return;
    const repair = subscription.state.kind === 'awaiting-repair' ? subscription.state : null;
    if (repair !== null && cseq > repair.newest) {
      repair.newest = cseq;
      return;
    }
    const outcome = this.#decide(submission, {
      attempt: repair === null ? 'first' : 'repair',
      subscription,
    });
    subscription.state =
      outcome.kind === 'refused'
        ? REFUSED
        : outcome.kind === 'missing'
          ? { kind: 'awaiting-repair', newest: cseq }
          : ACCEPTING;
    this.#outcomes.push(outcome);
    this.#notify();
  }

  batch(): Batch | null {
    if (this.#commit?.state === 'in-flight') return null;
    this.#commit ??= this.#gather();
    if (this.#commit === null) return null;
    this.#commit.state = 'in-flight';
    return this.#commit.batch;
  }

  committed(batch: Batch): void {
    this.#expectInFlight(batch);
    this.#commit = null;
    this.#lastBatch = batch.id;
    this.#queuedBytes -= batch.bytes;
    const last = batch.base + batch.rows.length;
    for (const { row, clocks } of this.#outcomes.rows) {
      if (row.offset <= last) this.#committed.append(row, clocks);
    }
    this.#notify();
  }

  failed(batch: Batch): void {
    this.#expectInFlight(batch).state = 'failed';
  }

  compacted({
    snapshot,
    snapshotOffset,
  }: {
    readonly snapshot: Uint8Array;
    readonly snapshotOffset: number;
  }): void {
    this.#committed.compact(snapshot, snapshotOffset);
  }

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
      schema: this.#loaded.schema,
      base: position === undefined || rows === null ? 0 : position.offset,
      offset: this.head,
      stateVector: this.#committed.stateVector,
      parts: rows ?? this.#difference(stateVector),
    };
  }

  /** Null when the rows are not in memory, `parted` when the position is not of this journal. */
  #tail(
    { timeline, offset }: Position,
    stateVector: Uint8Array | undefined,
  ): readonly Part[] | null | 'parted' {
    if (offset > this.head || (offset > 0 && timeline !== this.#timelines.current)) return 'parted';
    const tail = this.#committed.tail(offset);
    const isHeld =
      tail === null ||
      stateVector === undefined ||
      this.#committed.isBufferedUntil(offset, stateVector);
    return isHeld ? tail : 'parted';
  }

  #difference(stateVector: Uint8Array | undefined): readonly Part[] {
    if (stateVector === undefined || isEmptyStateVector(stateVector))
      return this.#committed.whole();
    // The loaded document is faster, as long as it holds no more than the committed rows.
    const loaded = this.#loaded.current;
    if (loaded === null || !this.clean) return this.#committed.whole(stateVector);
    return [{ from: 0, to: this.head, updates: [Y.encodeStateAsUpdate(loaded, stateVector)] }];
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
    const { doc } = this.#loaded;
    // Returning replicas may hold work of users who never return, so their client ids are accepted.
    const isReturn = sender.subscription.returns && cseq === 1;
    const owner = isReturn ? noOwner : (client: number) => this.#owner(client);
    const validation = this.#validation(update, { doc, user, owner });
    if (validation.kind === 'refused') return refused(validation.error);
    if (validation.kind === 'missing') {
      // The repair lacks it as well: another request would repeat endlessly.
      return sender.attempt === 'repair'
        ? refused(errorOf('invalid-update'))
        : { kind: 'missing', subscription, cseq };
    }
    if (!validation.hasNewContent) return { kind: 'known', subscription, cseq };
    const bytes = this.#committed.bytes + this.#queuedBytes + update.byteLength;
    // Deletions are accepted, because they shrink a document.
    if (bytes > MAX_DOCUMENT_BYTES && validation.clients.length > 0) {
      return refused(errorOf('too-large', { detail: TOO_LARGE }));
    }
    const applied = this.#loaded.apply(update, validation.repeats ? 'as emitted' : 'as sent');
    if (applied.kind === 'corrupted') {
      this.#loaded.rebuild(this.#outcomes.rows.map(({ row }) => row.update));
      return refused(applied.error);
    }
    const row = {
      offset: ++this.#lastOffset,
      update: applied.update,
      user,
      subscription,
      cseq,
      at,
    };
    this.#queuedBytes += row.update.byteLength;
    const owned = validation.clients.filter(
      (client) => !this.#owners.has(client) && (!isReturn || client === sender.subscription.client),
    );
    for (const client of owned) this.#owners.set(client, user);
    const clocks = new Map(
      validation.clients.map((client) => [client, Y.getState(doc.store, client)]),
    );
    return { kind: 'row', row, clocks, owned };
  }

  #validation(update: Uint8Array, context: ValidationContext): UpdateValidation {
    try {
      return this.#rules.validateUpdate(update, context);
    } catch {
      return { kind: 'refused', error: errorOf('invalid-update') };
    }
  }

  #gather(): { readonly batch: Batch; state: 'in-flight' } | null {
    const queued = this.#outcomes.rows;
    if (queued.length === 0) return null;
    const owners = new Map<number, string>();
    for (const { row, owned } of queued) for (const client of owned) owners.set(client, row.user);
    const rows = queued.map(({ row }) => row);
    const { document, epoch, head: base } = this;
    const [id, tail, bytes] = [this.#rules.createBatchId(), this.#lastBatch, this.#queuedBytes];
    return {
      batch: { document, epoch, id, base, tail, rows, owners, bytes },
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
    this.#events.push(
      ...this.#outcomes.settle(this.head, {
        schema: this.#loaded.schema,
        stateVector: () => this.#committed.stateVector,
      }),
    );
  }
}

function noOwner(): undefined {}
