/**
 * The engine's core: owns one document and decides what enters its journal. It tries updates on the
 * loaded document, which is ahead of the journal by the queued rows, and answers clients from the
 * committed bytes. Each update has one outcome, published in the order of the updates: none
 * overtakes an uncommitted row.
 */
import * as Y from 'yjs';
import { Admission } from './admission.ts';
import type { AuthorityRules } from './authority-rules.ts';
import { CollectedContent } from './collected-content.ts';
import { CommittedReplica } from './committed-replica.ts';
import type { EngineEvent, OpenRequest, RowsRequest } from './engine-event.ts';
import { LoadedDocument } from './loaded-document.ts';
import { Openings } from './openings.ts';
import { OutcomeQueue, type Decision, type Submission } from './outcome-queue.ts';
import type { Batch, LaterRows, StoredDocument } from './stored-document.ts';
import type { Subscription } from './subscription.ts';

/** `behind`: nothing was decided. Submit the update again when the document has followed (CL14). */
export type SubmitOutcome = 'decided' | 'behind';

/** `unresolved`: a batch may be on disk. `conflicted`: its place was taken; waits for `follow`. */
export type AppendState = 'idle' | 'unresolved' | 'conflicted';

/**
 * `gap`: rows in between are missing, or the rows follow another batch than the last one.
 * `unresolved`: offer them again when the batch's outcome is known.
 */
export type FollowOutcome = 'followed' | 'known' | 'gap' | 'unresolved';

interface Commit {
  readonly batch: Batch;
  state: 'in-flight' | 'failed';
  /** An attempt may be on disk. */
  isUnknown: boolean;
}

export class Authority {
  readonly document: string;
  readonly epoch: string;
  readonly #rules: AuthorityRules;
  readonly #committed: CommittedReplica;
  readonly #collected: CollectedContent;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #loaded: LoadedDocument;
  readonly #outcomes: OutcomeQueue;
  readonly #admission: Admission;
  readonly #openings: Openings;
  #lastBatch: string | null;
  #commit: Commit | null = null;
  #isBehind = false;
  #events: EngineEvent[] = [];

  private constructor(stored: StoredDocument, rules: AuthorityRules) {
    this.document = stored.document;
    this.epoch = stored.epoch;
    this.#rules = rules;
    this.#committed = new CommittedReplica(stored);
    this.#collected = new CollectedContent(this.#committed);
    this.#loaded = new LoadedDocument(this.#committed, rules);
    const { document, epoch, head } = this.#committed;
    this.#outcomes = new OutcomeQueue({ document, epoch, head });
    this.#admission = new Admission({
      rules,
      committed: this.#committed,
      loaded: this.#loaded,
      queue: this.#outcomes,
      owners: stored.owners,
      subscriptions: this.#subscriptions,
    });
    this.#openings = new Openings({
      stored,
      committed: this.#committed,
      collected: this.#collected,
      view: () => this.view(),
      loaded: this.#loaded,
      admission: this.#admission,
    });
    this.#lastBatch = stored.tail;
  }

  /** @throws DamagedDocument when rows are missing or cannot be applied. */
  static load(stored: StoredDocument, rules: AuthorityRules): Authority {
    return new Authority(stored, rules);
  }

  get head(): number {
    return this.#committed.head;
  }

  /** The id of the last batch. */
  get tail(): string | null {
    return this.#lastBatch;
  }

  get appending(): AppendState {
    if (this.#commit !== null) return 'unresolved';
    return this.#isBehind ? 'conflicted' : 'idle';
  }

  get clean(): boolean {
    return this.#outcomes.isEmpty;
  }

  /** The schema version that its content needs. */
  get schema(): number {
    return this.#loaded.schema;
  }

  get rowCount(): number {
    return this.#committed.rowCount;
  }

  get rowBytes(): number {
    return this.#committed.rowBytes;
  }

  get queuedBytes(): number {
    return this.#outcomes.bytes;
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

  /** Whether the client may know of rows, or of an epoch, that this server does not have yet (CL11). */
  isOutdatedFor(request: OpenRequest): boolean {
    return this.#openings.isAhead(request);
  }

  /** Answered by an `answered` event. The client id is leased to the user until `close`. */
  open(request: OpenRequest): void {
    const { subscription, user, client, omitsDeleted = false } = request;
    const answer = this.#openings.answer(request, this.clean);
    if (answer.kind === 'opened') {
      this.#subscriptions.set(subscription, {
        user,
        client,
        returns: this.#openings.isReturn(request, answer.isParted),
        first: 1,
        newest: 0,
        state: 'accepting',
      });
      if (omitsDeleted) this.#collected.opened(subscription);
    }
    this.#events.push({ kind: 'answered', document: this.document, subscription, answer });
  }

  readRows({ subscription, from, omitsDeleted = false }: RowsRequest): void {
    const isShown = !omitsDeleted || this.#collected.hasAllOf(from);
    const parts = isShown ? this.#committed.tail(from) : null;
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
    this.#collected.closed(subscription);
  }

  /**
   * Answered, in order, by an acknowledgement in a `committed` event, by `refused` or by `missing`.
   * Ignored from a closed subscription, after a refusal, and between `missing` and the requested
   * repair, which arrives under the newest `cseq` again.
   *
   * @throws DamagedDocument when the document cannot be rebuilt after an eviction or a refusal.
   * Discard this object then.
   */
  submit(submission: Submission, server: 'current' | 'may-be-behind' = 'current'): SubmitOutcome {
    const sender = this.#subscriptions.get(submission.subscription);
    if (sender === undefined) return 'decided';
    const isRepeated = submission.cseq <= sender.newest;
    const isRepair = sender.state === 'awaiting-repair';
    if (sender.state !== 'refused' && (!isRepair || isRepeated)) {
      const attempt = isRepair && server === 'current' ? 'repair' : 'first';
      sender.first ??= submission.cseq;
      const decision = this.#admission.decide(submission, sender, attempt);
      if (server === 'may-be-behind' && isOfLatecomer(decision)) return 'behind';
      sender.state = 'accepting';
      this.#stop(sender, submission, decision);
      this.#outcomes.push({ submission, sender, decision });
    }
    sender.newest = Math.max(sender.newest, submission.cseq);
    this.#notify();
    return 'decided';
  }

  batch(): Batch | null {
    if (this.#isBehind || this.#commit?.state === 'in-flight') return null;
    this.#commit ??= this.#gather();
    if (this.#commit === null) return null;
    this.#commit.state = 'in-flight';
    return this.#commit.batch;
  }

  committed(batch: Batch): void {
    this.#expectInFlight(batch);
    this.#commit = null;
    this.#lastBatch = batch.id;
    const last = batch.base + batch.rows.length;
    for (const { row, clocks } of this.#outcomes.rows) {
      if (row.offset <= last) this.#committed.append(row, clocks);
    }
    this.#notify();
  }

  /** Another server's rows took the place of the batch. The next one is issued after `follow`. */
  conflicted(batch: Batch): void {
    this.#expectInFlight(batch);
    this.#commit = null;
    this.#isBehind = true;
  }

  /** The batch may be on disk, and is issued again unchanged. */
  failed(batch: Batch): void {
    Object.assign(this.#expectInFlight(batch), { state: 'failed', isUnknown: true });
  }

  /** The journal was busy: this attempt is not on disk, but an earlier one may be. */
  postponed(batch: Batch): void {
    const commit = this.#expectInFlight(batch);
    commit.state = 'failed';
    if (!commit.isUnknown) this.#commit = null;
  }

  /**
   * Takes over rows that other servers committed, and queues the own updates after them.
   *
   * @throws DamagedDocument when the rows cannot be applied to the committed ones. Discard this
   * object then.
   */
  follow(later: LaterRows): FollowOutcome {
    const known = this.head - later.base;
    if (known >= later.rows.length) {
      if (known === later.rows.length && later.tail === this.#lastBatch) this.#isBehind = false;
      return 'known';
    }
    if (this.#commit !== null) return 'unresolved';
    if (known < 0 || !this.#isNext(later, known)) return 'gap';
    this.#followRows(known === 0 ? later : { ...later, rows: later.rows.slice(known) });
    return 'followed';
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

  /** Only the journal can tell that rows continue the known ones when they begin before the head. */
  #isNext({ previousTail }: LaterRows, known: number): boolean {
    return previousTail === undefined || (known === 0 && previousTail === this.#lastBatch);
  }

  #followRows({ rows, owners, tail, schema }: LaterRows): void {
    const updates = rows.map(({ update }) => update);
    const clocks = updates.map((update) => Y.parseUpdateMeta(update).to);
    const clients = new Set(clocks.flatMap((states) => [...states.keys()]));
    const stands =
      this.#admission.isUnaffectedBy(clients, owners) && this.#loaded.follow(updates, schema);
    rows.forEach((row, i) => this.#committed.append(row, clocks[i]!));
    this.#lastBatch = tail;
    this.#isBehind = false;
    if (stands) {
      this.#admission.adopt(owners);
      this.#outcomes.renumber(rows.length);
      this.#events.push(this.#outcomes.follow(updates, this.#loaded.schema));
    } else {
      this.#loaded.restart();
      this.#events.push(this.#outcomes.follow(updates, this.#loaded.schema));
      this.#decideAgain(this.#admission.reclaim(owners));
    }
    this.#notify();
  }

  #decideAgain(taken: ReadonlySet<number>): void {
    const stopped = new Set<Subscription>();
    for (const outcome of this.#outcomes.takeAll()) {
      const { sender, submission } = outcome;
      if (stopped.has(sender)) continue;
      let { decision } = outcome;
      if (isAccepted(decision)) {
        decision = this.#admission.decideAgain(outcome, taken);
        if (!isAccepted(decision)) stopped.add(sender);
        this.#stop(sender, submission, decision);
      }
      this.#outcomes.push({ ...outcome, decision });
    }
  }

  #stop(sender: Subscription, { cseq }: Submission, decision: Decision): void {
    if (decision.kind === 'refused') sender.state = 'refused';
    if (decision.kind !== 'missing') return;
    sender.state = 'awaiting-repair';
    if (cseq === sender.first) sender.first = null;
  }

  #gather(): Commit | null {
    const queued = this.#outcomes.rows;
    if (queued.length === 0) return null;
    const owners = new Map<number, string>();
    for (const { row, owned } of queued) for (const client of owned) owners.set(client, row.user);
    const rows = queued.map(({ row }) => row);
    const { document, epoch, head: base } = this;
    const [id, tail, bytes] = [
      this.#rules.createBatchId(),
      this.#lastBatch,
      this.#outcomes.rowBytes,
    ];
    return {
      batch: { document, epoch, id, base, tail, rows, owners, bytes },
      state: 'in-flight',
      isUnknown: false,
    };
  }

  #expectInFlight(batch: Batch): Commit {
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

/** Whether rows of another server may change the decision. */
function isOfLatecomer(decision: Decision): boolean {
  if (decision.kind === 'refused') return decision.error.code === 'client-taken';
  return decision.kind === 'missing';
}

function isAccepted({ kind }: Decision): boolean {
  return kind === 'row' || kind === 'known';
}
