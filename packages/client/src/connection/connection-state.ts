/**
 * Connection states as a transition table, which lists each state's response to each event.
 *
 * `connecting` covers the token, the socket and the handshake. `waiting` has a time of the next
 * attempt. `stopped` is left only by a person (`try-now`) or a new page.
 */
import type { ErrorAction, ErrorBody, TransportKind } from '@tandem/protocol';

export type FailureCause =
  | 'no-network'
  | 'unreachable'
  /** The server answers HTTP, but the network blocks every transport. */
  | 'socket-blocked'
  | 'sign-in'
  | 'lost';

export type ConnectionState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'connecting';
      readonly attempt: number;
      readonly cause: FailureCause | null;
      readonly error: ErrorBody | null;
    }
  /** `attempt` counts attempts since the connection was last healthy. */
  | {
      readonly kind: 'connected';
      readonly since: number;
      readonly attempt: number;
      readonly transport: TransportKind;
    }
  | {
      readonly kind: 'waiting';
      readonly attempt: number;
      readonly retryAt: number;
      readonly cause: FailureCause;
      readonly error: ErrorBody | null;
    }
  | { readonly kind: 'stopped'; readonly error: ErrorBody; readonly action: ErrorAction };

export type ConnectionEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'welcomed'; readonly now: number; readonly transport: TransportKind }
  | { readonly kind: 'switch' }
  | {
      readonly kind: 'failed';
      readonly cause: FailureCause;
      readonly error: ErrorBody | null;
      readonly retryAt: number;
      readonly healthy: boolean;
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody; readonly action: ErrorAction }
  | { readonly kind: 'retry-due' }
  | { readonly kind: 'try-now' }
  | { readonly kind: 'close' };

type Transition<S extends ConnectionState['kind'], E extends ConnectionEvent['kind']> = (
  state: Extract<ConnectionState, { kind: S }>,
  event: Extract<ConnectionEvent, { kind: E }>,
) => ConnectionState;

type Table = {
  readonly [S in ConnectionState['kind']]: {
    readonly [E in ConnectionEvent['kind']]: Transition<S, E>;
  };
};

const stay = <S extends ConnectionState>(state: S): S => state;
const idle = (): ConnectionState => ({ kind: 'idle' });
const connect = (
  attempt: number,
  last: { readonly cause: FailureCause; readonly error: ErrorBody | null } | null = null,
): ConnectionState => ({
  kind: 'connecting',
  attempt,
  cause: last?.cause ?? null,
  error: last?.error ?? null,
});
const stop = (
  _: ConnectionState,
  event: Extract<ConnectionEvent, { kind: 'refused' }>,
): ConnectionState => ({
  kind: 'stopped',
  error: event.error,
  action: event.action,
});

const table: Table = {
  idle: {
    start: () => connect(0),
    welcomed: stay,
    switch: stay,
    failed: stay,
    refused: stay,
    'retry-due': stay,
    'try-now': () => connect(0),
    close: stay,
  },
  connecting: {
    start: stay,
    welcomed: ({ attempt }, { now, transport }) => ({
      kind: 'connected',
      since: now,
      attempt,
      transport,
    }),
    switch: stay,
    failed: ({ attempt }, { cause, error, retryAt }) => ({
      kind: 'waiting',
      attempt: attempt + 1,
      retryAt,
      cause,
      error,
    }),
    refused: stop,
    'retry-due': stay,
    'try-now': stay,
    close: idle,
  },
  connected: {
    start: stay,
    welcomed: stay,
    switch: ({ attempt }) => connect(attempt),
    failed: ({ attempt }, { cause, error, retryAt, healthy }) => ({
      kind: 'waiting',
      attempt: healthy ? 1 : attempt + 1,
      retryAt,
      cause,
      error,
    }),
    refused: stop,
    'retry-due': stay,
    'try-now': stay,
    close: idle,
  },
  waiting: {
    start: stay,
    welcomed: stay,
    switch: stay,
    failed: stay,
    refused: stay,
    'retry-due': ({ attempt, ...last }) => connect(attempt, last),
    'try-now': ({ attempt, ...last }) => connect(attempt, last),
    close: idle,
  },
  stopped: {
    start: stay,
    welcomed: stay,
    switch: stay,
    failed: stay,
    refused: stay,
    'retry-due': stay,
    'try-now': () => connect(0),
    close: idle,
  },
};

/** Returns the same object when nothing changes. */
export function transition(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const step = table[state.kind][event.kind] as (
    state: ConnectionState,
    event: ConnectionEvent,
  ) => ConnectionState;
  return step(state, event);
}
