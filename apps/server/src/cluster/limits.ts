/** Times and sizes of what nodes send each other about open documents. */

const KIB = 1_024;

/** How often the heads of open documents are read from the journal; rarely while other nodes announce theirs. */
export const DOCUMENT_HEADS = { intervalMs: 250, announcedIntervalMs: 1_000 } as const;

/** Who is in which document, for lists on all nodes. */
export const PRESENT_EXCHANGE = {
  intervalMs: 1_000,
  repeatMs: 30_000,
  /** Documents; fewer, if the message would be larger than 64 KiB. */
  perMessage: 100,
} as const;

/** What rooms send those of the same document on other nodes. */
export const ROOM_EXCHANGE = {
  /** Above it, others read the rows from the journal. */
  maxRowBytes: 48 * KIB,
  peopleIntervalMs: 100,
  cursorIntervalMs: 33,
  /** Who is there is repeated, because messages may be lost. */
  repeatMs: 5_000,
  /** Of one node; fewer, if the message would be larger than 64 KiB. */
  maxMembers: 200,
  /** After a message that could not be read, heads of journals are read as without a bus. */
  unreadMemoryMs: 10_000,
} as const;
