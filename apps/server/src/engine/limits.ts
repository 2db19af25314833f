/**
 * The engine's limits and times, grouped by what they protect. Limits of an update's content are in
 * `validation/limits.ts`.
 */
const MIB = 1024 * 1024;

/** Updates that wait in one shard. Reading from their writers stops above `maxBytes`, and resumes below `drainedBytes`. */
export const SHARD_QUEUE = {
  maxBytes: 4 * MIB,
  drainedBytes: 1 * MIB,
  /** Between two messages to a shard, and so between its commits. After a pause, a message waits for nothing. */
  intervalMs: 4,
} as const;

export const BATCHING = {
  busyUpdates: 20,
  windowMs: 250,
  /** The delay grows with the number of readers, because each batch is one write to each of them. */
  minDelayMs: 20,
  maxDelayMs: 50,
  delayMsPerReader: 0.5,
} as const;

export const IDLE = {
  unloadAfterMs: 60_000,
  /** Without a write for this long, an open document's Y.Doc is evicted, leaving only bytes. */
  evictAfterMs: 60_000,
  sweepIntervalMs: 10_000,
} as const;

/** A document with more rows or bytes after its snapshot is compacted. */
export const COMPACTION = {
  rows: 500,
  bytes: 1 * MIB,
  rowsAtUnload: 50,
  /** A document that loads with more rows is sent as a snapshot instead of row by row. */
  rowsAtLoad: 2_000,
  /** Between two compactions of one document, because each takes time that grows with the whole document. */
  pauseMs: 5_000,
} as const;

/** A worker that exceeds the budget of one piece of work is terminated. */
export const WORK_BUDGET = {
  /** One update; it is refused (W19). */
  applyMs: 2_000,
  /** Work on a whole document. */
  documentMs: 10_000,
  documentMsPerMib: 2_000,
} as const;

/** Pauses between appends of a document that other processes write as well (CL13). */
export const CONTENTION = {
  baseMs: 5,
  capMs: 160,
  /** After this many `busy` outcomes, a batch is appended alone. */
  busyWithOthers: 3,
  /** Of each document, when the server stops. */
  lastAttempts: 4,
} as const;

export const QUARANTINE = {
  /** A document over which two workers crash within this time is the cause. */
  suspectMs: 60_000,
  maxSuspects: 1_000,
  /** A document that could not be loaded is not loaded again for this long. */
  damagedMs: 60_000,
  /** A document whose loading ended a worker is not loaded again for this long. */
  crashedMs: 10 * 60_000,
} as const;
