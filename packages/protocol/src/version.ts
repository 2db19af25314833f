/** The wire version. Raise it when an old peer could misread a new message. */
export const PROTOCOL_VERSION = 1;

/**
 * The version of channel states that a device stores. A page reloads a state of another version
 * from the server, because an older page dropped unknown fields and events. Raise it when a state
 * or an event changes.
 */
export const CHANNEL_STATE_VERSION = 7;

export const SUBPROTOCOL_BINARY = 'tandem.v1';
export const SUBPROTOCOL_JSON = 'tandem.v1.json';

export const SYNC_PATH = '/sync';

export const YJS_PATH = '/yjs';
