/**
 * Chooses the transport of the next attempt: a WebSocket, unless one recently failed to open
 * although the server answers HTTP; then a stream; then polls. A transport that worked is
 * remembered for a while, so that a reload does not begin with a blocked one. A probe beside a
 * living connection detects when the block is gone.
 */
import { TRANSPORT_REMEMBERED_MS, type TransportKind } from '@tandem/protocol';

export type FallbackKind = Exclude<TransportKind, 'websocket'>;

export interface RememberedTransport {
  readonly kind: FallbackKind;
  readonly until: number;
}

export interface TransportMemory {
  load(): RememberedTransport | null;
  save(remembered: RememberedTransport | null): void;
}

/** `blocked`: not welcomed although the server responds. `short-lived`: welcomed, but lost soon. */
export type TransportFailure = 'blocked' | 'short-lived';

/**
 * A server restart briefly looks like a block, so where WebSockets worked, one failure is not
 * enough.
 */
const BLOCKS_AFTER_SUCCESS = 2;
const SHORT_LIVES = 2;
const BLOCKED_POLLS = 3;

export class TransportChoice {
  readonly #memory: TransportMemory;
  #kind: TransportKind = 'websocket';
  #until = 0;
  #webSocketWorked = false;
  #failures = 0;

  constructor(memory: TransportMemory, now: number) {
    this.#memory = memory;
    const remembered = memory.load();
    // Limits the memory when the clock was set back.
    if (remembered === null || remembered.until <= now) return;
    this.#kind = remembered.kind;
    this.#until = Math.min(remembered.until, now + TRANSPORT_REMEMBERED_MS);
  }

  next(now: number): TransportKind {
    if (this.#kind !== 'websocket' && now >= this.#until) this.#take('websocket');
    return this.#kind;
  }

  connected(kind: TransportKind, now: number): void {
    if (kind === 'websocket') {
      this.#webSocketWorked = true;
      this.#take('websocket');
      this.#memory.save(null);
      return;
    }
    if (kind === 'poll') this.#failures = 0;
    // Another tab may have changed the memory; and polling because other tabs stream says nothing
    // about streams.
    if (this.#kind !== 'websocket') this.#memory.save({ kind: this.#kind, until: this.#until });
    this.#until = Math.max(this.#until, now);
  }

  healthy(): void {
    this.#failures = 0;
  }

  failed(kind: TransportKind, failure: TransportFailure, now: number): 'try-next' | 'wait' {
    if (kind !== this.#kind) return 'wait';
    this.#failures++;
    switch (kind) {
      case 'websocket':
        if (failure === 'short-lived') this.#failures = 0;
        else if (!this.#webSocketWorked || this.#failures >= BLOCKS_AFTER_SUCCESS)
          return this.#fallBack('stream', now);
        return 'wait';
      case 'stream':
        if (failure === 'blocked' || this.#failures >= SHORT_LIVES)
          return this.#fallBack('poll', now);
        return 'wait';
      case 'poll':
        if (failure === 'short-lived') this.#failures = 0;
        if (this.#failures < BLOCKED_POLLS) return 'wait';
        this.#take('websocket');
        this.#memory.save(null);
        return 'wait';
    }
  }

  #fallBack(kind: FallbackKind, now: number): 'try-next' {
    this.#take(kind);
    this.#until = now + TRANSPORT_REMEMBERED_MS;
    return 'try-next';
  }

  #take(kind: TransportKind): void {
    this.#kind = kind;
    this.#failures = 0;
  }
}

export function createTransportMemory(): TransportMemory {
  let remembered: RememberedTransport | null = null;
  return { load: () => remembered, save: (next) => (remembered = next) };
}

const KEY = 'tandem:transport';

export function storedTransportMemory(storage: Storage): TransportMemory {
  return {
    load: () => {
      try {
        const value: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
        return isRemembered(value) ? value : null;
      } catch {
        return null;
      }
    },
    save: (remembered) => {
      try {
        if (remembered === null) storage.removeItem(KEY);
        else storage.setItem(KEY, JSON.stringify(remembered));
      } catch {
        // Each page then begins with a WebSocket.
      }
    },
  };
}

function isRemembered(value: unknown): value is RememberedTransport {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, until } = value as Partial<RememberedTransport>;
  return (kind === 'stream' || kind === 'poll') && typeof until === 'number';
}
