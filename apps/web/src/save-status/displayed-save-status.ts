/**
 * The save status as the chip shows it: the dot, the label and the announcement each follow with a delay of their own.
 * Runs outside React, because typing changes the status at each key, and must render nothing but the dot.
 */
import { DebouncedValue, type Timers } from '../runtime/debounced-value.ts';
import { Observable } from '../runtime/observable.ts';
import {
  DOT_TONES,
  toSaveStatus,
  type SaveStatus,
  type SaveStatusKind,
  type ShownSaveState,
} from './save-status.ts';

/** The dot turns to "Saved" once nothing has been unconfirmed for this long, so that it stands still while a person types. */
export const DOT_DELAY_MS = 250;
/** "Saved" stays this long while the dot already shows otherwise. */
export const LABEL_DELAY_MS = 300;
/** A screen reader announces a status that has lasted this long. */
export const ANNOUNCE_AFTER_MS = 1_000;

export interface SaveSource {
  get(): ShownSaveState;
  subscribe(listener: () => void): () => void;
}

export class DisplayedSaveStatus {
  readonly status: Observable<SaveStatus>;
  readonly dot: Observable<SaveStatusKind>;
  readonly label: Observable<SaveStatusKind>;
  readonly announced: Observable<SaveStatusKind>;
  /** When everything was last confirmed, in milliseconds since the epoch. */
  readonly savedAt = new Observable<number | null>(null);
  readonly #debounced: readonly DebouncedValue<SaveStatusKind>[];
  readonly #source: SaveSource;
  #unsubscribe: (() => void) | null = null;

  constructor(source: SaveSource, timers: Timers) {
    this.#source = source;
    const status = toSaveStatus(source.get());
    const dot = new DebouncedValue(status.kind, dotDelay, timers);
    const label = new DebouncedValue(status.kind, labelDelay, timers);
    const announced = new DebouncedValue(status.kind, announcementDelay, timers);
    this.status = new Observable(status);
    this.dot = dot.shown;
    this.label = label.shown;
    this.announced = announced.shown;
    this.#debounced = [dot, label, announced];
  }

  start(): void {
    this.#unsubscribe = this.#source.subscribe(() => this.#update());
    this.#update();
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const value of this.#debounced) value.stop();
  }

  #update(): void {
    const status = toSaveStatus(this.#source.get());
    this.status.set(status);
    for (const value of this.#debounced) value.follow(status.kind);
    if (status.savedAt !== null) this.savedAt.set(status.savedAt);
  }
}

/** The dot never shows "Saved" too early. */
function dotDelay(shown: SaveStatusKind, next: SaveStatusKind): number {
  return shown === 'saving' && next === 'saved' ? DOT_DELAY_MS : 0;
}

/**
 * "Saved" gives way late to statuses that risk nothing: people stop reading a label that flickers at each key. "Saved"
 * itself, and every bad status, appear at once.
 */
export function labelDelay(shown: SaveStatusKind, next: SaveStatusKind): number {
  const isHarmless = DOT_TONES[next] === 'busy' || DOT_TONES[next] === 'warning';
  return shown === 'saved' && isHarmless ? LABEL_DELAY_MS : 0;
}

/** Statuses of normal work are never announced, so "Saved" is announced only after something worse. */
export function announcementDelay(_announced: SaveStatusKind, next: SaveStatusKind): number {
  const isNormal = next === 'saving' || next === 'syncing' || next === 'opening';
  return isNormal ? Infinity : ANNOUNCE_AFTER_MS;
}
