/** HTTP transports, for networks that block WebSockets. */
import { SUBPROTOCOL_BINARY } from '@tandem/protocol';
import type { Clock, Environment } from '../environment.ts';
import { browserLocks } from '../store/tab-lock.ts';
import { browserLongPollSlots, noLongPollSlots, type LongPollSlots } from './long-poll-slots.ts';
import type { HttpSocket, HttpSocketOptions } from './http-socket.ts';
import type { Socket } from './socket.ts';
import {
  createTransportMemory,
  storedTransportMemory,
  type FallbackKind,
  type TransportMemory,
} from './transport-choice.ts';

export interface OpenedFallback {
  /** Polls when enough tabs of this browser hold a request open already. */
  readonly kind: FallbackKind;
  readonly socket: Socket;
}

export interface Fallback {
  readonly memory: TransportMemory;
  open(kind: FallbackKind): Promise<OpenedFallback>;
  leave(socket: Socket): void;
}

export interface FallbackStorage {
  readonly memory: TransportMemory;
  readonly longPollSlots: LongPollSlots;
}

export interface HttpFallbackOptions extends FallbackStorage {
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly environment: Environment;
}

/**
 * Transports of a browser tab. Locks need HTTPS; without them, no tab keeps a request waiting.
 *
 * @param storage may throw, as in browsers that block storage
 */
export function browserFallback(storage: () => Storage, clock: Clock): FallbackStorage {
  const locks = browserLocks();
  return {
    memory: browserMemory(storage),
    longPollSlots: locks === undefined ? noLongPollSlots() : browserLongPollSlots(locks, clock),
  };
}

export function httpFallback(options: HttpFallbackOptions): Fallback {
  const { base, fetch, environment, memory, longPollSlots } = options;
  const http: HttpSocketOptions = {
    base,
    fetch,
    subprotocol: SUBPROTOCOL_BINARY,
    environment,
  };
  return {
    memory,
    open: async (kind) => {
      // Most networks let WebSockets through, and never need the code.
      const { PollSocket, StreamSocket } = await import('./http-transports.ts');
      const held = kind === 'stream' ? await longPollSlots.take() : null;
      return held === null
        ? { kind: 'poll', socket: new PollSocket({ ...http, longPollSlots }) }
        : { kind: 'stream', socket: new StreamSocket(http, held) };
    },
    leave: (socket) => {
      if ('leave' in socket) (socket as HttpSocket).leave();
    },
  };
}

function browserMemory(storage: () => Storage): TransportMemory {
  try {
    return storedTransportMemory(storage());
  } catch {
    return createTransportMemory();
  }
}
