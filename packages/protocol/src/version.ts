/** The wire version. Raise it when an old peer could misread a new message; the schema snapshot is pinned to it. */
export const PROTOCOL_VERSION = 1;

/**
 * The version of channel states that a device keeps. A page reads a state of another version again from the server:
 * an older page has left out the fields and events that it did not know. Raise it when a state or an event changes.
 */
export const CHANNEL_STATE_VERSION = 1;

/** WebSocket subprotocols, best first: binary frames, and the same messages as JSON text. */
export const SUBPROTOCOL_BINARY = 'tandem.v1';
export const SUBPROTOCOL_JSON = 'tandem.v1.json';

/** Path of the native socket. */
export const SYNC_PATH = '/sync';

/** Path prefix of the socket for stock Yjs clients: `/yjs/<document>`. */
export const YJS_PATH = '/yjs';
