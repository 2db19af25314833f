/**
 * The server's own limits and times; those of the wire are in `@tandem/protocol`, those of the engine
 * beside it. What an operator may want to change is in `configuration.ts`.
 */

/** Bodies of the HTTP API. */
export const MAX_HTTP_BODY_BYTES = 64 * 1024;
/** Headers must be complete after this long; Node looks every `HTTP_CHECK_INTERVAL_MS`. */
export const HTTP_HEADERS_TIMEOUT_MS = 5_000;
export const HTTP_REQUEST_TIMEOUT_MS = 15_000;
export const HTTP_CHECK_INTERVAL_MS = 1_000;
/** Longer than proxies keep theirs open (60 s), or they would send a request into a socket that is closing. */
export const HTTP_KEEP_ALIVE_MS = 75_000;

export const SESSION_LIFETIME_MS = 400 * 24 * 3_600_000;
/** How often sessions that are over are forgotten. */
export const SESSION_SWEEP_MS = 24 * 3_600_000;
/** Opening a document again so soon is the same visit. */
export const SAME_VISIT_MS = 3_600_000;
export const TOKEN_LIFETIME_MS = 10 * 60_000;
/** Bytes of chance in a session cookie. */
export const COOKIE_BYTES = 32;
/** People shown with a document in a list. */
export const MAX_PRESENT_SHOWN = 8;

/** One turn of the wheel that keeps all slow time. */
export const WHEEL_TICK_MS = 100;

/** WebSocket frames that one message may be cut into, and chunks that may wait. */
export const MAX_FRAGMENTS = 64;
export const MAX_BUFFERED_CHUNKS = 1_024;
/** After our close frame, the other side gets this long to answer it. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** What a connection may send before it is known who it is. */
export const MAX_WAITING_MESSAGES = 512;
export const MAX_WAITING_BYTES = 2 * 1024 * 1024;

/** Frames to a client are joined up to this size; one message alone may be larger. */
export const MAX_JOINED_BYTES = 256 * 1024;
/** More than this waiting in a socket, and nothing new is opened for it. */
export const CONGESTED_BYTES = 1024 * 1024;
/** More than this beside what it asked for by opening documents, and the socket is closed. */
export const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
/** A congested socket that takes less than `MIN_PROGRESS_BYTES` in this time is closed. */
export const STALL_TIMEOUT_MS = 5_000;
export const MIN_PROGRESS_BYTES = 64 * 1024;
export const CONGESTION_CHECK_MS = 500;
/** What a connection may send at once, over the long run that is configured. */
export const BURST_MESSAGES_SECONDS = 10;
export const BURST_BYTES = 24 * 1024 * 1024;
/**
 * Updates of one user that may be refused in `OFFENCES_WINDOW_MS` for the harm they would do, and those
 * of one address; with the next, its connection is closed, and new ones wait.
 */
export const OFFENCES_PER_USER = 3;
export const OFFENCES_PER_ADDRESS = 12;
export const OFFENCES_WINDOW_MS = 60_000;
/** How long new connections wait after the first offence too many; twice as long after each further one. */
export const BAR_FIRST_MS = 5_000;
export const BAR_CAP_MS = 60_000;
export const MAX_REMEMBERED_OFFENDERS = 10_000;
/** After the first part of a message, and after each with `MIN_PROGRESS_BYTES`, until more of it comes. */
export const PARTS_TIMEOUT_MS = 10_000;
/** Documents that one connection may be opening at once; others wait their turn. */
export const MAX_OPENING = 8;

/** Members in one `presence:changed`; more of them take several. */
export const MEMBERS_PER_MESSAGE = 200;
/** Awareness ids of people who left that a room remembers. */
export const MAX_DEPARTED_CLIENTS = 1_000;

/** A list's excerpt follows the text after this long. */
export const EXCERPT_DELAY_MS = 2_000;

/** Clients told to go come back over at least this long, and at this rate. */
export const DRAIN_SPREAD_MS = 1_000;
export const DRAIN_CONNECTIONS_PER_SECOND = 2_000;
export const DRAIN_TIMEOUT_MS = 30_000;
/** Between saying goodbye and closing the sockets. */
export const DRAIN_FLUSH_MS = 250;

/** Guests that one address may make at once, and in the long run. */
export const GUESTS_AT_ONCE = 60;
export const GUESTS_PER_SECOND = 0.2;
/** Requests of one user that change something; each may wait for the disk. */
export const CHANGES_AT_ONCE = 100;
export const CHANGES_PER_SECOND = 10;
export const MAX_REMEMBERED_CALLERS = 10_000;
