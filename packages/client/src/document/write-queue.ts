/**
 * Sequential writes to the store. A failed write stops all later ones: they could store a position
 * beside content that is missing.
 */
export class WriteQueue {
  readonly #failed: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();
  #healthy = true;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  push(write: () => Promise<unknown>, lost?: () => void): void {
    this.#tail = this.#tail.then(async () => {
      try {
        if (this.#healthy) return void (await write());
      } catch (error) {
        this.#healthy = false;
        this.#failed(error);
      }
      lost?.();
    });
  }

  /**
   * Starts at once, beside queued writes: for a write that depends on nothing and must not be lost
   * with a closing page. Later pushes wait for it.
   */
  begin(write: () => Promise<unknown>): void {
    if (!this.#healthy) return;
    const running = write();
    // Its failure is reported in its turn.
    running.catch(() => undefined);
    this.push(() => running);
  }

  settled(): Promise<void> {
    return this.#tail;
  }
}
