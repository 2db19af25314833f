/** The sizes that both ends of a conversation keep to. */

/** Rows are sent in `updates` of about this size, so that a large document arrives piece by piece. */
export const MAX_FRAGMENT_BYTES = 256 * 1024;

/**
 * Snapshot and rows of one document in the journal: this much loads within seconds, and many such documents fit
 * into a worker.
 */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** `Y.mergeUpdates` is quadratic in the number of updates. */
export const MAX_MERGED_UPDATES = 64;

/** Buffered messages of a channel after a gap. Those beyond are dropped and requested again. */
export const MAX_BUFFERED_MESSAGES = 300;
/** Missing events are requested again after this long. */
export const RECOVER_AGAIN_MS = 5_000;
/** Rows of a document, which may be many, after twice as long each time, up to this. */
export const RECOVER_AGAIN_CAP_MS = 40_000;

/** Messages of a chat in memory while it is open: far more than its state holds, so that no message disappears while people scroll. */
export const MAX_LIVE_CHAT_MESSAGES = 10_000;

/** Delay after a temporary refusal without `retryAfterMs`, doubled after each. */
export const COMMAND_RETRY_BASE_MS = 1_000;
export const COMMAND_RETRY_CAP_MS = 30_000;
