/**
 * The state of saving as the chip shows it. It follows its source outside of React, so that typing, which
 * changes the source at each key, renders nothing but the dot.
 */
import type { SaveState } from '@tandem/client';
import { Observable } from '../observable.ts';
import {
  announcementDelay,
  saveStatusLabel,
  dotDelay,
  wordDelay,
  type SaveStatusLabel,
} from './save-status-label.ts';
import { Settled, type Timers } from './settled.ts';

export interface SaveSource {
  get(): SaveState;
  /** Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

export class SaveStatus {
  readonly state: Observable<SaveState>;
  /** What the dot says: see `dotDelay`. */
  readonly dot: Observable<SaveStatusLabel>;
  /** What is written: see `wordDelay`. */
  readonly word: Observable<SaveStatusLabel>;
  /** What is read out: see `announcementDelay`. */
  readonly announced: Observable<SaveStatusLabel>;
  /** When everything was last confirmed, in milliseconds since the epoch. */
  readonly savedAt = new Observable<number | null>(null);
  readonly #drawn: Settled<SaveStatusLabel>;
  readonly #written: Settled<SaveStatusLabel>;
  readonly #spoken: Settled<SaveStatusLabel>;
  readonly #source: SaveSource;
  #unsubscribe: (() => void) | null = null;

  constructor(source: SaveSource, timers: Timers) {
    this.#source = source;
    const state = source.get();
    const word = saveStatusLabel(state);
    this.state = new Observable(state);
    this.#drawn = new Settled(word, dotDelay, timers);
    this.#written = new Settled(word, wordDelay, timers);
    this.#spoken = new Settled(word, announcementDelay, timers);
    this.dot = this.#drawn.shown;
    this.word = this.#written.shown;
    this.announced = this.#spoken.shown;
  }

  start(): void {
    this.#unsubscribe = this.#source.subscribe(() => this.#follow());
    this.#follow();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#drawn.stop();
    this.#written.stop();
    this.#spoken.stop();
  }

  #follow(): void {
    const state = this.#source.get();
    const word = saveStatusLabel(state);
    this.state.set(state);
    this.#drawn.follow(word);
    this.#written.follow(word);
    this.#spoken.follow(word);
    if (state.kind === 'saved' && state.at !== null) this.savedAt.set(state.at);
  }
}

export const browserTimers: Timers = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
