/** The moments of one session: the page before it, after each of its rows, and who deleted what. */
import { IdRanges } from '@tandem/document/history';
import type { HistoryRow } from '@tandem/protocol';
import * as Y from 'yjs';

export interface MomentsOptions {
  /** The first and the last row of the session. */
  readonly from: number;
  readonly to: number;
  readonly before: Uint8Array;
  /** Empty where they are too many, or were joined. */
  readonly rows: readonly HistoryRow[];
  /** The page after the session; null where the rows lead to it. */
  readonly after: Uint8Array | null;
}

export class Moments {
  readonly before: Y.Doc;
  readonly rows: readonly HistoryRow[];
  readonly #options: MomentsOptions;
  readonly #deletions = new IdRanges<string>();
  #shown: { readonly doc: Y.Doc; readonly step: number } | null = null;

  constructor(options: MomentsOptions) {
    this.#options = options;
    this.rows = options.rows;
    this.before = docOf(options.before);
    for (const { user, update } of options.rows)
      for (const [client, ranges] of Y.decodeUpdate(update).ds.clients)
        for (const { clock, len } of ranges)
          this.#deletions.add({ client, clock, length: len }, user);
  }

  /** Steps: 0 is before the session, `lastStep` after it. */
  get lastStep(): number {
    return this.#options.after === null ? this.rows.length : 1;
  }

  /** The document belongs to the moments, and goes on to another step with the next call. */
  at(step: number): Y.Doc {
    const { before, after } = this.#options;
    const known = this.#shown !== null && this.#shown.step <= step ? this.#shown : null;
    const doc = known?.doc ?? docOf(before);
    doc.transact(() => {
      if (after !== null && step > 0) Y.applyUpdate(doc, after);
      for (const { update } of this.rows.slice(known?.step ?? 0, step)) Y.applyUpdate(doc, update);
    });
    this.#shown = { doc, step };
    return doc;
  }

  /** The last row of a step; joined rows make one of several (HY12). */
  offsetAt(step: number): number {
    const { from, to } = this.#options;
    return step === 0 ? from - 1 : (this.rows[step - 1]?.offset ?? to);
  }

  timeAt(step: number): number | null {
    return this.rows[Math.max(0, step - 1)]?.at ?? null;
  }

  /** The person who deleted a character; null where it is not known. */
  deletedBy({ client, clock }: { readonly client: number; readonly clock: number }): string | null {
    return this.#deletions.find(client, clock);
  }
}

/** Keeps what is deleted afterwards, which shows whose words came back as copies (HI5). */
export function docOf(state: Uint8Array): Y.Doc {
  const doc = new Y.Doc({ gc: false });
  Y.applyUpdate(doc, state);
  return doc;
}
