/**
 * How long one channel waits for what it asked for: its opening, then its updates, one of them at a
 * time, so that a burst keeps no list. Refusals are counted in passing.
 */
import type { ServerMessage } from '@tandem/protocol';
import type { Metrics } from './metrics.ts';

export class ChannelClock {
  readonly #metrics: Metrics;
  readonly #document: string;
  /** Whether its copy has a position to go on from. */
  readonly #returning: boolean;
  #startMs = performance.now();
  /** What is waited for: an update is known by its number. */
  #awaited: 'opening' | number | null = 'opening';

  constructor(
    metrics: Metrics,
    { document, returning }: { readonly document: string; readonly returning: boolean },
  ) {
    this.#metrics = metrics;
    this.#document = document;
    this.#returning = returning;
  }

  /** An update came. */
  sent(cseq: number): void {
    if (this.#awaited !== null) return;
    this.#awaited = cseq;
    this.#startMs = performance.now();
  }

  /** The channel is told something. */
  told(message: ServerMessage): void {
    switch (message.type) {
      case 'opened':
        this.#metrics.opened(this.#document, this.#startMs);
        if (this.#returning) this.#metrics.recoveries.add(message.base > 0 ? 'rows' : 'whole');
        this.#awaited = null;
        break;
      case 'ack':
        if (typeof this.#awaited !== 'number' || message.cseq < this.#awaited) break;
        this.#metrics.acknowledged(this.#document, this.#startMs);
        this.#awaited = null;
        break;
      case 'nack':
      case 'closed':
        if (this.#awaited === 'opening' && this.#returning) this.#metrics.recoveries.add('refused');
        this.#metrics.refusals.add(message.error.code);
        this.#awaited = null;
        break;
      default:
        break;
    }
  }
}
