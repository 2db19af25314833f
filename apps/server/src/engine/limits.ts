/** Every limit and time of the engine, with its unit in the name. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes of updates that wait in one shard before its writers are not read from; they are again below the second. */
export const MAX_QUEUE_BYTES = 4 * MIB;
export const DRAINED_QUEUE_BYTES = 1 * MIB;
export const COMMIT_RETRY_FIRST_MS = 100;
export const COMMIT_RETRY_CAP_MS = 5_000;

/** A document with so many updates in one window is hot in the next: what is for it is gathered. */
export const LOADED_UPDATES = 20;
export const LOAD_WINDOW_MS = 250;
const GATHER_MIN_MS = 20;
const GATHER_MAX_MS = 50;
const GATHER_MS_PER_READER = 0.5;

/** For how long, as each time is a write to each reader. */
export function gatherMs(readers: number): number {
  return Math.min(GATHER_MAX_MS, Math.max(GATHER_MIN_MS, readers * GATHER_MS_PER_READER));
}

/** A document that nobody has open stays in memory for this long. */
export const IDLE_UNLOAD_MS = 60_000;
export const SWEEP_INTERVAL_MS = 10_000;
/** One that is open and has not been written to for this long is kept as bytes only. */
export const REST_AFTER_MS = 60_000;

/** What a document may gather after its snapshot before it is compacted: while open, and when it is unloaded. */
export const COMPACT_ROWS = 500;
export const COMPACT_BYTES = 1 * MIB;
export const COMPACT_ROWS_AT_UNLOAD = 50;
/** Between two compactions of one document, as each takes time that grows with the whole of it. */
export const COMPACT_PAUSE_MS = 5_000;

/** Rows that are given one by one to whoever opens a document; a cold one with more is given as a whole. */
export const MAX_COLD_ROWS = 2_000;

/** How long one piece of work may take before its worker is ended: one update, and what grows with the document. */
export const APPLY_BUDGET_MS = 2_000;
const DOCUMENT_BUDGET_MS = 10_000;
const DOCUMENT_BUDGET_MS_PER_MIB = 2_000;
/** Two workers that crash over one document within this time: it is the document. */
export const SUSPECT_MS = 60_000;
/** A document that could not be read is not read again for this long. */
export const DAMAGED_MS = 60_000;
/** A document that ended a worker by being read is not read again for this long. */
export const QUARANTINE_MS = 10 * 60_000;

/** For work over all of a document that large. */
export function documentBudgetMs(bytes: number): number {
  return DOCUMENT_BUDGET_MS + (bytes / MIB) * DOCUMENT_BUDGET_MS_PER_MIB;
}
