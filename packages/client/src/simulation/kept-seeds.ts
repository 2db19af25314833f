/** Seeds that once found a defect. They run first, for ever. */
export const KEPT_SEEDS: readonly number[] = [
  // A copy that was being thrown away was called saved for a moment.
  12, 51, 63,
  // What a crashed tab left of an earlier life was set aside without the text that it builds on.
  112, 123,
  // One tab's work was refused, and another's that built on it could not be read any more.
  145, 189,
  // What was written in the frame in which a document opened was sent twice, and the position came before the content.
  110,
];
