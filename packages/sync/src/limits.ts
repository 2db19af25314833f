/** The sizes that both ends of a conversation keep to. */

/** Rows are sent in `updates` of about this size, so that a large document arrives piece by piece. */
export const MAX_FRAGMENT_BYTES = 256 * 1024;

/**
 * What the journal may hold of one document, snapshot and rows together: so much is loaded within
 * seconds, and many such fit into a worker.
 */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** `Y.mergeUpdates` is quadratic in the number of updates; more than this are never given to it at once. */
export const MAX_MERGED_UPDATES = 64;

/** Messages of a channel that wait for one before them. Those beyond are asked for again. */
export const MAX_HELD_MESSAGES = 300;
/** What was asked for, or promised, and does not come is asked for again after this long. */
export const RECOVER_AGAIN_MS = 5_000;
/** Rows of a document, which may be many, after twice as long each time, up to this. */
export const RECOVER_AGAIN_CAP_MS = 40_000;

/** Messages of a chat in memory while it is open: far more than its state holds, so that nothing goes while people scroll. */
export const MAX_LIVE_CHAT_MESSAGES = 10_000;

/** After a refusal for now that names no time: twice as long after each. */
export const COMMAND_RETRY_BASE_MS = 1_000;
export const COMMAND_RETRY_CAP_MS = 30_000;
