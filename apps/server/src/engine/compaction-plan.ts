/**
 * Decides when a document in memory is due for compaction. Each compaction takes time that grows with the
 * whole document, so a pause follows each one. After an unsuccessful one, the rows must double first.
 */
import { COMPACTION } from './limits.ts';

export class CompactionPlan {
  #state: 'idle' | 'requested' = 'idle';
  #fromMs = 0;
  #fromRows = 0;

  get isRequested(): boolean {
    return this.#state === 'requested';
  }

  isDue(since: { readonly rowCount: number; readonly rowBytes: number }, nowMs: number): boolean {
    if (since.rowCount <= COMPACTION.rows && since.rowBytes <= COMPACTION.bytes) return false;
    return this.#state === 'idle' && since.rowCount >= this.#fromRows && nowMs >= this.#fromMs;
  }

  request(): void {
    this.#state = 'requested';
  }

  complete(outcome: 'compacted' | 'unchanged', rowCount: number, nowMs: number): void {
    this.#state = 'idle';
    this.#fromMs = nowMs + COMPACTION.pauseMs;
    this.#fromRows = outcome === 'compacted' ? 0 : 2 * rowCount;
  }
}
