/** Limits of what is stored, and of what one query reads or deletes, with the rules that name them. */
import { RECOVERY_EVENTS } from '@tandem/protocol';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const ACCOUNTS = {
  sessionLifetimeMs: 400 * DAY_MS,
  sessionSweepMs: DAY_MS,
  cookieBytes: 32,
  tokenLifetimeMs: 10 * MINUTE_MS,
  /** Guests checked in one step of deleting abandoned ones, none of them younger than the grace period. */
  guestsPerSweep: 500,
  guestGraceMs: DAY_MS,
  /** `retryAfterMs` for pages that could not become guests. */
  guestRetryMs: 3_000,
  maxListedSessions: 100,
  oneTimeBytes: 32,
  /** For a sign-in at an OpenID provider. */
  oidcLifetimeMs: 10 * MINUTE_MS,
  /** After a sign-in, or the password again, people may change how they sign in (AC23). */
  confirmedForMs: 10 * MINUTE_MS,
  /** A person may have to look for their key; pages that offer passkeys ask again before (PK3). */
  passkeyChallengeLifetimeMs: 10 * MINUTE_MS,
  /** In one browser, whose tabs share a cookie. */
  maxOpenChallenges: 4,
  invitationLifetimeMs: 7 * DAY_MS,
  /** Links that set a new password (AC25), and that confirm an address (AC27). */
  resetLifetimeMs: 8 * HOUR_MS,
  verificationLifetimeMs: DAY_MS,
  /** Of each kind, and working, for one account, until half of the lifetime of the last one is over (AC28). */
  maxOpenLinks: 3,
  /** Device cookies (AC31). */
  deviceLifetimeMs: 400 * DAY_MS,
  deviceIdBytes: 16,
  maxDeviceAccounts: 6,
  /** Within some minutes; nobody waits for a mail for longer. */
  maxMailFailures: 6,
  /** Between two looks whether the server may send another mail, while it has sent too many (AC28). */
  mailWaitMs: 30_000,
  sessionsPerQuery: 500,
  /** Random, in an API token (AT2). */
  apiTokenBytes: 32,
  /** How exactly a person is told when a token was used last (AT9). */
  apiTokenUseIntervalMs: MINUTE_MS,
  maxAgentLength: 256,
  /** Passwords: at once, and waiting, for known and for unknown browsers (AC6). */
  hashesAtOnce: 2,
  maxQueuedHashes: 32,
  maxQueuedHashesOfUnknown: 24,
} as const;

/** Answers of the database that are kept after their last use. */
export const ACCESS_CACHE = { idleMs: 2 * MINUTE_MS, maxEntries: 50_000 } as const;
export const PEOPLE_CACHE = { idleMs: 2 * MINUTE_MS, maxEntries: 20_000 } as const;
export const TOKEN_CACHE = { idleMs: 2 * MINUTE_MS, maxEntries: 10_000 } as const;

/** Documents that people opened, for their lists. */
export const VISITS = {
  /** Opening a document again within this time is the same visit. */
  sameVisitMs: HOUR_MS,
  /** Visits are written together after `batchDelayMs`, or when there are `maxBatch`. */
  batchDelayMs: 100,
  maxBatch: 100,
  maxCached: 20_000,
} as const;

export const LIBRARY = {
  maxPresentShown: 8,
  /** An excerpt follows the text after this long. */
  excerptDelayMs: 1_500,
  excerptsPerCommit: 10,
  /** A changed document is sent to the libraries of this many people: those who opened it last. */
  maxNotifiedLibraries: 1_000,
  /** A person's new name is sent to the chats and lists of this many documents: those changed last. */
  maxNotifiedDocuments: 100,
} as const;

/** The job that purges what has been in the trash for `TRASH_MS`, so many documents for each query. */
export const TRASH = {
  sweepMs: HOUR_MS,
  documentsPerSweep: 100,
} as const;

/** What keeps the bytes of uploaded files. */
export const OBJECTS = {
  /** Of a bucket, to a request without a body. */
  answerTimeoutMs: 30_000,
  /** One object, in either direction. */
  transferTimeoutMs: HOUR_MS,
} as const;

/** See the rules in `storage/search/README.md`. */
export const SEARCH = {
  /** Of one document; the rest of a longer one is not searched. */
  maxCharsPerDocument: 1_000_000,
  partsPerTransaction: 10,
  excerptLength: 160,
  /** Shown before the first match. */
  contextLength: 40,
  outdatedAtOnce: 50,
  /** The first words of a search: each has some hundred similar ones, which take up to 25 ms to find in a million words. */
  similarWords: 4,
  /** For words within longer ones (SE10): of the person's documents, the newest, and their parts until then. */
  containingDocuments: 2_000,
  containingParts: 5_000,
  /** Postgres cancels a query that takes longer (SE11). A search has four at most. */
  queryLimitMs: 3_000,
  /** In Postgres, on one node: each has a connection, of `CONNECTIONS` in `storage.ts`. */
  maxAtOnce: 3,
  maxLinksAtOnce: 1,
  maxWaiting: 100,
  /** Parts that have such a word, and the words that are taken from them, the most frequent. */
  containingMatches: 200,
  containingTerms: 400,
} as const;

export const LINKS = {
  /** Documents to which one text links; further ones do not know it (BL4). */
  maxLinks: 200,
  excerptLength: 160,
} as const;

export const SHARING = {
  /** People to whom an owner may give a role. */
  maxMembers: 50,
  /** People who have entered the password of a link (PO12). */
  maxEntered: 1_000,
  /** Addresses that one person has invited to all documents, and that wait for their people (IA4). */
  maxInvitedByPerson: 200,
  invitedForMs: 30 * DAY_MS,
  /** For how long a provider's word is taken that an address is the person's: they may have left since (IA2). */
  providerAddressMs: 30 * DAY_MS,
  /** An opening waits so long for what was given to the person's address, when the disk accepts nothing. */
  claimTimeoutMs: 5_000,
  expiredAtOnce: 1_000,
  /** The search for people one has met reads this many documents, and this many rows of each person. */
  maxMetDocuments: 200,
  maxMetRows: 2_000,
} as const;

export const MESSAGES = {
  /** Reactions of all people to one message. */
  maxReactions: 1_000,
} as const;

export const NOTIFICATIONS = {
  /** Of one message: those whom it names first, those who follow the document last (NT4). */
  maxRecipients: 200,
  /** The newest of a person (NT8). */
  maxKept: 500,
  keptMs: 90 * DAY_MS,
  sweepMs: DAY_MS,
  sweepBatch: 1_000,
  /** The newest, when access to a document changes (NT7). */
  maxChecked: 10_000,
} as const;

/** The audit log: AU1 to AU9 of `storage/audit/README.md`. */
export const AUDIT = {
  perInsert: 500,
  sweepMs: DAY_MS,
  sweepBatch: 1_000,
} as const;
export const ACCESS_REQUESTS = {
  /** Of one person, also to documents that do not exist (PO9). */
  perPerson: 20,
  windowMs: DAY_MS,
  /** Unanswered ones of all people to one document that owners are notified about (PO9). */
  perDocument: 20,
  /** Unanswered ones in a person's inbox (PO9). */
  perInbox: 50,
  /** After which a declined one may be repeated (PO9). */
  repeatMs: DAY_MS,
} as const;

export const EVENTS = {
  /** The newest events of a channel that the database keeps; older ones are deleted in batches. */
  maxStored: RECOVERY_EVENTS,
  trimBatch: 50,
  maxCachedHeads: 20_000,
  /** Events in one message to a client that comes back; more of them take several messages. */
  perMessage: 100,
  /** How often unused channels and expired events are dropped from memory. */
  sweepIntervalMs: 30_000,
} as const;

/** The log of commits that the nodes of a cluster read. */
export const LOG = {
  /** How often a node reads it, woken or not: what ends a right takes effect everywhere within a second. */
  intervalMs: 300,
  maxEntries: 1_000,
  /** A read that takes longer is given up, and tried on another connection. */
  queryTimeoutMs: 2_000,
  /** A node that has not read it for so long holds back its output, and then sends its clients away. */
  holdAfterMs: 900,
  leaveAfterMs: 5_000,
  /** Entries are kept for so long; a node that is further behind reads everything again. */
  keepMs: 10 * MINUTE_MS,
  sweepIntervalMs: MINUTE_MS,
} as const;
