/** Pins the wire limits that PROTOCOL.md promises; other tests use the constants. */
import { expect, test } from 'vitest';
import * as limits from './limits.ts';
import * as transports from './transports.ts';

const KIB = 1_024;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

test.each([
  [
    'a connection (W2, W6, W7, W11)',
    {
      MAX_FRAME_BYTES_BEFORE_HELLO: 64 * KIB,
      MAX_FRAME_BYTES: 1_024 * KIB,
      MAX_MESSAGE_BYTES: 16 * 1_024 * KIB,
      MAX_MESSAGES_PER_FRAME: 1_024,
      MAX_CONTROL_DEPTH: 16,
      MAX_CHANNELS_PER_CONNECTION: 200,
      HELLO_TIMEOUT_MS: 5 * SECOND,
    },
  ],
  [
    'who is there (W13)',
    {
      PING_INTERVAL_MS: 25 * SECOND,
      PING_JITTER: 0.1,
      PONG_TIMEOUT_MS: 5 * SECOND,
      MAX_MISSED_PONGS: 2,
      PROBE_AFTER_MS: 8 * SECOND,
      PROBE_AFTER_UNSAVED_MS: 3 * SECOND,
      PROBE_TIMEOUT_MS: 2 * SECOND,
      HIDDEN_DEADLINE_MS: 35 * SECOND,
    },
  ],
  [
    'coming back (W9)',
    {
      RECONNECT_FIRST_MS: 250,
      RECONNECT_BASE_MS: SECOND,
      RECONNECT_CAP_MS: 30 * SECOND,
      RECONNECT_HEALTHY_AFTER_MS: 10 * SECOND,
    },
  ],
  [
    'people (W22, W23, PR3, PR4, PR6, PR8)',
    {
      ABRUPT_LEAVE_MS: 10 * SECOND,
      PRESENCE_INTERVAL_MS: 250,
      AWARENESS_INTERVAL_MS: 33,
      MAX_AWARENESS_STATE_BYTES: 4 * KIB,
      MAX_AWARENESS_STATE_DEPTH: 16,
      MAX_AWARENESS_CLIENTS_PER_CONNECTION: 4,
      MAX_SHOWN_MEMBERS: 500,
      MAX_LISTED_MEMBERS: 100,
      TYPING_REFRESH_MS: 3 * SECOND,
      TYPING_EXPIRY_MS: 5 * SECOND,
      MAX_TYPING_NAMES: 5,
    },
  ],
  [
    'commands (W26, W27)',
    {
      MAX_COMMANDS_IN_FLIGHT: 32,
      COMMANDS_PER_SECOND: 10,
      CHAT_COMMANDS_PER_SECOND: 100,
      COMMAND_BURST: 40,
      MAX_DONE_POSITIONS: 4,
    },
  ],
  [
    'channels of events (W31, W32, W33)',
    {
      GAP_HOLD_MS: 200,
      RECOVERY_EVENTS: 300,
      RECOVERY_BYTES: 1_024 * KIB,
      RECOVERY_MS: 10 * MINUTE,
      ACTIVITY_INTERVAL_MS: SECOND,
      DASHBOARD_INTERVAL_MS: SECOND,
    },
  ],
  ['the tree of documents (TR1, TR10)', { MAX_TREE_DEPTH: 32, MAX_DOCUMENTS_INSIDE: 2_000 }],
  [
    'the session (W35)',
    { REAUTHENTICATE_BEFORE_MS: 60 * SECOND, REAUTHENTICATE_GRACE_MS: 25 * SECOND },
  ],
])('has the values of %s', (_matter, values) => {
  expect(limits).toMatchObject(values);
});

test('has the values of transports (T3, T4, T8, T9)', () => {
  expect(transports).toMatchObject({
    TRANSPORT_OPEN_TIMEOUT_MS: 4 * SECOND,
    TRANSPORT_REMEMBERED_MS: 10 * MINUTE,
    WEBSOCKET_RETRY_FIRST_MS: 30 * SECOND,
    WEBSOCKET_RETRY_CAP_MS: 10 * MINUTE,
    POLL_HOLD_MS: 25 * SECOND,
    POLL_GONE_MS: 30 * SECOND,
    MAX_SEND_BYTES: 72 * KIB,
    MAX_LONG_POLLS: 3,
    BRIEF_POLL_VISIBLE_MS: 1.5 * SECOND,
    BRIEF_POLL_HIDDEN_MS: 10 * SECOND,
  });
});
