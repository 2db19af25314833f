/** The values that PROTOCOL.md and the documentation promise: other tests wait for a time, whatever it is. */
import { expect, it } from 'vitest';
import { MAX_SEND_BYTES } from '@tandem/protocol';
import { readConfiguration } from './configuration/configuration.ts';
import * as limits from './limits.ts';
import { nativeSockets, yjsSockets } from './transports/upgrade.ts';

const KIB = 1_024;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

it.each([
  ['a token (W35)', { TOKEN_LIFETIME_MS: 10 * MINUTE }],
  [
    'who is slow (T10, T11)',
    {
      CONFLATE_THRESHOLD_BYTES: 64 * KIB,
      LAG_THRESHOLD_BYTES: 1_024 * KIB,
      LAG_AFTER_MS: 5 * SECOND,
      MAX_LAGS: 3,
      LAGS_WINDOW_MS: MINUTE,
    },
  ],
  [
    'what is written together',
    {
      HOT_AFTER_WRITES: 20,
      HOT_GAP_MS: 12,
      HOT_FLUSH_MS: 20,
      MAX_UNSLICED_FLUSH: 2_000,
      FLUSH_SLICE: 1_000,
    },
  ],
  [
    'a restart',
    {
      DRAIN_SPREAD_MS: SECOND,
      DRAIN_CONNECTIONS_PER_SECOND: 2_000,
      DRAIN_TIMEOUT_MS: 30 * SECOND,
    },
  ],
  ['new guests', { GUESTS_AT_ONCE: 200, GUESTS_PER_SECOND: 5, GUEST_RETRY_MS: 3 * SECOND }],
  ['changes over HTTP', { MAX_HTTP_WRITE_MS: 5 * SECOND }],
  ['new connections (T12)', { MAX_HELLO_WAIT_MS: 2 * SECOND, HELLO_RETRY_AFTER_S: 3 }],
  [
    'parts and harm (W7, W19)',
    {
      FRAGMENTS_TIMEOUT_MS: 10 * SECOND,
      MIN_PROGRESS_BYTES: 64 * KIB,
      VIOLATIONS_PER_USER: 3,
      VIOLATIONS_PER_ADDRESS: 12,
      VIOLATIONS_WINDOW_MS: MINUTE,
      BAN_FIRST_MS: 5 * SECOND,
      BAN_CAP_MS: MINUTE,
    },
  ],
  [
    'commands (W25, W27)',
    {
      MAX_WAITING_COMMANDS: 64,
      PROFILE_CHANGE_PRICE: 5,
      COMMAND_RESULT_KEPT_MS: 31 * 24 * 60 * MINUTE,
    },
  ],
  [
    'a crowd (PR4, PR6, PR7, PR8)',
    {
      CROWD_ENDS_BELOW: 450,
      PAGE_PLACE_MS: 10 * SECOND,
      MAX_PAGE_TURNOVER: 20,
      CURSORS_PER_SECOND: 50_000,
      CURSORS_PER_DELIVERY: 4,
      PACE_HELD_MS: 2 * SECOND,
      MAX_SHOWN_CURSORS: 50,
      CURSOR_PLACE_MS: 5 * SECOND,
      PRESENCE_MS_PER_RECEIVER: 0.5,
      MAX_PRESENCE_INTERVAL_MS: 5 * SECOND,
    },
  ],
])('has the values of %s', (_matter, values) => {
  expect(limits).toMatchObject(values);
});

it('has the values that an operator does not change', () => {
  expect(readConfiguration({}).limits).toEqual({
    connectionsPerUser: 20,
    connectionsPerAddress: 200,
    hellosPerSecond: 2_000,
    messagesPerSecond: 200,
    bytesPerSecond: 2 * 1_024 * KIB,
  });
});

it.each([
  ['native', nativeSockets, 64 * KIB],
  ['stock', yjsSockets, 1_024 * KIB],
])(
  'has %s sockets that take nothing compressed, and little before they are known',
  (_, sockets, maxPayload) => {
    expect(sockets.options).toMatchObject({
      maxPayload,
      maxFragments: 64,
      perMessageDeflate: false,
      clientTracking: false,
    });
  },
);

it('takes what is sent in requests from every network from which a WebSocket would bring it (W7, T3)', () => {
  const { HTTP_REQUEST_TIMEOUT_MS, MIN_PROGRESS_BYTES, FRAGMENTS_TIMEOUT_MS } = limits;
  // The headers of the frame and of its part.
  expect(MAX_SEND_BYTES - 128).toBeGreaterThan(MIN_PROGRESS_BYTES);
  const slowest = MIN_PROGRESS_BYTES / FRAGMENTS_TIMEOUT_MS;
  expect(MAX_SEND_BYTES / slowest).toBeLessThan(HTTP_REQUEST_TIMEOUT_MS);
});
