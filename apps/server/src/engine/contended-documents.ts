/**
 * Documents whose last append met another process (CL13). Before they are appended again they pause for a
 * random time, so that no two processes meet over and over.
 */
import type { Clock } from '../runtime/clock.ts';
import { CONTENTION } from './limits.ts';

export interface ContendedDocumentsOptions {
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly onPauseEnded: () => void;
}

interface Contention {
  attempts: number;
  busy: number;
  timer: unknown;
}

export class ContendedDocuments<D> {
  readonly #options: ContendedDocumentsOptions;
  readonly #contentions = new Map<D, Contention>();
  #state: 'running' | 'ending' = 'running';

  constructor(options: ContendedDocumentsOptions) {
    this.#options = options;
  }

  add(document: D, outcome: 'conflict' | 'busy'): void {
    const contention = this.#contentions.get(document) ?? { attempts: 0, busy: 0, timer: null };
    this.#contentions.set(document, contention);
    this.#options.clock.clearTimeout(contention.timer);
    contention.busy = outcome === 'busy' ? contention.busy + 1 : 0;
    const pauses = outcome === 'busy' ? contention.attempts : contention.attempts - 1;
    contention.attempts++;
    if (pauses < 0 || this.#state === 'ending') return;
    const { clock, random, onPauseEnded } = this.#options;
    const { baseMs, capMs } = CONTENTION;
    const delayMs = random() * Math.min(capMs, baseMs * 2 ** Math.min(pauses, 32));
    contention.timer = clock.setTimeout(() => {
      contention.timer = null;
      onPauseEnded();
    }, delayMs);
  }

  remove(document: D): void {
    const contention = this.#contentions.get(document);
    if (contention === undefined) return;
    this.#options.clock.clearTimeout(contention.timer);
    this.#contentions.delete(document);
  }

  isPaused(document: D): boolean {
    const contention = this.#contentions.get(document);
    if (contention === undefined) return false;
    return this.#state === 'ending'
      ? contention.attempts >= CONTENTION.lastAttempts
      : contention.timer !== null;
  }

  /** A document that is to be appended alone. */
  get alone(): D | undefined {
    for (const [document, { busy }] of this.#contentions)
      if (busy >= CONTENTION.busyWithOthers && !this.isPaused(document)) return document;
    return undefined;
  }

  isAlone(document: D): boolean {
    return (this.#contentions.get(document)?.busy ?? 0) >= CONTENTION.busyWithOthers;
  }

  /** From now on nothing pauses, and each document is appended a few more times at most. */
  end(): void {
    if (this.#state === 'ending') return;
    this.#state = 'ending';
    for (const contention of this.#contentions.values()) {
      this.#options.clock.clearTimeout(contention.timer);
      Object.assign(contention, { attempts: 0, timer: null });
    }
  }
}
