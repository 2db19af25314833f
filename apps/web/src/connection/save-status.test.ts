import type { SaveState } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Observable } from '../observable.ts';
import { ANNOUNCE_AFTER_MS, DOT_DELAY_MS, WORD_DELAY_MS } from './save-status-label.ts';
import { browserTimers, SaveStatus } from './save-status.ts';

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
let status: SaveStatus;

beforeEach(() => {
  vi.useFakeTimers();
  source = new Observable<SaveState>(saved);
  status = new SaveStatus(source, browserTimers);
  status.start();
});
afterEach(() => {
  status.stop();
  vi.useRealTimers();
});

test('the dot follows at once, the word when it has lasted', () => {
  source.set(saving);
  expect([status.dot.get(), status.word.get()]).toEqual(['saving', 'saved']);
  vi.advanceTimersByTime(WORD_DELAY_MS - 1);
  expect(status.word.get()).toBe('saved');
  vi.advanceTimersByTime(1);
  expect(status.word.get()).toBe('saving');
});

test('the dot stands still while somebody types, and says "saved" once nothing is under way for a moment', () => {
  const dots: string[] = [];
  status.dot.subscribe(() => dots.push(status.dot.get()));
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

test('a bad word is on the dot at once', () => {
  source.set(saving);
  source.set(refused);
  expect(status.dot.get()).toBe('set-aside');
});

test('an answer within a blink never changes the word', () => {
  const words: string[] = [];
  status.word.subscribe(() => words.push(status.word.get()));
  for (let key = 0; key < 20; key++) {
    source.set(saving);
    vi.advanceTimersByTime(40);
    source.set(saved);
    vi.advanceTimersByTime(80);
  }
  expect(words).toEqual([]);
});

test('the time counts from when it stopped being saved, whatever it is meanwhile', () => {
  source.set(saving);
  vi.advanceTimersByTime(200);
  source.set(offline);
  vi.advanceTimersByTime(WORD_DELAY_MS - 200);
  expect(status.word.get()).toBe('reconnecting');
});

test('what is bad is written at once, and so is what is saved', () => {
  source.set(refused);
  expect(status.word.get()).toBe('set-aside');
  source.set(saved);
  expect(status.word.get()).toBe('saved');
});

test('typing is never read out', () => {
  const said: string[] = [];
  status.announced.subscribe(() => said.push(status.announced.get()));
  source.set(saving);
  vi.advanceTimersByTime(60_000);
  source.set(saved);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
});

test('a lost connection that lasts is read out, and then that all is saved', () => {
  const said: string[] = [];
  status.announced.subscribe(() => said.push(status.announced.get()));
  source.set(offline);
  vi.advanceTimersByTime(ANNOUNCE_AFTER_MS - 1);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  source.set(saving);
  vi.advanceTimersByTime(ANNOUNCE_AFTER_MS);
  source.set(saved);
  vi.advanceTimersByTime(ANNOUNCE_AFTER_MS);
  expect(said).toEqual(['reconnecting', 'saved']);
});

test('when it was last saved is remembered while it is not', () => {
  source.set({ kind: 'saved', at: 42, kept: true });
  source.set(offline);
  expect(status.savedAt.get()).toBe(42);
});

test('nothing is heard after the end', () => {
  status.stop();
  source.set(refused);
  vi.advanceTimersByTime(60_000);
  expect(status.word.get()).toBe('saved');
});
