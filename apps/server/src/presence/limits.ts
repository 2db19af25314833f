/** Limits of who is shown in a room, and of their cursors. */
export const PRESENCE = {
  /** A crowd begins at `MAX_SHOWN_MEMBERS` and ends below this, so that it does not flap (PR4). */
  crowdEndsBelow: 450,
  /** A crowd's changes are sent at an interval that grows with its receivers, up to a maximum (PR8). */
  msPerReceiver: 0.5,
  maxIntervalMs: 5_000,
  /** A member of a crowd who was active is shown at least this long (PR4). */
  minShownMs: 10_000,
  /** Shown members replaced in one message (PR4). */
  maxReplaced: 20,
  /** Client ids of one member; all nameless clients share a member. */
  maxClientsPerMember: 80,
  /** People who left, remembered for the differences of clients that come back. */
  maxDeparted: 500,
} as const;

/** Cursors of one room: see `presence/cursor-rate-controller.ts`. */
export const CURSORS = {
  /** Deliveries of cursors per second, and what one delivery costs in cursors (PR6). */
  perSecond: 50_000,
  perDelivery: 4,
  /** A slower rate is kept at least this long (PR6). */
  minSlowMs: 2_000,
  /** Cursors shown: those that moved last (PR7). */
  maxShown: 50,
  /** A cursor that moved stays shown this long (PR7). */
  minShownMs: 5_000,
  /** Awareness ids of people who left that a room remembers. */
  maxDepartedClients: 1_000,
} as const;
