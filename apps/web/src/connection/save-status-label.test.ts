import type { SaveState } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import {
  announcementDelay,
  saveStatusLabel,
  TONES,
  wordDelay,
  type SaveStatusLabel,
} from './save-status-label.ts';

const offline = {
  kind: 'offline',
  pending: 1,
  kept: true,
  retryAt: 5,
  cause: 'lost',
  error: null,
} as const;
const stopped = {
  kind: 'stopped',
  error: errorOf('forbidden'),
  action: 'stop',
  pending: 0,
  kept: true,
} as const;

test.each<[SaveState, SaveStatusLabel]>([
  [{ kind: 'loading' }, 'opening'],
  [{ kind: 'saved', at: null, kept: true }, 'saved'],
  [{ kind: 'saved', at: null, kept: false }, 'saved'],
  [{ kind: 'saving', pending: 1, kept: true, error: null }, 'saving'],
  [{ kind: 'saving', pending: 1, kept: true, error: errorOf('storage-failed') }, 'stalled'],
  [{ kind: 'saving', pending: 1, kept: false, error: errorOf('storage-failed') }, 'not-kept'],
  [offline, 'reconnecting'],
  [{ ...offline, cause: 'unreachable' }, 'reconnecting'],
  [{ ...offline, cause: 'server' }, 'reconnecting'],
  [{ ...offline, cause: 'no-network' }, 'offline'],
  [{ ...offline, cause: 'socket-blocked' }, 'blocked'],
  [{ ...offline, cause: 'sign-in' }, 'sign-in'],
  [{ ...offline, cause: 'sign-in', kept: false }, 'not-kept'],
  [{ ...offline, kept: false }, 'not-kept'],
  [{ ...offline, kept: false, cause: 'no-network' }, 'not-kept'],
  [{ ...offline, kept: false, pending: 0 }, 'reconnecting'],
  [{ ...offline, kept: false, pending: 0, cause: 'no-network' }, 'offline-unpersisted'],
  [{ ...offline, kept: false, pending: 0, cause: 'socket-blocked' }, 'blocked-unpersisted'],
  [{ kind: 'view-only', pending: 2, kept: true, error: null }, 'view-only'],
  [{ kind: 'view-only', pending: 0, kept: false, error: null }, 'view-only'],
  [{ kind: 'view-only', pending: 1, kept: false, error: null }, 'not-kept'],
  [{ kind: 'refused', error: errorOf('invalid-update'), at: 1 }, 'set-aside'],
  [stopped, 'stopped'],
  [{ ...stopped, pending: 2, kept: false }, 'not-kept'],
])('%j is “%s”', (state, word) => {
  expect(saveStatusLabel(state)).toBe(word);
});

const words = Object.keys(TONES) as SaveStatusLabel[];

test('“Saved” waits before it gives way to what is harmless, and for nothing else', () => {
  const delayed = words.filter((next) => wordDelay('saved', next) > 0);
  expect(delayed.toSorted()).toEqual([
    'blocked',
    'blocked-unpersisted',
    'offline',
    'offline-unpersisted',
    'reconnecting',
    'saving',
    'stalled',
  ]);
});

test('every other change shows at once, and so does “Saved”', () => {
  const unsettled = words.filter((shown) => shown !== 'saved');
  const delays = unsettled.flatMap((shown) => words.map((next) => wordDelay(shown, next)));
  expect(new Set(delays)).toEqual(new Set([0]));
});

test('“Saving…” is never read out', () => {
  for (const said of words) expect(announcementDelay(said, 'saving')).toBe(Infinity);
});
