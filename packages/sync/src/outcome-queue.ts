/**
 * Outcomes of updates, oldest first, until they are published. An outcome is published only when
 * everything before it is on disk, whichever subscription sent it.
 */
import type { ErrorBody } from '@tandem/protocol';
import type { EngineEvent } from './engine-event.ts';
import type { Row } from './stored-document.ts';

export interface RowOutcome {
  readonly kind: 'row';
  readonly row: Row;
  /**
   * States of clients whose structs are new with this row, and client ids without an earlier owner.
   */
  readonly clocks: ReadonlyMap<number, number>;
  readonly owned: readonly number[];
}

export type Outcome =
  | RowOutcome
  | { readonly kind: 'known'; readonly subscription: number; readonly cseq: number }
  | { readonly kind: 'missing'; readonly subscription: number; readonly cseq: number }
  | {
      readonly kind: 'refused';
      readonly subscription: number;
      readonly cseq: number;
      readonly error: ErrorBody;
    };

export class OutcomeQueue {
  readonly #document: string;
  readonly #epoch: string;
  #outcomes: Outcome[] = [];
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

  get rows(): readonly RowOutcome[] {
    return this.#outcomes.filter((outcome) => outcome.kind === 'row');
  }

  push(outcome: Outcome): void {
    this.#outcomes.push(outcome);
  }

  settle(
    head: number,
    { schema, stateVector }: { readonly schema: number; readonly stateVector: () => Uint8Array },
  ): readonly EngineEvent[] {
    const waiting = this.#outcomes.findIndex(
      (outcome) => outcome.kind === 'row' && outcome.row.offset > head,
    );
    const settled = this.#outcomes.splice(0, waiting < 0 ? this.#outcomes.length : waiting);
    const events: EngineEvent[] = [];
    let rows: Row[] = [];
    const acks = new Map<number, number>();
    const flush = () => {
      if (acks.size > 0) events.push(this.#committed(rows, acks, schema));
      rows = [];
      acks.clear();
    };
    for (const outcome of settled) {
      switch (outcome.kind) {
        case 'row':
          rows.push(outcome.row);
          acks.set(outcome.row.subscription, outcome.row.cseq);
          break;
        case 'known':
          acks.set(outcome.subscription, outcome.cseq);
          break;
        case 'missing':
          flush();
          events.push({ ...outcome, document: this.#document, stateVector: stateVector() });
          break;
        case 'refused':
          flush();
          events.push({ ...outcome, document: this.#document });
          break;
      }
    }
    flush();
    return events;
  }

  #committed(rows: readonly Row[], acks: ReadonlyMap<number, number>, schema: number): EngineEvent {
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
