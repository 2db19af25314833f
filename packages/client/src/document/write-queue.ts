/**
 * Writes to the store, one after the other. After one has failed none is made any more: a later one
 * could put a position beside content that is not there.
 */
export class WriteQueue {
  readonly #failed: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();
  #healthy = true;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** False once a write has failed: from then on this device keeps nothing of this document. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** `lost` is called when the write was not made. */
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
   * Begins at once, beside what still waits: for a write that builds on nothing and must not be lost with
   * a page that closes. What is pushed later waits for it.
   */
  begin(write: () => Promise<unknown>): void {
    if (!this.#healthy) return;
    const running = write();
    // Its failure is told in its turn.
    running.catch(() => undefined);
    this.push(() => running);
  }

  /** Resolves when all that was pushed so far has been tried. */
  settled(): Promise<void> {
    return this.#tail;
  }
}
