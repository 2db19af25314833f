import type { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';

import type { Page } from '../headless-page.ts';

/**
 * The simulated network: one queue per direction between two pages, emptied as far and in the order
 * that a test chooses.
 */
export class Delivery {
  readonly #pages: readonly Page[];
  readonly #onDelivered: (page: Page) => void;
  readonly #queues: Uint8Array[][][];
  readonly written: number[];

  constructor(pages: readonly Page[], onDelivered: (page: Page) => void) {
    this.#pages = pages;
    this.#onDelivered = onDelivered;
    this.#queues = pages.map(() => pages.map(() => []));
    this.written = pages.map(() => 0);
    pages.forEach(({ doc }, from) => {
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin === 'network') return;
        this.written[from]!++;
        this.#queues[from]!.forEach((queue, to) => to !== from && queue.push(update));
      });
    });
  }

  deliver(from: number, to: number, count = Number.POSITIVE_INFINITY): void {
    const queue = this.#queues[from]![to]!;
    for (let left = count; left > 0 && queue.length > 0; left--) {
      Y.applyUpdate(this.#pages[to]!.doc, queue.shift()!, 'network');
      this.#onDelivered(this.#pages[to]!);
    }
  }

  /** Delivers all queued updates and those that they cause. @throws when that does not end. */
  deliverAll(random?: SeededRandom): void {
    const pairs = this.#pages.flatMap((_, from) =>
      this.#pages.map((__, to) => [from, to] as const),
    );
    for (let round = 0; this.#isBusy(); round++) {
      if (round === MAX_ROUNDS) throw new Error('The pages go on answering each other');
      for (const [from, to] of random?.shuffle(pairs) ?? pairs) this.deliver(from, to);
    }
  }

  #isBusy(): boolean {
    return this.#queues.some((row) => row.some((queue) => queue.length > 0));
  }
}

const MAX_ROUNDS = 20;
