/** Sizes and times of uploaded files: the rules in `README.md`. */
const KIB = 1_024;
const MIB = 1_024 * 1_024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export const FILES = {
  /** A check of access while bytes move, so that a revocation reaches them within a second (FI6). */
  accessIntervalMs: 400,
  /** All transfers of a session in a document share a check for so long. */
  sharedCheckMs: 200,
  maxSharedChecks: 10_000,
  /** Of one person on one node. */
  maxUploadsPerUser: 4,
  maxDownloadsPerUser: 64,
  /** Of all readers of public pages whose address is not known, as behind a proxy (PB8). */
  maxDownloadsOfUnknown: 1_000,
  /** An upload or download that moves less than `minProgressBytes` in this time ends. */
  stallTimeoutMs: 15_000,
  minProgressBytes: 16 * KIB,
  /** An upload whose bytes have all moved waits so long for the disk or the bucket (FI7). */
  storeTimeoutMs: 5 * MINUTE_MS,
  /** FI5 */
  maxPerDocument: 2_000,
  maxPerUser: 10_000,
  /** Of a document: deleted files that are remembered as such (FI11). */
  maxTombstones: 2_000,
  /** A smaller file counts as so much, since a disk gives it as much. */
  blockBytes: 4 * KIB,
  /** Documents that are tried as the source of a copy (FI12). */
  maxSources: 20,
  /** Left free on the disk, which also keeps the text (FI5). */
  minFreeBytes: 512 * MIB,
  /** How often an upload looks whether that is still so. */
  freeCheckBytes: 8 * MIB,
  /** The beginning of a file, from which its type and the size of an image are read. */
  headBytes: 256 * KIB,
  /** Reading boxes of AVIF takes time that grows with the square of their number. */
  avifHeadBytes: 16 * KIB,
  /** Before the size of a JPEG. Reading tiny segments takes time that grows with their number. */
  maxJpegSegments: 500,
  /** Larger images are not shown, since browsers decode all their pixels (FI3). */
  maxImagePixels: 100_000_000,
  maxImageSide: 32_767,
  /** Files that nothing refers to are kept for so long (FI9). */
  unreferencedMs: 30 * DAY_MS,
  referenceSweepMs: DAY_MS,
  sweepMs: HOUR_MS,
  perSweep: 100,
} as const;
