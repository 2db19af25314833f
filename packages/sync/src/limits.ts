/** The sizes that both ends of a conversation keep to. */

/** Rows are sent in `updates` of about this size, so that a large document arrives piece by piece. */
export const MAX_PART_BYTES = 256 * 1024;

/**
 * What the journal may hold of one document, snapshot and rows together: so much is loaded within
 * seconds, and many such fit into a worker.
 */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** `Y.mergeUpdates` is quadratic in the number of updates; more than this are never given to it at once. */
export const MAX_MERGED_UPDATES = 64;
