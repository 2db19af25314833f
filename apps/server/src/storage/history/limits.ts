/** Sizes and times of the history: `history/README.md`. */
const MIB = 1_024 * 1_024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export const HISTORY = {
  /** A chunk ends at either. */
  chunkRows: 1_000,
  chunkBytes: 1 * MIB,
  /** Rows or bytes after which a chunk holds the whole state; more bytes where the state itself has more. */
  checkpointRows: 20_000,
  checkpointBytes: 8 * MIB,
  /** Better ones take five times as long, and save a tenth. */
  brotliQuality: 5,
  /** HY2: a session ends with a pause, after a time, or when somebody else goes on after a short pause. */
  sessionPauseMs: 10 * MINUTE_MS,
  maxSessionMs: HOUR_MS,
  handoverMs: MINUTE_MS,
  maxSessionAuthors: 50,
  sessionsPerPage: 50,
  /** Chunks that one list reads. */
  maxListedChunks: 4_000,
  /** Requests that wait for the thread of the history; one more is refused (HY13). */
  maxQueued: 64,
  /** Of one person: a page asks for a few things at once. */
  maxQueuedPerPerson: 6,
  /** Of one person in the thread for programs, where a request may take long (CT5). */
  maxQueuedPagesPerPerson: 2,
  /** In the threads for public pages, of everyone, and of one person who publishes (PB5). */
  maxQueuedPublicPages: 1_000,
  maxQueuedPublicPagesPerPerson: 8,
  /** For what is made of a page, or into it: the longest text takes a few seconds. */
  pageBudgetMs: 20_000,
  /** Of updates in which one request looks for files; others wait for it. */
  searchedBytes: 4 * MIB,
  thinningIntervalMs: DAY_MS,
  documentsPerThinning: 100,
  /** That one request thins; others wait for it. */
  chunksPerThinning: 10,
} as const;
