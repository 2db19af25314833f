/** Limits shared by client and server. */

/** Target size of `updates` messages, so that a large document arrives in pieces. */
export const MAX_ROWS_MESSAGE_BYTES = 256 * 1024;

/**
 * Snapshot and rows of one document: this much loads within seconds, and many such documents fit
 * into a worker.
 */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** Encodings of one document for readers (SY43), each as large as the document at most. */
export const MAX_COLLECTED = 4;

/** `Y.mergeUpdates` is quadratic in the number of updates. */
export const MAX_MERGED_UPDATES = 64;

/** Rows of other servers that wait for a gap to close (CL12). */
export const MAX_HELD_MESSAGES = 100;
export const MAX_HELD_BYTES = 1024 * 1024;
export const FOLLOW_GAP_MS = 30;

/** Buffered messages of a channel after a gap. Further messages are dropped and requested again. */
export const MAX_BUFFERED_MESSAGES = 300;
export const RECOVER_AGAIN_MS = 5_000;

/** Waits of a client for an answer, doubled after each (SY33, SY40); documents are loaded within seconds. */
export const OPEN_AGAIN_MS = 10_000;
export const ASK_AGAIN_CAP_MS = 40_000;
/** The repetition of an `open` that is made on a new connection (SY40). */
export const RECONNECT_AT_REPETITION = 3;
/** Many clients may wait for the same documents, and must not reconnect at once. */
export const RECONNECT_SPREAD_MS = 20_000;
/** The repetition of a `rows:request` that is an `open` (SY33). */
export const REOPEN_AT_REPETITION = 3;

/** Messages of an open chat in memory: enough that none disappears while people scroll. */
export const MAX_LIVE_CHAT_MESSAGES = 10_000;

/** Delay after a temporary refusal without `retryAfterMs`, doubled after each. */
export const COMMAND_RETRY_BASE_MS = 1_000;
export const COMMAND_RETRY_CAP_MS = 30_000;
/** Waits of a client until an update or a command is on disk, doubled after each (SY42, CM15). */
export const CONFIRM_AGAIN_MS = 30_000;
export const CONFIRM_AGAIN_CAP_MS = 300_000;
/** Executions of a command that fails by a fault of the server (CM14). */
export const MAX_COMMAND_ATTEMPTS = 5;
