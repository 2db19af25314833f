/**
 * When a document in memory is due to be compacted. Each compaction takes time that grows with the
 * whole document, so there is a pause between two; one that did not succeed is not repeated before
 * the rows have doubled.
 */
import { COMPACT_BYTES, COMPACT_PAUSE_MS, COMPACT_ROWS } from './limits.ts';

export class CompactionPlan {
  #state: 'none' | 'asked' = 'none';
  #fromMs = 0;
  #fromRows = 0;

  get isAsked(): boolean {
    return this.#state === 'asked';
  }

  isDue(since: { readonly rowCount: number; readonly rowBytes: number }, nowMs: number): boolean {
    if (since.rowCount <= COMPACT_ROWS && since.rowBytes <= COMPACT_BYTES) return false;
    return this.#state === 'none' && since.rowCount >= this.#fromRows && nowMs >= this.#fromMs;
  }

  ask(): void {
    this.#state = 'asked';
  }

  /** @param rowCount the rows that are left. */
  answered(outcome: 'compacted' | 'unchanged', rowCount: number, nowMs: number): void {
    this.#state = 'none';
    this.#fromMs = nowMs + COMPACT_PAUSE_MS;
    this.#fromRows = outcome === 'compacted' ? 0 : 2 * rowCount;
  }
}
