/**
 * Measures how long the clients of a document wait for their opening, then for their updates, one
 * at a time, so that a burst keeps no list. Counts errors in passing.
 */
import type { ServerMessage } from '@tandem/protocol';
import type { Metrics } from './metrics.ts';

export interface Waiting {
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
    return { what, sinceMs: this.#metrics.clock.monotonicMs() };
  }

  sent(waiting: Waiting | null, cseq: number): Waiting {
    return waiting ?? { what: cseq, sinceMs: this.#metrics.clock.monotonicMs() };
  }

  delivered(waiting: Waiting | null, message: ServerMessage): Waiting | null {
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
