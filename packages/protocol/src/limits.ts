/** Limits and times of the wire, with units in the names. A server may be stricter. */

export const MAX_FRAME_BYTES_BEFORE_HELLO = 64 * 1024;
export const MAX_FRAME_BYTES = 1024 * 1024;
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
export const MAX_UPDATE_BYTES = MAX_MESSAGE_BYTES - 1024;
/**
 * The body of a control message (one without raw Yjs bytes), by sender. The server's contain state
 * vectors, which grow with the number of writers of a document.
 */
export const MAX_CONTROL_BYTES = { client: 64 * 1024, server: MAX_MESSAGE_BYTES } as const;
export const MAX_MESSAGES_PER_FRAME = 1024;
export const MAX_CONTROL_DEPTH = 16;

export const MAX_CHANNELS_PER_CONNECTION = 200;
export const MAX_STATE_VECTOR_BYTES = 48 * 1024;

/** One awareness message of a client, and its state. The server's messages may be longer. */
export const MAX_AWARENESS_BYTES = 16 * 1024;
export const MAX_AWARENESS_STATE_BYTES = 4 * 1024;
export const MAX_AWARENESS_STATE_DEPTH = 16;
export const MAX_AWARENESS_CLIENTS_PER_CONNECTION = 4;

export const HELLO_TIMEOUT_MS = 5_000;

/** The server pings every 25 s ± 10 %, waits 5 s for an answer, and closes after two misses. */
export const PING_INTERVAL_MS = 25_000;
export const PING_JITTER = 0.1;
export const PONG_TIMEOUT_MS = 5_000;
export const MAX_MISSED_PONGS = 2;

/**
 * The client pings after this long without a frame, and waits `PROBE_TIMEOUT_MS` for the answer.
 */
export const PROBE_AFTER_MS = 8_000;
export const PROBE_AFTER_UNSAVED_MS = 3_000;
export const PROBE_TIMEOUT_MS = 2_000;
/** A hidden tab relies on the server's ping, and disconnects after this long without a frame. */
export const HIDDEN_DEADLINE_MS = 35_000;

export const OPEN_TIMEOUT_MS = 10_000;
export const RECONNECT_FIRST_MS = 250;
export const RECONNECT_BASE_MS = 1_000;
export const RECONNECT_CAP_MS = 30_000;
export const RECONNECT_HEALTHY_AFTER_MS = 10_000;

/** A user whose connection broke is still shown for this long, so a reload does not flicker. */
export const ABRUPT_LEAVE_MS = 10_000;
export const PRESENCE_INTERVAL_MS = 250;
/** Minimum interval between a client's cursor updates; a server may ask for longer ones. */
export const AWARENESS_INTERVAL_MS = 33;
export const MAX_AWARENESS_INTERVAL_MS = 60_000;
/** Rooms above this size show the most recently active members and count the others. */
export const MAX_SHOWN_MEMBERS = 500;
export const MAX_LISTED_MEMBERS = 100;

export const TYPING_REFRESH_MS = 3_000;
export const TYPING_EXPIRY_MS = 5_000;
export const MAX_TYPING_NAMES = 5;

export const MAX_SEARCH_LENGTH = 200;
export const MAX_SEARCH_WORDS = 8;
/** Documents that link to one, in an answer. */
export const MAX_BACKLINKS = 50;
export const MAX_SEARCH_RESULTS = 20;

export const MAX_DOCUMENT_ID_LENGTH = 64;
export const MAX_TITLE_LENGTH = 200;
export const MAX_REQUESTED_NAME_LENGTH = 256;
export const MAX_EXCERPT_LENGTH = 200;
export const MAX_NAME_LENGTH = 40;
export const COLOR_COUNT = 8;

export const MAX_COMMANDS_IN_FLIGHT = 32;
/** Per connection: commands that write rows other than chat; chat; bursts of `COMMAND_BURST`. */
export const COMMANDS_PER_SECOND = 10;
export const CHAT_COMMANDS_PER_SECOND = 100;
export const COMMAND_BURST = 40;
export const MAX_DONE_POSITIONS = 4;

export const GAP_HOLD_MS = 200;
export const RECOVERY_EVENTS = 300;
export const RECOVERY_BYTES = 1024 * 1024;
export const RECOVERY_MS = 600_000;

/** The server asks for a new token this long before expiry, and waits as long again after it. */
export const REAUTHENTICATE_BEFORE_MS = 60_000;
export const REAUTHENTICATE_GRACE_MS = 25_000;

export const MAX_MESSAGE_TEXT_LENGTH = 4_000;
export const MAX_MENTIONS = 20;
export const MAX_EMOJI_LENGTH = 32;
export const MAX_REACTIONS_PER_MESSAGE = 20;
export const MAX_DELETED_RANGES = 50;
export const MAX_CHAT_PAGE = 50;
export const MAX_CHAT_HISTORY_PAGE = 500;
/** Of older messages, which come with their reactions: as many as fit, and at least one. */
export const MAX_CHAT_PAGE_BYTES = 1024 * 1024;

/** On an imported message, with all its emoji: people of whom only the name is known. */
export const MAX_IMPORTED_REACTION_NAMES = 100;
export const MAX_COMMENT_THREADS = 500;
export const MAX_THREAD_MESSAGES = 100;
/** Of all threads of a document, which are sent together: marks of deleted messages count. */
export const MAX_COMMENTS = 2_000;
/** Of the texts of all comments of a document, with their mentions, in UTF-8. */
export const MAX_COMMENTS_BYTES = 2 * 1024 * 1024;
export const MAX_COMMENT_REACTIONS = 10_000;
export const MAX_ANCHOR_QUOTE_LENGTH = 200;
export const MAX_ANCHOR_CONTEXT_LENGTH = 16;

export const MAX_LIBRARY_PAGE = 100;
export const MAX_FOLLOWED_DOCUMENTS = 500;
export const MAX_SHARING_MEMBERS = 100;
/** On a server. */
export const MAX_GROUPS = 200;
export const MAX_GROUP_PEOPLE = 100;
/** That give one group a role: who joins or leaves it gets or loses all of them at once. */
export const MAX_GROUP_DOCUMENTS = 100;
/** That have a role in one document. */
export const MAX_DOCUMENT_GROUPS = 10;
export const MAX_TRASH = 200;
/** The newest notifications, which are sent together. */
export const MAX_INBOX = 100;
export const MAX_INBOX_PAGE = 50;
/** An inbox shows all of it, as the excerpt of a message. */
export const MAX_REQUEST_MESSAGE_LENGTH = 200;
/** The favourites that a person made last are sent with the library. */
export const MAX_FAVOURITES = 100;
/** In the state of a library. */
export const MAX_TEMPLATES = 100;
/** A document is inside at most this many others. */
export const MAX_TREE_DEPTH = 32;
/** On all levels, also those in the trash: a move of a document moves them all. */
export const MAX_DOCUMENTS_INSIDE = 2_000;
/** About a thousand documents between the same two neighbours. */
export const MAX_POSITION_LENGTH = 200;
/** A document is deleted for good this long after it was moved to the trash. */
export const TRASH_MS = 30 * 24 * 60 * 60 * 1_000;
export const MAX_DASHBOARD_SAMPLES = 300;

export const ACTIVITY_INTERVAL_MS = 1_000;
export const DASHBOARD_INTERVAL_MS = 1_000;

export const MIN_PASSWORD_LENGTH = 10;
export const MIN_LINK_PASSWORD_LENGTH = 6;
export const MAX_PASSWORD_LENGTH = 200;

export const MAX_MET_PEOPLE = 20;
export const MAX_API_TOKENS = 50;
export const MAX_WEBHOOKS = 10;
export const MAX_WEBHOOK_URL_LENGTH = 1_000;
export const MAX_PASSKEYS = 20;

export const MAX_HISTORY_SESSIONS = 200;
export const MAX_NAMED_VERSIONS = 200;
export const MAX_VERSION_TITLE_LENGTH = 100;
/** Of rows in one answer; at least one row is sent. */
export const MAX_HISTORY_ROWS = 5_000;
export const MAX_HISTORY_ROW_BYTES = 1024 * 1024;
