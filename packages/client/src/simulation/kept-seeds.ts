/** Seeds that once found a defect; they always run first. */
export const KEPT_SEEDS: readonly number[] = [
  // A copy that was being discarded was briefly reported as saved.
  12, 51, 63,
  // Work that a crashed tab left of an earlier epoch was rejected without the text that it builds
  // on.
  112, 123,
  // One tab's work was refused, and another's that built on it became unreadable.
  145, 189,
  // Text written in the frame in which a document opened was sent twice, and the position preceded
  // the content.
  110,
  // Text that a closed tab left of a document that was never opened waited for the next page that loads.
  250,
  // So did the news that text of an earlier epoch was rejected.
  568,
  // Text of an earlier epoch came into the next one, from a page that had closed before the document opened.
  684,
  // A person left a document with text that their device had no room for, after a notice about other text.
  818,
];
