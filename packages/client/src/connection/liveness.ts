/**
 * Is somebody there? A socket can be open for minutes over a network that carries nothing. A visible
 * tab that has heard nothing for a while asks, and gives the answer a moment; a hidden one relies on
 * the server's ping. One timer, set for the next time that something could be due.
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
  #heardAt: number;
  #askedAt: number | null = null;
  #unsaved = false;
  #timer: unknown = null;

  constructor(environment: Environment, callbacks: LivenessCallbacks) {
    this.#environment = environment;
    this.#callbacks = callbacks;
    this.#heardAt = environment.clock.now();
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#environment.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Any frame is an answer. */
  heard(): void {
    this.#heardAt = this.#environment.clock.now();
    this.#askedAt = null;
  }

  /** Unconfirmed work makes the client ask sooner. */
  set unsaved(unsaved: boolean) {
    if (unsaved === this.#unsaved) return;
    this.#unsaved = unsaved;
    if (this.#timer !== null) this.#schedule();
  }

  /** Asks at once: the machine woke, the network changed, the tab came to the front. */
  ask(): void {
    if (this.#timer === null || this.#askedAt !== null) return;
    this.#askedAt = this.#environment.clock.now();
    this.#callbacks.ping();
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#environment;
    const now = clock.now();
    // A clock that was set back would make it wait for as long as it was set back.
    this.#heardAt = Math.min(this.#heardAt, now);
    if (this.#askedAt !== null) this.#askedAt = Math.min(this.#askedAt, now);
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#check(), Math.max(0, this.#dueAt() - now));
  }

  #dueAt(): number {
    if (this.#askedAt !== null) return this.#askedAt + PROBE_TIMEOUT_MS;
    if (!this.#environment.visible()) return this.#heardAt + HIDDEN_DEADLINE_MS;
    return this.#heardAt + (this.#unsaved ? PROBE_AFTER_UNSAVED_MS : PROBE_AFTER_MS);
  }

  #check(): void {
    this.#timer = true;
    if (this.#environment.clock.now() < this.#dueAt()) {
      this.#schedule();
      return;
    }
    if (this.#askedAt !== null || !this.#environment.visible()) {
      this.stop();
      this.#callbacks.dead();
      return;
    }
    this.ask();
  }
}
