/**
 * Notices that an answer does not come although the connection delivers (SY41). A `ping` is sent
 * before the end of the wait, and its `pong` follows everything that the server had sent before it.
 */
import { PROBE_TIMEOUT_MS } from '@tandem/protocol';
import { backoffMs, type Backoff } from './backoff.ts';
import type { Connection } from './connection/connection.ts';
import type { Clock } from './environment.ts';

/** For an answer that the server gives as soon as the content before it has been sent. */
const AFTER_PONG_MS = PROBE_TIMEOUT_MS;

export interface AnswerDeadlineOptions {
  readonly connection: Pick<Connection, 'ping'>;
  readonly clock: Clock;
  readonly wait: Backoff;
  /** @param misses waits without an answer, this one included */
  readonly overdue: (misses: number) => void;
}

export class AnswerDeadline {
  readonly #options: AnswerDeadlineOptions;
  #awaited: string | number | null = null;
  #misses = 0;
  #timer: unknown = null;
  #nonce: number | null = null;

  constructor(options: AnswerDeadlineOptions) {
    this.#options = options;
  }

  get misses(): number {
    return this.#misses;
  }

  get waitMs(): number {
    return backoffMs(this.#options.wait, this.#misses);
  }

  /** @param awaited identifies the awaited answer; another one means that the last has come */
  follow(awaited: string | number): void {
    if (awaited === this.#awaited) return;
    if (this.#awaited !== null) this.#misses = 0;
    this.#stop();
    this.#awaited = awaited;
    this.#start();
  }

  answered(): void {
    this.pause();
    this.#misses = 0;
  }

  /** Stops the time without an answer, as while there is no connection. */
  pause(): void {
    this.#stop();
    this.#awaited = null;
  }

  pong(nonce: number): void {
    if (nonce !== this.#nonce) return;
    this.#nonce = null;
    this.#timer = this.#options.clock.setTimeout(() => this.#miss(), AFTER_PONG_MS);
  }

  #start(): void {
    const { clock, connection } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#timer = null;
      this.#nonce = connection.ping();
    }, this.waitMs - AFTER_PONG_MS);
  }

  #stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#nonce = null;
  }

  #miss(): void {
    this.#misses++;
    this.#start();
    this.#options.overdue(this.#misses);
  }
}
