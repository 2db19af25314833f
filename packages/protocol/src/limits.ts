/** Every limit and time of the wire, with its unit in the name. Values are defaults; a server may be stricter. */

/** A frame before `hello` has been accepted. */
export const MAX_FRAME_BYTES_BEFORE_HELLO = 64 * 1024;
/** A frame after it. A larger message travels in `part`s. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** A message put together from its parts. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** One update, which must fit into a message with its header. */
export const MAX_UPDATE_BYTES = MAX_MESSAGE_BYTES - 1024;
/**
 * The body of a control message (anything that is not raw Yjs bytes), by who sends it. The server's
 * hold state vectors, which grow with everyone who ever wrote in a document.
 */
export const MAX_CONTROL_BYTES = { client: 64 * 1024, server: MAX_MESSAGE_BYTES } as const;
/** Messages in one frame. */
export const MAX_MESSAGES_PER_FRAME = 1024;
/** Nesting of a MessagePack or JSON body. */
export const MAX_CONTROL_DEPTH = 16;

export const MAX_CHANNELS_PER_CONNECTION = 200;
export const MAX_STATE_VECTOR_BYTES = 48 * 1024;

/** One awareness message of a client, and its state in it. What the server tells of it may be longer. */
export const MAX_AWARENESS_BYTES = 16 * 1024;
export const MAX_AWARENESS_STATE_BYTES = 4 * 1024;
export const MAX_AWARENESS_STATE_DEPTH = 16;
export const MAX_AWARENESS_CLIENTS_PER_CONNECTION = 4;

export const HELLO_TIMEOUT_MS = 5_000;

/** The server's ping: every 25 s ± 10 %, an answer within 5 s, two misses close. */
export const PING_INTERVAL_MS = 25_000;
export const PING_JITTER = 0.1;
export const PONG_TIMEOUT_MS = 5_000;
export const MAX_MISSED_PONGS = 2;

/** The client's probe: after this long without a frame it sends a ping, and gives the answer `PROBE_TIMEOUT_MS`. */
export const PROBE_AFTER_MS = 8_000;
export const PROBE_AFTER_UNSAVED_MS = 3_000;
export const PROBE_TIMEOUT_MS = 2_000;
/** A hidden tab relies on the server's ping, and gives up after this long without a frame. */
export const HIDDEN_DEADLINE_MS = 35_000;

export const OPEN_TIMEOUT_MS = 10_000;
export const RECONNECT_FIRST_MS = 250;
export const RECONNECT_BASE_MS = 1_000;
export const RECONNECT_CAP_MS = 30_000;
export const RECONNECT_HEALTHY_AFTER_MS = 10_000;

/** A person who left without saying so is shown for this long, so that a reload does not flicker. */
export const ABRUPT_LEAVE_MS = 10_000;
export const PRESENCE_INTERVAL_MS = 250;
/** How often a client says where its cursor is, among a few people; a server asks for longer pauses among many. */
export const AWARENESS_INTERVAL_MS = 33;
export const MAX_AWARENESS_INTERVAL_MS = 60_000;
/** Of more people than this, only a page is shown, of those who did something last, and the others are counted. */
export const MAX_SHOWN_MEMBERS = 500;
export const MAX_LISTED_MEMBERS = 100;

export const TYPING_REFRESH_MS = 3_000;
export const TYPING_EXPIRY_MS = 5_000;
export const MAX_TYPING_NAMES = 5;

/** A search in a list. */
export const MAX_SEARCH_LENGTH = 200;
export const MAX_SEARCH_WORDS = 8;

export const MAX_DOCUMENT_ID_LENGTH = 64;
export const MAX_TITLE_LENGTH = 200;
/** Of a name that is asked for: documents and channels have shorter ones, and a longer one is that of nothing. */
export const MAX_REQUESTED_NAME_LENGTH = 256;
/** A list shows this many characters of a document's text. */
export const MAX_EXCERPT_LENGTH = 200;
export const MAX_NAME_LENGTH = 40;
/** People's colours are indices into a palette that both themes define. */
export const COLOR_COUNT = 8;

/** Commands that wait for an answer on one connection. */
export const MAX_COMMANDS_IN_FLIGHT = 32;
/** Commands that write rows other than chat; chat; per connection, with bursts of `COMMAND_BURST`. */
export const COMMANDS_PER_SECOND = 10;
export const CHAT_COMMANDS_PER_SECOND = 100;
export const COMMAND_BURST = 40;
/** Channels of which an answer to a command says where its events end: the first that it told. */
export const MAX_DONE_POSITIONS = 4;

/** A gap in a channel may close by itself for this long, before it is asked for. */
export const GAP_HOLD_MS = 200;
/** What a channel keeps in memory for those who come back. */
export const RECOVERY_EVENTS = 300;
export const RECOVERY_BYTES = 1024 * 1024;
export const RECOVERY_MS = 600_000;

/** The server asks for a new token this long before the old one ends, and waits so much longer. */
export const REAUTHENTICATE_BEFORE_MS = 60_000;
export const REAUTHENTICATE_GRACE_MS = 25_000;

export const MAX_CHAT_TEXT_LENGTH = 4_000;
export const MAX_CHAT_MENTIONS = 20;
/** Emoji may be several code points with joiners. */
export const MAX_EMOJI_LENGTH = 32;
export const MAX_REACTIONS_PER_MESSAGE = 20;
/** Ranges of deleted messages that the newest values of a chat name, for counts of what is new. */
export const MAX_DELETED_RANGES = 50;
/** Messages in the state of a chat, and in a page of history unless another number is asked for. */
export const MAX_CHAT_PAGE = 50;
/** Messages in the largest page of history. */
export const MAX_CHAT_HISTORY_PAGE = 500;

/** Documents in the state of a library, and in a page of it. */
export const MAX_LIBRARY_PAGE = 100;
/** What the states of the other channels hold at most. */
export const MAX_FOLLOWED_DOCUMENTS = 500;
export const MAX_SHARING_MEMBERS = 100;
export const MAX_DASHBOARD_SAMPLES = 300;

export const ACTIVITY_INTERVAL_MS = 1_000;
export const DASHBOARD_INTERVAL_MS = 1_000;

/** People that one search for somebody one has met finds. */
export const MAX_MET_PEOPLE = 20;
