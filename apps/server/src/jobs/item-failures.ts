/** For jobs about many items: one that fails does not stop the others, and the job fails at its end. */
import { JOBS } from './limits.ts';

export class ItemFailures {
  readonly #errors: unknown[] = [];
  #inARow = 0;

  /** @throws when so many have failed one after the other that the cause is not in the items */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#inARow = 0;
    } catch (error) {
      this.#errors.push(error);
      this.#inARow++;
      if (this.#inARow >= JOBS.failuresInARow) this.throwIfAny();
    }
  }

  throwIfAny(): void {
    const [first] = this.#errors;
    if (first === undefined) return;
    const detail = first instanceof Error ? `, such as: ${first.message}` : '';
    throw new Error(`${this.#errors.length} failed${detail}`, { cause: first });
  }
}
