/**
 * The server's limits and times, grouped by what they protect, with the rule of PROTOCOL.md that names
 * the value. Limits of the wire are in `@tandem/protocol`, limits of the engine in `engine/limits.ts`.
 * Operators change what is in `configuration/configuration.ts`, nothing here.
 */

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

/** Until the mail server has to answer, at each step. */
export const MAIL = {
  connectTimeoutMs: 10_000,
  /** Servers look for viruses before they answer to a mail, and then deliver it (RFC 5321, 4.5.3.2). */
  replyTimeoutMs: 3 * MINUTE_MS,
  /** For a whole mail, however slowly its server answers. */
  deadlineMs: 5 * MINUTE_MS,
} as const;

/** Reading again who may enter, after the database has failed (AC22). */
export const REREAD_RETRY = { baseMs: 250, capMs: 5_000, jitter: 0.5 } as const;

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

export const LINK_EXPIRY = {
  /** Links that end at the same time, one after the other. */
  batch: 100,
  /** Between two looks at what ends next: the system's clock may be corrected. */
  maxWaitMs: 60_000,
  minWaitMs: 20,
  retry: { baseMs: 200, capMs: 2_000, jitter: 0.5 },
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
