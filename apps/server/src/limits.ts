/**
 * The server's limits and times, grouped by what they protect, with the rule of PROTOCOL.md that names
 * the value. Limits of the wire are in `@tandem/protocol`, limits of the engine in `engine/limits.ts`.
 * Operators change what is in `configuration/configuration.ts`, nothing here.
 */
import { RECOVERY_EVENTS } from '@tandem/protocol';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const HTTP = {
  maxBodyBytes: 64 * KIB,
  /** Node checks headers and requests for their timeouts every `checkIntervalMs`. */
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 15_000,
  checkIntervalMs: 1_000,
  /** For the TLS handshake of a TCP connection. */
  tlsHandshakeTimeoutMs: 10_000,
  /** How often the files of the certificate are read again. */
  tlsCheckIntervalMs: 10_000,
  /** Longer than proxies keep theirs open (60 s), or a proxy would send a request into a closing socket. */
  keepAliveMs: 75_000,
  /** `Retry-After` of requests that arrive while the server starts. */
  startRetryAfterS: 2,
  /** A change that is not on disk by then is answered 503. */
  writeTimeoutMs: 5_000,
  /** Pipelined requests without an answer on one TCP connection; one more closes it. */
  maxPipelinedRequests: 16,
  /** TCP connections between two requests; above it the least recently used is closed. */
  maxIdleSockets: 4_096,
  /** TCP connections without a complete first request; above it the oldest is closed. */
  maxSilentSockets: 4_096,
  maxSilentSocketsPerAddress: 200,
} as const;

/** WebSockets, and the HTTP stream and long poll that stand in for them. */
export const TRANSPORT = {
  /** Of an answer, in one message from the node that holds the transport. */
  maxRelayedBytes: 192 * KIB,
  /** Frames of one WebSocket message. */
  maxFragments: 64,
  maxBufferedChunks: 1_024,
  /** How long the other side may take to answer a close frame. */
  closeTimeoutMs: 5_000,
  /** Messages are joined to frames up to this size; a single larger message is a frame of its own. */
  maxJoinedBytes: 256 * KIB,
  /** Random bytes in the id of an HTTP transport, which is a secret (T6). */
  idBytes: 24,
  /** Requests that open an HTTP transport and have not arrived completely; above it the oldest is closed. */
  maxIncompleteOpens: 1_024,
  /** Incomplete requests of one HTTP transport. A client needs one that sends and one that polls. */
  maxIncompleteRequests: 4,
  /** `retry` of a feed: a reader that lost its connection comes back after about this long. */
  feedRetryMs: 2_000,
} as const;

/** Large frames on a WebSocket, where it is configured (T13). */
export const COMPRESSION = {
  level: 1,
  /** In the thread pool, which also reads files. */
  maxConcurrent: 2,
  /** Above it, further frames are sent as they are. */
  maxQueuedBytes: 32 * MIB,
  /** Of each connection that sends compressed messages. */
  inflateChunkBytes: 4 * KIB,
} as const;

/** Connections that have not been authenticated. */
export const HANDSHAKE = {
  /** Above these the oldest connection of the address, or of all, is closed. */
  maxConnections: 4_096,
  maxConnectionsPerAddress: 100,
  /** Bytes that all of them together may have sent. */
  maxBytes: 64 * MIB,
  /** What one of them may send before it is authenticated. */
  maxQueuedMessages: 512,
  maxQueuedBytes: 2 * MIB,
  /** How long a connection above the configured rate waits (T12); less than the client's `OPEN_TIMEOUT_MS`. */
  maxWaitMs: 2_000,
  /** `Retry-After` of connections that cannot wait (T12). */
  retryAfterS: 3,
} as const;

/** `retryAfterMs` of a connection above the limit of its user; less when the others may be of a node that was lost. */
export const CONNECTION_LIMITS = { retryMs: 30_000, retryElsewhereMs: 5_000 } as const;

/** What one connection may send at once; the long run is configured. */
export const INGRESS = {
  /** Messages at once, in seconds of the configured rate. */
  burstSeconds: 10,
  burstBytes: 24 * MIB,
} as const;

/** A message cut into fragments (W7). */
export const FRAGMENTS = {
  /** Each `minProgressBytes` must arrive within this time. */
  timeoutMs: 10_000,
  minProgressBytes: 64 * KIB,
} as const;

/** Connections that read more slowly than they are sent to. */
export const SLOW_CONSUMER = {
  /** Above it, messages that the next value replaces are not sent (T10). */
  conflateThresholdBytes: 64 * KIB,
  /** Above it, or above `conflateThresholdBytes` for `lagAfterMs`, the connection lags: channels pause (T11). */
  lagThresholdBytes: 1 * MIB,
  lagAfterMs: 5_000,
  /** With this many lags within `lagWindowMs` the connection is closed (T11). */
  maxLags: 3,
  lagWindowMs: MINUTE_MS,
  /** Channels that catch up at the same time; others wait for the next check. */
  maxCatchingUp: 8,
  checkIntervalMs: 200,
  /** Above it, requested or not, `open` waits. */
  openPauseBytes: 1 * MIB,
  /** Above it, not counting documents that the client opened, the connection is closed (T11). */
  maxQueuedBytes: 16 * MIB,
  /** A connection that takes less than `minProgressBytes` of requested data in this time is closed (T11). */
  stallTimeoutMs: 5_000,
  minProgressBytes: 64 * KIB,
} as const;

export const OPEN_QUEUE = { maxConcurrent: 8, maxQueued: 512 } as const;

/** Updates refused as harmful; one above the limit closes the connection and bans new ones for a time (W19). */
export const VIOLATIONS = {
  maxPerUser: 3,
  maxPerAddress: 12,
  windowMs: MINUTE_MS,
  /** The first ban; each further one doubles. */
  banFirstMs: 5_000,
  banCapMs: MINUTE_MS,
  maxTracked: 10_000,
} as const;

/** HTTP requests by user, or by address for new guests: `burst` at once, `perSecond` in the long run. */
export const REQUEST_RATES = {
  /** One address may be a whole school. */
  guests: { burst: 200, perSecond: 5 },
  /** Attempts to sign in (AC6): of unknown browsers with an account, from everywhere and from one network; of a known one. */
  signInsOfAccount: { burst: 60, perSecond: 1 / 30 },
  signInsOfAccountFromAddress: { burst: 10, perSecond: 1 / 60 },
  signInsOfDevice: { burst: 10, perSecond: 1 / 60 },
  signInsFromAddress: { burst: 40, perSecond: 1 },
  /** Challenges to sign in with a passkey, also for pages that only offer it; of a known browser by itself (PK11). */
  passkeyChallengesFromAddress: { burst: 200, perSecond: 2 },
  /** Mails (AC28): asked for from one network, sent to one e-mail address, and sent from the whole server. */
  mailsFromAddress: { burst: 20, perSecond: 1 / 60 },
  mailsToAddress: { burst: 12, perSecond: 24 / (DAY_MS / 1_000) },
  /** Notices by themselves: they keep nobody from getting a link (AC32). */
  noticesToPerson: { burst: 12, perSecond: 24 / (DAY_MS / 1_000) },
  mails: { burst: 300, perSecond: 0.1 },
  /** Addresses that one person invites, and mails about it: to one address, and from the whole server (IA4). */
  invitationsOfPerson: { burst: 30, perSecond: 30 / (DAY_MS / 1_000) },
  shareMailsToAddress: { burst: 5, perSecond: 5 / (DAY_MS / 1_000) },
  shareMails: { burst: 100, perSecond: 0.1 },
  directory: { burst: 60, perSecond: 2 },
  /** Digests that a node mails (DG8). */
  digests: { burst: 300, perSecond: 1 },
  /** Clicks on the links of one person's mails (DG7). */
  unsubscribes: { burst: 10, perSecond: 1 / 60 },
  changes: { burst: 100, perSecond: 10 },
  reads: { burst: 200, perSecond: 20 },
  uploads: { burst: 100, perSecond: 2 },
  /** A page may show hundreds of images, and asks for each again when it is opened again. */
  downloads: { burst: 1_000, perSecond: 50 },
  history: { burst: 60, perSecond: 5 },
  /** Pages on the web, and their files, by address (PB8). */
  publicPages: { burst: 300, perSecond: 20 },
  publicFiles: { burst: 1_000, perSecond: 50 },
} as const;
export type RequestRate = keyof typeof REQUEST_RATES;
export const MAX_TRACKED_CALLERS = 10_000;

export const SIGN_IN_RATE = {
  /** What an attempt of an unknown browser takes from what its network has, once the account has none left (AC6). */
  costUnderAttack: 5,
  /** Somebody who tries many accounts, from more than 150 networks, makes a server forget what it has counted (AC6). */
  maxTracked: 100_000,
} as const;

export const DRAIN = {
  /** Clients are told to reconnect over at least `spreadMs`, at no more than `connectionsPerSecond`. */
  spreadMs: 1_000,
  connectionsPerSecond: 2_000,
  timeoutMs: 30_000,
  /** Between the last message and closing the sockets. */
  flushMs: 250,
} as const;

/** Writes to connections are batched (see `runtime/flush-scheduler.ts`). */
export const FLUSH = {
  /** After this many writes, each within `loadedGapMs` of the last, a connection writes every `loadedIntervalMs`. */
  loadedAfterWrites: 20,
  /** Two or three people who type are further apart, and are not delayed. */
  loadedGapMs: 12,
  loadedIntervalMs: 20,
  /** How often output that is held back tries again. */
  heldIntervalMs: 20,
  /** Above it the turn's connections are flushed in slices. */
  maxUnsliced: 2_000,
  sliceSize: 1_000,
} as const;

export const TIMER_WHEEL = { tickMs: 100 } as const;

export const WORKER = {
  /** How often the supervisor checks whether the current work exceeded its budget. */
  watchdogIntervalMs: 250,
  /** The heap only: bytes of snapshots and rows lie beside it. */
  maxHeapMib: 1_024,
  /** The first restart is immediate; the delays of the next ones double. */
  restartFirstMs: 100,
  restartCapMs: 5_000,
  restartHealthyAfterMs: MINUTE_MS,
  /** What is queued at shutdown is committed within this time, or stays with its senders. */
  stopTimeoutMs: 10_000,
} as const;

/** A worker that answers nothing while answers are due: its disk hangs, or it is overloaded. */
export const STORAGE_STALL = {
  checkIntervalMs: 1_000,
  /** Open documents and connections learn of it after this time (W44). */
  afterMs: 5_000,
} as const;

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

/** Until the mail server has to answer, at each step. */
export const MAIL = {
  connectTimeoutMs: 10_000,
  /** Servers look for viruses before they answer to a mail, and then deliver it (RFC 5321, 4.5.3.2). */
  replyTimeoutMs: 3 * MINUTE_MS,
  /** For a whole mail, however slowly its server answers. */
  deadlineMs: 5 * MINUTE_MS,
} as const;

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

/** Reading again who may enter, after the database has failed (AC22). */
export const REREAD_RETRY = { baseMs: 250, capMs: 5_000, jitter: 0.5 } as const;

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
  /** Postgres cancels a query that takes longer (SE11). A search has five at most. */
  queryLimitMs: 3_000,
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

/** Documents on the web: PB1 to PB11. */
export const PUBLIC_PAGES = {
  /** Random, in an address (PB1). */
  idBytes: 16,
  /** Of one person (PB1). */
  maxPerPerson: 200,
  descriptionLength: 200,
  /** A page that would be longer says so (PB10). */
  maxHtmlBytes: 2 * MIB,
  cachedBytes: 64 * MIB,
  /** Of those of one person, so that nobody takes the places of everyone (PB5). */
  cachedBytesOfPerson: 8 * MIB,
  /** How old the position may be that a page is compared with (PB5). */
  freshMs: 200,
  /** After a page was made, its document rests for so many times as long as that took in the thread (PB5). */
  restFactor: 4,
  /** A reader of a publication that has no page yet waits for a rest that ends within this time. */
  maxRestWaitMs: 2_000,
  /** After one that could not be made, as when the database did not answer. */
  failureRestMs: 1_000,
  /** What cannot be made of a document is tried again after this time, or once it has changed (PB5). */
  failedMs: 10 * MINUTE_MS,
  /** For the pages that are made before. */
  maxWaitMs: 10_000,
  /** Documents whose last page, or failure, is remembered. */
  maxAttempts: 10_000,
  /** Of the pages on their way to readers, each counted once: of all, and of those in one network (PB10). */
  maxBytesInFlight: 256 * MIB,
  maxBytesOfNetwork: 32 * MIB,
  maxTransfersOfNetwork: 64,
  /** Of all readers whose network is not known. */
  maxTransfersOfUnknown: 1_000,
  chunkBytes: 16 * KIB,
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

/** What administrators see of people: AD2, AD6 of `accounts/README.md`. */
export const ADMINISTRATION = {
  /** People who are read at once, and for one page of a search. */
  perScan: 500,
  maxScanned: 20_000,
  maxLargest: 10,
} as const;

/** Webhooks: rules WH1 to WH14 of `webhooks/README.md`. */
export const WEBHOOKS = {
  secretBytes: 32,
  timeoutMs: 10_000,
  /** Of one question to a name server; it is asked twice. */
  lookupTimeoutMs: 3_000,
  /** Of an answer; the rest is left. */
  maxAnswerBytes: 4_096,
  answerBodyMs: 500,
  maxHeaderBytes: 16_384,
  /** Of one webhook; further events are left out. */
  maxWaiting: 1_000,
  /** Of one webhook about one document. */
  maxWaitingOfDocument: 100,
  /** Webhooks that one step finds and tells. */
  perStep: 200,
  retry: { baseMs: 5_000, capMs: HOUR_MS, jitter: 0.5 },
  /** A failure so long after the event is the last one of its delivery. */
  deliverForMs: DAY_MS,
  /** The same, where the receiver says that the request itself is wrong. */
  refusedForMs: HOUR_MS,
  /** After this time without any success, a webhook is switched off. */
  failingForMs: 5 * DAY_MS,
  /** Between two deliveries about the text of a document; and between two looks at who hears of it. */
  changeIntervalMs: MINUTE_MS,
  /** For how long deliveries to one webhook go on while others wait for a turn. */
  turnMs: 5_000,
  /** Deliveries of a person, on one node, and how long those beyond wait before they ask again. */
  rate: { burst: 100, perSecond: 5 },
  perPerson: 4,
  waitMs: 1_000,
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

export const LINK_EXPIRY = {
  /** Links that end at the same time, one after the other. */
  batch: 100,
  /** Between two looks at what ends next: the system's clock may be corrected. */
  maxWaitMs: 60_000,
  minWaitMs: 20,
  retry: { baseMs: 200, capMs: 2_000, jitter: 0.5 },
} as const;

export const PRESENCE = {
  /** A crowd begins at `MAX_SHOWN_MEMBERS` and ends below this, so that it does not flap (PR4). */
  crowdEndsBelow: 450,
  /** A crowd's changes are sent at an interval that grows with its receivers, up to a maximum (PR8). */
  msPerReceiver: 0.5,
  maxIntervalMs: 5_000,
  /** A member of a crowd who was active is shown at least this long (PR4). */
  minShownMs: 10_000,
  /** Shown members replaced in one message (PR4). */
  maxReplaced: 20,
  /** Client ids of one member; all nameless clients share a member. */
  maxClientsPerMember: 80,
  /** People who left, remembered for the differences of clients that come back. */
  maxDeparted: 500,
} as const;

/** Cursors of one room: see `presence/cursor-rate-controller.ts`. */
export const CURSORS = {
  /** Deliveries of cursors per second, and what one delivery costs in cursors (PR6). */
  perSecond: 50_000,
  perDelivery: 4,
  /** A slower rate is kept at least this long (PR6). */
  minSlowMs: 2_000,
  /** Cursors shown: those that moved last (PR7). */
  maxShown: 50,
  /** A cursor that moved stays shown this long (PR7). */
  minShownMs: 5_000,
  /** Awareness ids of people who left that a room remembers. */
  maxDepartedClients: 1_000,
} as const;

export const COMMAND_LIMITS = {
  /** Under load, commands that arrive within it go to the worker together (decision 0019). */
  intervalMs: 2,
  /** Other writers of the database run between two transactions. */
  perTransaction: 100,
  /** Unanswered commands of one connection, waiting and running (W27). */
  maxQueued: 64,
  /** A name change is sent to each document of the person, and counts as so many commands. */
  profileChangeCost: 5,
  /** `retryAfterMs` for a document that could not be created. */
  retryMs: 1_000,
  /** A command that was running when this many workers ended is refused. */
  maxAttempts: 3,
  /** How long a command can be repeated (W25). */
  resultLifetimeMs: 31 * DAY_MS,
  /** Expired results are deleted so many at a time, so that others write in between. */
  resultsPerSweep: 500,
  resultSweepMs: HOUR_MS,
  /** Commands whose fault was logged, so that it is not logged at each repetition. */
  maxLoggedFaults: 1_000,
} as const;

/** Events that a person's commands publish (W27): `burst` at once, `perSecond` in the long run. */
export const FAN_OUT = {
  rate: { burst: 2_000, perSecond: 100 },
  /** Of a command that counts for nothing. */
  free: 5,
  retryMs: 1_000,
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

/** Limits by user and by address that count in the whole cluster: `rate-limits/README.md`. */
export const SHARED_LIMITS = {
  /** LI2, LI4: a smaller share of a limit is not reported. */
  reportedShare: 0.1,
  /** LI2 */
  intervalMs: 100,
  repeatMs: 5_000,
  /** LI3 */
  forgetAfterMs: 12_000,
  /** Users and addresses; fewer, if the message would be larger than 64 KiB. */
  perMessage: 1_000,
  /** Users and addresses that one node reports; more are not counted elsewhere. */
  maxReported: 50_000,
} as const;

export const METRICS = {
  /** Latencies of one second behind the dashboard's percentiles; above it, a uniform sample. */
  latencySamples: 1_024,
  /** Each sample wakes the process: at 10 ms, sampling was half of the load of an idle server. */
  loopDelayResolutionMs: 50,
  loopDelayIntervalMs: 1_000,
  maxTopRooms: 10,
  /** A page of metrics waits this long for the database. */
  countJobsTimeoutMs: 1_000,
  spanExportIntervalMs: 5_000,
  spanExportTimeoutMs: 10_000,
  maxQueuedSpans: 4_096,
} as const;

/** The self-probe: a message once an interval, every `commitEvery`th through the journal. */
export const PROBE = {
  intervalMs: 1_000,
  /** On a server without other connections: each probe costs milliseconds. */
  unusedIntervalMs: 30_000,
  commitEvery: 10,
  timeoutMs: 5_000,
} as const;
