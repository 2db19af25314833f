/** The bus between servers. It loses, repeats and reorders what it carries. */
import type { ManualClock, SeededRandom } from '@tandem/testkit';
import type { LaterRows } from '../stored-document.ts';

export type BusMessage =
  | { readonly kind: 'later'; readonly epoch: string; readonly later: LaterRows }
  | { readonly kind: 'moved'; readonly epoch: string; readonly head: number };

export interface BusFaults {
  busLoses: number;
  busRepeats: number;
  busDelays: number;
}

type Listener = (message: BusMessage) => void;

const DELAY_MS = 5;
const LONG_DELAY_MS = 1_000;

export class BusModel {
  readonly #clock: ManualClock;
  readonly #random: SeededRandom;
  readonly #faults: BusFaults;
  readonly #listeners = new Set<Listener>();

  constructor(options: {
    readonly clock: ManualClock;
    readonly random: SeededRandom;
    readonly faults: BusFaults;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#faults = options.faults;
  }

  subscribe(listener: Listener): void {
    this.#listeners.add(listener);
  }

  unsubscribe(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  publish(message: BusMessage, from?: Listener): void {
    const random = this.#random;
    for (const listener of this.#listeners) {
      if (listener === from) continue;
      const copies = random.chance(this.#faults.busRepeats) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        if (random.chance(this.#faults.busLoses)) continue;
        const maxMs = random.chance(this.#faults.busDelays) ? LONG_DELAY_MS : DELAY_MS;
        this.#clock.setTimeout(
          () => {
            if (this.#listeners.has(listener)) listener(message);
          },
          random.int(0, maxMs),
        );
      }
    }
  }
}
