/**
 * The server's own limits and times; those of the wire are in `@tandem/protocol`, those of the engine
 * beside it. What an operator may want to change is in `configuration.ts`.
 */
import { RECOVERY_EVENTS } from '@tandem/protocol';

/** Bodies of the HTTP API. */
export const MAX_HTTP_BODY_BYTES = 64 * 1024;
/** Headers must be complete after this long; Node looks every `HTTP_CHECK_INTERVAL_MS`. */
export const HTTP_HEADERS_TIMEOUT_MS = 5_000;
export const HTTP_REQUEST_TIMEOUT_MS = 15_000;
export const HTTP_CHECK_INTERVAL_MS = 1_000;
/** Longer than proxies keep theirs open (60 s), or they would send a request into a socket that is closing. */
export const HTTP_KEEP_ALIVE_MS = 75_000;

/** What is asked for while the server starts may be asked for again after this long. */
export const START_RETRY_AFTER_S = 2;

/** A change over HTTP that is not on disk after so long is answered as one that cannot be stored now. */
export const MAX_HTTP_WRITE_MS = 5_000;

/** Requests of one TCP connection without an answer; with one more, it is closed. */
export const MAX_UNANSWERED_REQUESTS = 16;
/** TCP connections that were answered and ask for nothing; of more, the one that was used longest ago is closed. */
export const MAX_IDLE_SOCKETS = 4_096;
/** Requests that open a transport over HTTP, until all of them is there; of more, the oldest has to go. */
export const MAX_ARRIVING_OPENINGS = 1_024;
/** Requests of one transport over HTTP, likewise; a client has one on its way up, and one that asks. */
export const MAX_ARRIVING_REQUESTS = 4;

export const SESSION_LIFETIME_MS = 400 * 24 * 3_600_000;
/** How often sessions that are over are forgotten. */
export const SESSION_SWEEP_MS = 24 * 3_600_000;
/** People who are looked at in one step of forgetting guests, none of them younger than the grace. */
export const GUESTS_LOOKED_AT_ONCE = 500;
export const GUEST_GRACE_MS = 24 * 3_600_000;
/** Opening a document again so soon is the same visit. */
export const SAME_VISIT_MS = 3_600_000;
/** Visits are gathered for so long, or until there are so many, and written together. */
export const VISITS_GATHERED_MS = 100;
export const MAX_GATHERED_VISITS = 100;
/** Visits that are known to be on disk. */
export const MAX_REMEMBERED_VISITS = 20_000;
/** Who may come into a document is remembered while somebody is there, and for so long after. */
export const ACCESS_CACHE_MS = 2 * 60_000;
export const MAX_CACHED_ACCESS = 50_000;
/** People and their sessions, after they were last looked up. */
export const PERSON_KEPT_MS = 2 * 60_000;
export const MAX_REMEMBERED_PEOPLE = 20_000;
/** Tokens that were found good, after they were last said. */
export const TOKEN_KEPT_MS = 2 * 60_000;
export const MAX_REMEMBERED_TOKENS = 10_000;
/** A document that changes is told to the libraries of this many people: those who opened it last. */
export const MAX_TOLD_LIBRARIES = 1_000;
/** A person's new name is told to the chats, and to the lists of people, of this many documents: those changed last. */
export const MAX_TOLD_DOCUMENTS = 100;
/** People whom a document's owner may give a role. */
export const MAX_MEMBERS = 50;
/** People who react to one chat message, each emoji counted. */
export const MAX_REACTIONS_IN_ALL = 1_000;
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

/** Connections that have not said who they are: of one address, and all; then the oldest has to go. */
export const MAX_PRE_AUTH_CONNECTIONS_PER_ADDRESS = 100;
export const MAX_PRE_AUTH_CONNECTIONS = 4_096;
/** What all of them together may have sent. */
export const MAX_PRE_AUTH_BYTES = 64 * 1024 * 1024;
/** TCP connections without a whole request yet, likewise. */
export const MAX_SILENT_SOCKETS_PER_ADDRESS = 200;
export const MAX_SILENT_SOCKETS = 4_096;
/** Bytes of chance in the name of an HTTP transport, which is its secret. */
export const TRANSPORT_ID_BYTES = 24;
/** New connections beyond those of a second wait for so long at most; it is less than a client gives an opening. */
export const MAX_HELLO_WAIT_MS = 2_000;
/** What those that cannot wait are told. */
export const HELLO_RETRY_AFTER_S = 3;
/** Frames to a client are joined up to this size; one message alone may be larger. */
export const MAX_JOINED_BYTES = 256 * 1024;
/** A reader of a feed that was cut off comes back after about so long. */
export const FEED_RETRY_MS = 2_000;
/** More than this waiting for one connection, and nothing is sent to it that the next value makes up for. */
export const CONFLATE_THRESHOLD_BYTES = 64 * 1024;
/** More than this, or pressed for so long, and its channels get nothing new until it has taken what waits. */
export const LAG_THRESHOLD_BYTES = 1024 * 1024;
export const LAG_AFTER_MS = 5_000;
/** With so many lags in a minute, it is closed. */
export const MAX_LAGS = 3;
export const LAGS_WINDOW_MS = 60_000;
/** Channels that catch up at once; others wait for the next check. */
export const MAX_CATCHING_UP = 8;
export const SEND_QUEUE_CHECK_MS = 200;
/** More than this waiting, asked for or not, and nothing new is opened for it. */
export const OPEN_PAUSE_BYTES = 1024 * 1024;
/** More than this beside what it asked for by opening documents, and it is closed. */
export const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
/** A connection that asked for much and takes less than `MIN_PROGRESS_BYTES` in this time is closed. */
export const STALL_TIMEOUT_MS = 5_000;
export const MIN_PROGRESS_BYTES = 64 * 1024;
/** What a connection may send at once, over the long run that is configured. */
export const BURST_MESSAGES_SECONDS = 10;
export const BURST_BYTES = 24 * 1024 * 1024;
/**
 * Updates of one user that may be refused in `VIOLATIONS_WINDOW_MS` for the harm they would do, and those
 * of one address; with the next, its connection is closed, and new ones wait.
 */
export const VIOLATIONS_PER_USER = 3;
export const VIOLATIONS_PER_ADDRESS = 12;
export const VIOLATIONS_WINDOW_MS = 60_000;
/** How long new connections wait after the first violation too many; twice as long after each further one. */
export const BAN_FIRST_MS = 5_000;
export const BAN_CAP_MS = 60_000;
export const MAX_REMEMBERED_VIOLATORS = 10_000;
/** After the first part of a message, and after each with `MIN_PROGRESS_BYTES`, until more of it comes. */
export const FRAGMENTS_TIMEOUT_MS = 10_000;
/** Documents that one connection may be opening at once; others wait their turn. */
export const MAX_OPENING = 8;
export const MAX_WAITING_OPENINGS = 512;

/** A crowd, of which a page is shown, is one again below this; it is less than where it begins, so that it does not flap. */
export const CROWD_ENDS_BELOW = 450;
/** In a crowd, changes are told after so long per receiver, within bounds. */
export const PRESENCE_MS_PER_RECEIVER = 0.5;
export const MAX_PRESENCE_INTERVAL_MS = 5_000;
/** Who did something is shown in a crowd for at least so long. */
export const PAGE_PLACE_MS = 10_000;
/** Places that change in one telling. */
export const MAX_PAGE_TURNOVER = 20;
/** Client ids that a member is shown with; whoever has no name shares a member with all others. */
export const MAX_CLIENTS_OF_MEMBER = 80;
/** People who left that a room remembers, for the differences of those who come back. */
export const MAX_DEPARTED_MEMBERS = 500;
/** What the cursors of one room may cost: see `presence/cursor-pace.ts`. */
export const CURSORS_PER_SECOND = 50_000;
export const CURSORS_PER_DELIVERY = 4;
/** A slower pace is asked for at least so long. */
export const PACE_HELD_MS = 2_000;
/** Cursors that a room shows: those that moved last. */
export const MAX_SHOWN_CURSORS = 50;
/** A cursor that moved keeps its place among them for so long. */
export const CURSOR_PLACE_MS = 5_000;
/** Awareness ids of people who left that a room remembers. */
export const MAX_DEPARTED_CLIENTS = 1_000;

/** A list's excerpt follows the text after this long. */
export const EXCERPT_DELAY_MS = 2_000;
/** Documents whose excerpts are written in one commit. */
export const EXCERPTS_TOGETHER = 10;

/** Clients told to go come back over at least this long, and at this rate. */
export const DRAIN_SPREAD_MS = 1_000;
export const DRAIN_CONNECTIONS_PER_SECOND = 2_000;
export const DRAIN_TIMEOUT_MS = 30_000;
/** Between saying goodbye and closing the sockets. */
export const DRAIN_FLUSH_MS = 250;

/** Latencies of a second that the dashboard's percentiles are of; of more, a fair sample. */
export const LATENCY_SAMPLES = 1_024;
/** Each look wakes the process: on a server that nobody uses, a look each 10 ms was half of what it did. */
export const LOOP_DELAY_RESOLUTION_MS = 50;
export const LOOP_DELAY_TURN_MS = 1_000;
export const MAX_TOP_ROOMS = 10;
/** Spans go to the collector this often, and no more than so many of them. */
export const SPAN_EXPORT_INTERVAL_MS = 5_000;
export const SPAN_EXPORT_TIMEOUT_MS = 10_000;
export const MAX_WAITING_SPANS = 4_096;
/** The self-probe sings; every so many times through the journal. */
export const PROBE_INTERVAL_MS = 1_000;
export const PROBE_COMMIT_EVERY = 10;
/** What it has not heard by then has failed. */
export const PROBE_TIMEOUT_MS = 5_000;

/** Guests that one address may make at once, and in the long run: a school has one address. */
export const GUESTS_AT_ONCE = 200;
export const GUESTS_PER_SECOND = 5;
/** Pages that could not become guests ask again after this long. */
export const GUEST_RETRY_MS = 3_000;
/** Requests of one user that change something; each may wait for the disk. */
export const CHANGES_AT_ONCE = 100;
export const CHANGES_PER_SECOND = 10;
/** Requests of one user that only read. */
export const READS_AT_ONCE = 200;
export const READS_PER_SECOND = 20;
export const MAX_REMEMBERED_CALLERS = 10_000;

/** Commands of one transaction; others use the database in between. */
export const COMMANDS_PER_TRANSACTION = 100;
/** Commands of one connection without an answer, the one that waits for its turn included. */
export const MAX_WAITING_COMMANDS = 64;
/** It is told in each document that a person has been in: it counts as so many commands. */
export const PROFILE_CHANGE_PRICE = 5;
/** A document that could not be made is tried again after this long. */
export const COMMAND_RETRY_MS = 1_000;
/** A command that was being carried out when so many workers ended is not tried again. */
export const MAX_COMMAND_ATTEMPTS = 3;
export const COMMAND_RESULT_KEPT_MS = 31 * 24 * 3_600_000;
/** Results that are over are forgotten at most so many in a transaction, one transaction in so many. */
export const RESULTS_FORGOTTEN_AT_ONCE = 500;
export const TRANSACTIONS_PER_SWEEP = 100;
/** The newest events of a channel that the database keeps; older ones go so many at once. */
export const KEPT_EVENTS = RECOVERY_EVENTS;
export const EVENTS_TRIMMED_AT_ONCE = 50;
/** Channels of which the command worker remembers where they end. */
export const MAX_KNOWN_HEADS = 20_000;
/** Events in one `events` to whoever comes back; more of them take several. */
export const EVENTS_PER_MESSAGE = 100;
/** How often channels that nobody reads, and events that are too old, are let go. */
export const CHANNEL_SWEEP_MS = 30_000;

/** A connection that has written so often, each time less than `HOT_GAP_MS` after the last, writes every `HOT_FLUSH_MS`. */
export const HOT_AFTER_WRITES = 20;
/** Two or three people who type are further apart, and are not kept waiting. */
export const HOT_GAP_MS = 12;
export const HOT_FLUSH_MS = 20;
/** More than so many at once are written to in slices. */
export const MAX_UNSLICED_FLUSH = 2_000;
export const FLUSH_SLICE = 1_000;

/** Of the documents changed last, so many are looked through for people one has met; of each person in each, so many rows. */
export const MAX_MET_DOCUMENTS = 200;
export const MAX_MET_ROWS = 2_000;

/** How often the supervisor checks whether a worker's current work exceeded its budget. */
export const WATCHDOG_INTERVAL_MS = 250;
/** The heap of one worker; the bytes of snapshots and rows lie beside it. */
export const MAX_WORKER_HEAP_MIB = 1_024;
/** A worker that ends is restarted at once, then after pauses that double. */
export const RESTART_FIRST_MS = 100;
export const RESTART_CAP_MS = 5_000;
export const RESTART_HEALTHY_AFTER_MS = 60_000;
/** A worker that shuts down commits what is queued within this time, or it stays with its senders. */
export const STOP_TIMEOUT_MS = 10_000;
