const KIB = 1024;
const MIB = 1024 * KIB;

/** Reading from a shard's writers stops while more bytes of updates wait, and resumes below the second limit. */
export const MAX_QUEUE_BYTES = 4 * MIB;
export const DRAINED_QUEUE_BYTES = 1 * MIB;

/** A document with this many updates in one window is busy in the next: its updates are batched. */
export const BUSY_UPDATES = 20;
export const BUSY_WINDOW_MS = 250;
const MIN_BATCHING_MS = 20;
const MAX_BATCHING_MS = 50;
const BATCHING_MS_PER_READER = 0.5;

/** Grows with the number of readers, because each batch is one write to each of them. */
export function batchingDelayMs(readers: number): number {
  return Math.min(MAX_BATCHING_MS, Math.max(MIN_BATCHING_MS, readers * BATCHING_MS_PER_READER));
}

export const IDLE_UNLOAD_MS = 60_000;
export const SWEEP_INTERVAL_MS = 10_000;
/** An open document's Y.Doc is evicted, leaving only bytes, when it was not written to for this long. */
export const EVICT_AFTER_MS = 60_000;

/** A document is compacted beyond this many rows or bytes after its snapshot: while open, and when unloaded. */
export const COMPACT_ROWS = 500;
export const COMPACT_BYTES = 1 * MIB;
export const COMPACT_ROWS_AT_UNLOAD = 50;
/** Between two compactions of one document, because each takes time that grows with the whole document. */
export const COMPACT_PAUSE_MS = 5_000;

/** A document that loads with more rows is sent as a snapshot instead of row by row. */
export const MAX_COLD_ROWS = 2_000;

/** A worker that exceeds the budget of one piece of work is terminated: one update, or work on a whole document. */
export const APPLY_BUDGET_MS = 2_000;
const DOCUMENT_BUDGET_MS = 10_000;
const DOCUMENT_BUDGET_MS_PER_MIB = 2_000;
/** A document over which two workers crash within this time is the cause. */
export const SUSPECT_MS = 60_000;
export const MAX_SUSPECTS = 1_000;
/** A document that could not be loaded is not loaded again for this long. */
export const DAMAGED_MS = 60_000;
/** A document whose loading ended a worker is not loaded again for this long. */
export const QUARANTINE_MS = 10 * 60_000;

export function documentBudgetMs(bytes: number): number {
  return DOCUMENT_BUDGET_MS + (bytes / MIB) * DOCUMENT_BUDGET_MS_PER_MIB;
}
