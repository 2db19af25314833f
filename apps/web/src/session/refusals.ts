/** Refusals of what a person has asked for: told where they asked, or wherever they are when they have left. */
import type { Call, ErrorBody } from '@tandem/protocol';

/** @returns whether it is shown there. */
export type RefusalPlace = (call: Call, error: ErrorBody) => boolean;

export class Refusals {
  readonly #elsewhere: (error: ErrorBody) => void;
  readonly #places = new Set<RefusalPlace>();

  constructor(elsewhere: (error: ErrorBody) => void) {
    this.#elsewhere = elsewhere;
  }

  /** Asks this place first. @returns how to stop. */
  listen(place: RefusalPlace): () => void {
    this.#places.add(place);
    return () => void this.#places.delete(place);
  }

  tell(call: Call, error: ErrorBody): void {
    const isShown = [...this.#places].map((place) => place(call, error)).includes(true);
    if (!isShown) this.#elsewhere(error);
  }
}
