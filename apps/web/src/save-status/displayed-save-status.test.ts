import type { SaveState } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { browserTimers } from '../runtime/debounced-value.ts';
import { Observable } from '../runtime/observable.ts';
import {
  ANNOUNCE_AFTER_MS,
  announcementDelay,
  DisplayedSaveStatus,
  DOT_DELAY_MS,
  LABEL_DELAY_MS,
  labelDelay,
} from './displayed-save-status.ts';
import { DOT_TONES, type SaveStatusKind } from './save-status.ts';

const saved: SaveState = { kind: 'saved', at: 10, kept: true };
const saving: SaveState = { kind: 'saving', pending: 1, kept: true, error: null };
const offline: SaveState = {
  kind: 'offline',
  pending: 1,
  kept: true,
  retryAt: null,
  cause: 'lost',
  error: null,
};
const refused: SaveState = { kind: 'refused', error: errorOf('too-large'), at: 1 };

let source: Observable<SaveState>;
let displayed: DisplayedSaveStatus;

beforeEach(() => {
  vi.useFakeTimers();
  source = new Observable<SaveState>(saved);
  displayed = new DisplayedSaveStatus(source, browserTimers);
  displayed.start();
});
afterEach(() => {
  displayed.stop();
  vi.useRealTimers();
});

test('the dot follows at once, the label once the status has lasted', () => {
  source.set(saving);
  expect([displayed.dot.get(), displayed.label.get()]).toEqual(['saving', 'saved']);
  vi.advanceTimersByTime(LABEL_DELAY_MS - 1);
  expect(displayed.label.get()).toBe('saved');
  vi.advanceTimersByTime(1);
  expect(displayed.label.get()).toBe('saving');
});

test('the dot stands still while a person types, and shows "saved" after a moment without unconfirmed work', () => {
  const dots: string[] = [];
  displayed.dot.subscribe(() => dots.push(displayed.dot.get()));
  for (let key = 0; key < 20; key++) {
    source.set(saving);
    vi.advanceTimersByTime(40);
    source.set(saved);
    vi.advanceTimersByTime(80);
  }
  expect(dots).toEqual(['saving']);
  vi.advanceTimersByTime(DOT_DELAY_MS - 80);
  expect(dots).toEqual(['saving', 'saved']);
});

test('the dot shows a bad status at once', () => {
  source.set(saving);
  source.set(refused);
  expect(displayed.dot.get()).toBe('rejected');
});

test('a confirmation within a moment never changes the label', () => {
  const labels: string[] = [];
  displayed.label.subscribe(() => labels.push(displayed.label.get()));
  for (let key = 0; key < 20; key++) {
    source.set(saving);
    vi.advanceTimersByTime(40);
    source.set(saved);
    vi.advanceTimersByTime(80);
  }
  expect(labels).toEqual([]);
});

test('the delay counts from when the status stopped being saved, through other changes', () => {
  source.set(saving);
  vi.advanceTimersByTime(200);
  source.set(offline);
  vi.advanceTimersByTime(LABEL_DELAY_MS - 200);
  expect(displayed.label.get()).toBe('reconnecting');
});

test('the label shows a bad status at once, and "saved" at once', () => {
  source.set(refused);
  expect(displayed.label.get()).toBe('rejected');
  source.set(saved);
  expect(displayed.label.get()).toBe('saved');
});

test('typing is never announced', () => {
  const announced: string[] = [];
  displayed.announced.subscribe(() => announced.push(displayed.announced.get()));
  source.set(saving);
  vi.advanceTimersByTime(60_000);
  source.set(saved);
  vi.advanceTimersByTime(60_000);
  expect(announced).toEqual([]);
});

test('a lost connection that lasts is announced, and then that all is saved', () => {
  const announced: string[] = [];
  displayed.announced.subscribe(() => announced.push(displayed.announced.get()));
  source.set(offline);
  vi.advanceTimersByTime(ANNOUNCE_AFTER_MS - 1);
  expect(announced).toEqual([]);
  vi.advanceTimersByTime(1);
  source.set(saving);
  vi.advanceTimersByTime(ANNOUNCE_AFTER_MS);
  source.set(saved);
  vi.advanceTimersByTime(ANNOUNCE_AFTER_MS);
  expect(announced).toEqual(['reconnecting', 'saved']);
});

test('the time of the last save stays while the document is unsaved', () => {
  source.set({ kind: 'saved', at: 42, kept: true });
  source.set(offline);
  expect(displayed.savedAt.get()).toBe(42);
});

test('nothing changes after stop', () => {
  displayed.stop();
  source.set(refused);
  vi.advanceTimersByTime(60_000);
  expect(displayed.label.get()).toBe('saved');
});

const kinds = Object.keys(DOT_TONES) as SaveStatusKind[];

test('“Saved” stays for a moment before a status that risks nothing, and before no other', () => {
  const delayed = kinds.filter((next) => labelDelay('saved', next) > 0);
  expect(delayed.toSorted()).toEqual([
    'blocked',
    'blocked-unpersisted',
    'held-back',
    'offline',
    'offline-unpersisted',
    'reconnecting',
    'saving',
    'stalled',
    'syncing',
  ]);
});

test('every other change shows at once, and so does “Saved”', () => {
  const unsettled = kinds.filter((shown) => shown !== 'saved');
  const delays = unsettled.flatMap((shown) => kinds.map((next) => labelDelay(shown, next)));
  expect(new Set(delays)).toEqual(new Set([0]));
});

test('“Saving…” and “Syncing…” are never announced', () => {
  for (const announced of kinds) {
    expect(announcementDelay(announced, 'saving')).toBe(Infinity);
    expect(announcementDelay(announced, 'syncing')).toBe(Infinity);
  }
});
