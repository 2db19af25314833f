/**
 * Measures how long the clients of a document wait for their opening, then for their updates: the
 * oldest and the newest of a burst, which therefore keeps no list. Counts errors in passing.
 */
import type { ServerMessage } from '@tandem/protocol';
import type { Metrics } from './metrics.ts';

export interface Waiting {
  readonly what: 'first' | 'return' | number;
  readonly sinceMs: number;
  /** The newest update after it. */
  readonly newest?: { readonly cseq: number; readonly sinceMs: number };
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
    const sinceMs = this.#metrics.clock.monotonicMs();
    return waiting === null
      ? { what: cseq, sinceMs }
      : { what: waiting.what, sinceMs: waiting.sinceMs, newest: { cseq, sinceMs } };
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
        return this.#rest(waiting, message.cseq);
      case 'nack':
      case 'closed':
        if (isReturn) this.#metrics.recoveries.add('refused');
        this.#metrics.errorsSent.add(message.error.code);
        return null;
      default:
        return waiting;
    }
  }
  #rest({ newest }: Waiting, acknowledged: number): Waiting | null {
    if (newest === undefined || newest.cseq <= acknowledged) return null;
    return { what: newest.cseq, sinceMs: newest.sinceMs };
  }
}
