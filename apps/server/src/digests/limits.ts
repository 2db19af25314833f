/** Limits of mails about what is unread: the rules are in `README.md`. */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Mails about unread notifications (DG3, DG6, DG7). */
export const DIGESTS = {
  /** As long as a person has for reading a notification before it is mailed. */
  quietMs: 15 * MINUTE_MS,
  /** Between two mails at least: of what somebody waits for, and of all else. */
  urgentGapMs: HOUR_MS,
  gapMs: DAY_MS,
  /** What is older is in the inbox only, as after an address was confirmed. */
  maxAgeMs: 7 * DAY_MS,
  maxListed: 20,
  /** While the node has mailed too many, at least and at most. */
  waitMs: MINUTE_MS,
  maxWaitMs: 15 * MINUTE_MS,
  /** Attempts at a mail server that does not take a mail now, and the pause before the next ones. */
  maxAttempts: 5,
  pauseMs: HOUR_MS,
  unsubscribeMs: 365 * DAY_MS,
} as const;
