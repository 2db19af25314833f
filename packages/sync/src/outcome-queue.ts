/**
 * Outcomes of updates, oldest first, until they are published. An outcome is published only when
 * everything before it is on disk, whichever subscription sent it.
 */
import type { ErrorBody } from '@tandem/protocol';
import type { AppendRequest, CommittedEvent, EngineEvent } from './engine-event.ts';
import type { Row } from './stored-document.ts';
import type { Subscription } from './subscription.ts';

export type Submission = AppendRequest & { readonly at: number };

export interface RowDecision {
  readonly kind: 'row';
  readonly row: Row;
  /**
   * States of clients whose structs are new with this row, and client ids without an earlier owner.
   */
  readonly clocks: ReadonlyMap<number, number>;
  readonly owned: readonly number[];
}

export type Decision =
  | RowDecision
  | { readonly kind: 'known' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export interface Outcome {
  readonly submission: Submission;
  readonly sender: Subscription;
  readonly decision: Decision;
}

const NO_UPDATE = new Uint8Array();

type PublishedRow = Pick<Row, 'update' | 'subscription'>;

export class OutcomeQueue {
  readonly #document: string;
  readonly #epoch: string;
  #outcomes: Outcome[] = [];
  #rowCount = 0;
  #rowBytes = 0;
  #bytes = 0;
  #reportedOffset: number;

  constructor(options: {
    readonly document: string;
    readonly epoch: string;
    readonly head: number;
  }) {
    this.#document = options.document;
    this.#epoch = options.epoch;
    this.#reportedOffset = options.head;
  }

  get isEmpty(): boolean {
    return this.#outcomes.length === 0;
  }

  get rows(): readonly RowDecision[] {
    return this.#outcomes.map(({ decision }) => decision).filter(isRow);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get rowBytes(): number {
    return this.#rowBytes;
  }

  /** Of rows, and of updates that may have to be decided again. */
  get bytes(): number {
    return this.#bytes;
  }

  push(outcome: Outcome): void {
    const kept = isFinal(outcome.decision) ? withoutUpdate(outcome) : outcome;
    this.#outcomes.push(kept);
    this.#count(kept, 1);
  }

  /** Moves the rows to later offsets. */
  renumber(by: number): void {
    this.#outcomes = this.#outcomes.map((outcome) => {
      const { decision } = outcome;
      if (!isRow(decision)) return outcome;
      const row = { ...decision.row, offset: decision.row.offset + by };
      return { ...outcome, decision: { ...decision, row } };
    });
  }

  takeAll(): readonly Outcome[] {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    [this.#rowCount, this.#rowBytes, this.#bytes] = [0, 0, 0];
    return outcomes;
  }

  /** The rows of another server, which precede everything that is queued. */
  follow(updates: readonly Uint8Array[], schema: number): CommittedEvent {
    const rows = updates.map((update) => ({ update, subscription: 0 }));
    return this.#committed(rows, new Map(), schema);
  }

  settle(
    head: number,
    { schema, stateVector }: { readonly schema: number; readonly stateVector: () => Uint8Array },
  ): readonly EngineEvent[] {
    const waiting = this.#outcomes.findIndex(
      ({ decision }) => isRow(decision) && decision.row.offset > head,
    );
    const settled = this.#outcomes.splice(0, waiting < 0 ? this.#outcomes.length : waiting);
    const document = this.#document;
    const events: EngineEvent[] = [];
    let rows: Row[] = [];
    const acks = new Map<number, number>();
    const flush = () => {
      if (acks.size > 0) events.push(this.#committed(rows, acks, schema));
      rows = [];
      acks.clear();
    };
    for (const outcome of settled) {
      this.#count(outcome, -1);
      const { decision } = outcome;
      const { subscription, cseq } = outcome.submission;
      switch (decision.kind) {
        case 'row':
          rows.push(decision.row);
          acks.set(subscription, cseq);
          break;
        case 'known':
          acks.set(subscription, cseq);
          break;
        case 'missing':
          flush();
          events.push({
            kind: 'missing',
            document,
            subscription,
            cseq,
            stateVector: stateVector(),
          });
          break;
        case 'refused':
          flush();
          events.push({ kind: 'refused', document, subscription, cseq, error: decision.error });
          break;
      }
    }
    flush();
    return events;
  }

  #count({ submission, decision }: Outcome, change: 1 | -1): void {
    const row = isRow(decision) ? decision.row.update : null;
    if (submission.update !== row) this.#bytes += change * submission.update.byteLength;
    if (row === null) return;
    this.#rowCount += change;
    this.#rowBytes += change * row.byteLength;
    this.#bytes += change * row.byteLength;
  }

  #committed(
    rows: readonly PublishedRow[],
    acks: ReadonlyMap<number, number>,
    schema: number,
  ): CommittedEvent {
    const from = this.#reportedOffset;
    this.#reportedOffset += rows.length;
    return {
      kind: 'committed',
      document: this.#document,
      epoch: this.#epoch,
      from,
      to: this.#reportedOffset,
      updates: rows.map((row) => row.update),
      authors: rows.map((row) => row.subscription),
      schema,
      acks: Array.from(acks, ([subscription, cseq]) => ({ subscription, cseq })),
    };
  }
}

function isRow(decision: Decision): decision is RowDecision {
  return decision.kind === 'row';
}

/** Rows of other servers do not change it (CL7). */
function isFinal({ kind }: Decision): boolean {
  return kind === 'missing' || kind === 'refused';
}

function withoutUpdate(outcome: Outcome): Outcome {
  return { ...outcome, submission: { ...outcome.submission, update: NO_UPDATE } };
}
