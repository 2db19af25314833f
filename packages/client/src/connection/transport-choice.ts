/**
 * Which transport the next try takes. A WebSocket, unless one did not open lately though the server answers
 * HTTP; then a stream; then polls. What worked is remembered for a while, so that a reload does not begin
 * with what is blocked. Whether the block is gone is found out beside a connection that lives.
 */
import { TRANSPORT_REMEMBERED_MS, type TransportKind } from '@tandem/protocol';

export type FallbackKind = Exclude<TransportKind, 'websocket'>;

export interface RememberedTransport {
  readonly kind: FallbackKind;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Survives a reload. */
export interface TransportMemory {
  load(): RememberedTransport | null;
  save(remembered: RememberedTransport | null): void;
}

/** `blocked`: it was never welcomed, though the server answers. `short-lived`: it was, and did not last. */
export type TransportFailure = 'blocked' | 'short-lived';

/** A restart of the server looks like a block for a moment; where WebSockets worked, once is not enough. */
const BLOCKS_AFTER_SUCCESS = 2;
/** Streams that are cut off again and again are no streams. */
const SHORT_LIVES = 2;
/** When not even polls get through, what was remembered may be wrong. */
const BLOCKED_POLLS = 3;

export class TransportChoice {
  readonly #memory: TransportMemory;
  #kind: TransportKind = 'websocket';
  /** When to begin with a WebSocket again. */
  #until = 0;
  #webSocketWorked = false;
  #failures = 0;

  constructor(memory: TransportMemory, now: number) {
    this.#memory = memory;
    const remembered = memory.load();
    // A clock that was set back does not make it last longer.
    if (remembered === null || remembered.until <= now) return;
    this.#kind = remembered.kind;
    this.#until = Math.min(remembered.until, now + TRANSPORT_REMEMBERED_MS);
  }

  next(now: number): TransportKind {
    if (this.#kind !== 'websocket' && now >= this.#until) this.#take('websocket');
    return this.#kind;
  }

  /** It was welcomed over `kind`. */
  connected(kind: TransportKind, now: number): void {
    if (kind === 'websocket') {
      this.#webSocketWorked = true;
      this.#take('websocket');
      this.#memory.save(null);
      return;
    }
    if (kind === 'poll') this.#failures = 0;
    // Another tab may have changed it; and polling because other tabs stream says nothing about streams.
    if (this.#kind !== 'websocket') this.#memory.save({ kind: this.#kind, until: this.#until });
    this.#until = Math.max(this.#until, now);
  }

  /** It lasted: what was held against it is forgotten. */
  healthy(): void {
    this.#failures = 0;
  }

  /** @returns whether another transport is worth a try at once. */
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

/** Forgets with the page. */
export function createTransportMemory(): TransportMemory {
  let remembered: RememberedTransport | null = null;
  return { load: () => remembered, save: (next) => (remembered = next) };
}

const KEY = 'tandem:transport';

/** Shared by all tabs of this origin. */
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
        // A device that keeps nothing begins with a WebSocket each time.
      }
    },
  };
}

function isRemembered(value: unknown): value is RememberedTransport {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, until } = value as Partial<RememberedTransport>;
  return (kind === 'stream' || kind === 'poll') && typeof until === 'number';
}
