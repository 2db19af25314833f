/**
 * Local work on its way into the store. It counts as kept for a moment, because a page that goes
 * away writes it to the unload outbox. Work that takes longer, or has no unload outbox, does not.
 */
import type { Clock } from '../environment.ts';
import type { UnloadOutbox } from '../store/unload-outbox.ts';
import type { NewOutboxEntry } from '../store/store.ts';

export const KEPT_WITHIN_MS = 1_000;

export interface UnpersistedWorkOptions {
  readonly clock: Clock;
  readonly unloadOutbox: UnloadOutbox<NewOutboxEntry>;
  readonly changed: () => void;
}

export class UnpersistedWork {
  readonly #options: UnpersistedWorkOptions;
  readonly #entries = new Map<number, NewOutboxEntry>();
  #timer: unknown = null;

  constructor(options: UnpersistedWorkOptions) {
    this.#options = options;
  }

  get entries(): readonly NewOutboxEntry[] {
    return [...this.#entries.values()];
  }

  get isLate(): boolean {
    return this.#lateInMs() <= 0;
  }

  add(id: number, entry: NewOutboxEntry): void {
    this.#entries.set(id, entry);
    this.#watch();
  }

  settle(ids: readonly number[]): void {
    const wasLate = this.isLate;
    for (const id of ids) this.#entries.delete(id);
    if (this.#entries.size === 0) {
      this.#options.clock.clearTimeout(this.#timer);
      this.#timer = null;
    }
    if (wasLate && !this.isLate) this.#options.changed();
  }

  #watch(): void {
    if (this.#timer !== null || this.#entries.size === 0 || this.isLate) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = null;
      if (this.isLate) this.#options.changed();
      else this.#watch();
    }, this.#lateInMs());
  }

  #lateInMs(): number {
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return Infinity;
    const { clock, unloadOutbox } = this.#options;
    return unloadOutbox.hasRoom ? oldest.at + KEPT_WITHIN_MS - clock.now() : 0;
  }
}
