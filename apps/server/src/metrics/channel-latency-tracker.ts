/**
 * How long those in one document wait for what they asked for: their opening, then their updates, one of them at a
 * time, so that a burst keeps no list. Refusals are counted in passing.
 */
import type { ServerMessage } from '@tandem/protocol';
import type { Metrics } from './metrics.ts';

/** What somebody waits for. */
export interface Waiting {
  /** An opening, or an update by its number. A copy that returns has a position to go on from. */
  readonly what: 'first' | 'return' | number;
  readonly sinceMs: number;
}

export class ChannelLatencyTracker {
  readonly #metrics: Metrics;
  readonly #document: string;

  constructor(metrics: Metrics, document: string) {
    this.#metrics = metrics;
    this.#document = document;
  }

  opening(what: 'first' | 'return'): Waiting {
    return { what, sinceMs: performance.now() };
  }

  /** An update came. @param waiting of its author. @returns what it waits for now. */
  sent(waiting: Waiting | null, cseq: number): Waiting {
    return waiting ?? { what: cseq, sinceMs: performance.now() };
  }

  /** One who is here is told something. @returns what it waits for now. */
  told(waiting: Waiting | null, message: ServerMessage): Waiting | null {
    const isReturn = waiting?.what === 'return';
    switch (message.type) {
      case 'opened':
        if (waiting !== null) this.#metrics.opened(this.#document, waiting.sinceMs);
        if (isReturn) this.#metrics.recoveries.add(message.base > 0 ? 'rows' : 'whole');
        return null;
      case 'ack':
        if (typeof waiting?.what !== 'number' || message.cseq < waiting.what) return waiting;
        this.#metrics.acknowledged(this.#document, waiting.sinceMs);
        return null;
      case 'nack':
      case 'closed':
        if (isReturn) this.#metrics.recoveries.add('refused');
        this.#metrics.errorsSent.add(message.error.code);
        return null;
      default:
        return waiting;
    }
  }
}
