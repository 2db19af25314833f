/**
 * Detects a client that is gone: pings it regularly, and reports when neither a pong nor other
 * data arrives. Until authentication it enforces the handshake timeout instead.
 */
import { MAX_MISSED_PONGS, PING_INTERVAL_MS, PING_JITTER, PONG_TIMEOUT_MS } from '@tandem/protocol';
import { WheelTimer, type TimerWheel } from '../runtime/timer-wheel.ts';

export interface HeartbeatShared {
  readonly wheel: TimerWheel;
  readonly random: () => number;
}

/** An interface instead of closures, which would take room on each of many connections. */
export interface HeartbeatOwner {
  /** No answer can arrive while reading is paused. */
  readonly isPaused: boolean;
  /** The client reads: it is alive, even if the ping is queued far behind. */
  readonly isDraining: boolean;
  /** Called before each decision, about every 25 s. */
  onHeartbeat(): void;
  onPing(): void;
  onTimeout(reason: 'handshake-timeout' | 'heartbeat-timeout'): void;
}

export class Heartbeat extends WheelTimer implements Disposable {
  readonly #shared: HeartbeatShared;
  readonly #owner: HeartbeatOwner;
  #state: 'awaiting-hello' | 'quiet' | 'awaiting-pong' = 'awaiting-hello';
  #missedPongs = 0;
  #hasReceived = false;

  constructor(shared: HeartbeatShared, owner: HeartbeatOwner) {
    super();
    this.#shared = shared;
    this.#owner = owner;
  }

  start(handshakeTimeoutMs: number): void {
    this.#shared.wheel.arm(this, handshakeTimeoutMs);
  }

  onAuthenticated(): void {
    this.#rest();
  }

  onReceived(): void {
    this.#hasReceived = true;
  }

  expire(): void {
    this.#owner.onHeartbeat();
    if (this.#state === 'awaiting-hello') this.#owner.onTimeout('handshake-timeout');
    else if (this.#state === 'quiet' || this.#owner.isPaused) this.#ping();
    else if (this.#hasReceived || this.#owner.isDraining) this.#rest();
    else if (++this.#missedPongs < MAX_MISSED_PONGS) this.#ping();
    else this.#owner.onTimeout('heartbeat-timeout');
  }

  [Symbol.dispose](): void {
    this.#shared.wheel.disarm(this);
  }

  #rest(): void {
    this.#state = 'quiet';
    this.#missedPongs = 0;
    const { wheel, random } = this.#shared;
    // Jitter, so that a storm of reconnects does not become a storm of pings.
    const jitter = 1 + PING_JITTER * (2 * random() - 1);
    wheel.arm(this, PING_INTERVAL_MS * jitter - PONG_TIMEOUT_MS);
  }

  #ping(): void {
    this.#state = 'awaiting-pong';
    this.#hasReceived = false;
    this.#shared.wheel.arm(this, PONG_TIMEOUT_MS);
    this.#owner.onPing();
  }
}
