/** Times and sizes of the bus, with the rules that state them: SPEC.md. */

/** BU1 */
export const BUS_MESSAGE = {
  maxBytes: 64 * 1024,
  maxRequestBytes: 256 * 1024,
} as const;

/** BU5, BU14 */
export const BUS_PENDING = {
  maxMessages: 4096,
  maxBytes: 8 * 1024 * 1024,
  maxRequests: 10_000,
  maxHandledRequests: 1000,
} as const;

/** BU6, BU7, BU10 */
export const BUS_ECHO = {
  intervalMs: 250,
  silenceMs: 1000,
  repetitions: 3,
  reconnectAfterMs: 3000,
} as const;

/** BU9: a tick that comes later than this was delayed by a pause of the process. */
export const LATE_TICK_MS = 750;

/** BU11, BU12 */
export const NODE_LEASE = {
  heartbeatMs: 2000,
  expiryMs: 10_000,
  departedMs: 20_000,
} as const;

/** BU10 */
export const BUS_RECONNECT = {
  baseMs: 50,
  capMs: 2000,
  timeoutMs: 3000,
} as const;

/** BU43 */
export const SILENT_ON_FIRST_BUS_MS = 5000;
