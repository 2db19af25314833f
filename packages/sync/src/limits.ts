/** The sizes that both ends of a conversation keep to. */

/** Rows are sent in `updates` of about this size, so that a large document arrives piece by piece. */
export const MAX_PART_BYTES = 256 * 1024;

/** `Y.mergeUpdates` is quadratic in the number of updates; more than this are never given to it at once. */
export const MAX_MERGED_UPDATES = 64;
