/**
 * Detects a dead connection: a socket can stay open for minutes over a network that carries
 * nothing. A visible tab sends a ping after a while of silence and expects an answer within a
 * moment; a hidden one relies on the server's ping.
 */
import {
  HIDDEN_DEADLINE_MS,
  PROBE_AFTER_MS,
  PROBE_AFTER_UNSAVED_MS,
  PROBE_TIMEOUT_MS,
} from '@tandem/protocol';
import type { Environment } from '../environment.ts';

export interface LivenessCallbacks {
  ping(): void;
  dead(): void;
}

export class Liveness {
  readonly #environment: Environment;
  readonly #callbacks: LivenessCallbacks;
  #lastActivityAt: number;
  #probedAt: number | null = null;
  #unsaved = false;
  #timer: unknown = null;

  constructor(environment: Environment, callbacks: LivenessCallbacks) {
    this.#environment = environment;
    this.#callbacks = callbacks;
    this.#lastActivityAt = environment.clock.now();
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#environment.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  recordActivity(): void {
    this.#lastActivityAt = this.#environment.clock.now();
    this.#probedAt = null;
  }

  set unsaved(unsaved: boolean) {
    if (unsaved === this.#unsaved) return;
    this.#unsaved = unsaved;
    if (this.#timer !== null) this.#schedule();
  }

  check(): void {
    if (this.#timer === null || this.#probedAt !== null) return;
    this.#probedAt = this.#environment.clock.now();
    this.#callbacks.ping();
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#environment;
    const now = clock.now();
    // Otherwise a clock that was set back would delay the next ping by that much.
    this.#lastActivityAt = Math.min(this.#lastActivityAt, now);
    if (this.#probedAt !== null) this.#probedAt = Math.min(this.#probedAt, now);
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#check(), Math.max(0, this.#dueAt() - now));
  }

  #dueAt(): number {
    if (this.#probedAt !== null) return this.#probedAt + PROBE_TIMEOUT_MS;
    if (!this.#environment.visible()) return this.#lastActivityAt + HIDDEN_DEADLINE_MS;
    return this.#lastActivityAt + (this.#unsaved ? PROBE_AFTER_UNSAVED_MS : PROBE_AFTER_MS);
  }

  #check(): void {
    this.#timer = true;
    if (this.#environment.clock.now() < this.#dueAt()) {
      this.#schedule();
      return;
    }
    if (this.#probedAt !== null || !this.#environment.visible()) {
      this.stop();
      this.#callbacks.dead();
      return;
    }
    this.check();
  }
}
