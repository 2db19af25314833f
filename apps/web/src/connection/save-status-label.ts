/**
 * The word on the chip. Severity follows unconfirmed work, not connectivity: a lost connection with nothing
 * waiting is a small matter; work that this device cannot keep is the worst.
 */
import type { SaveState } from '@tandem/client';

export type SaveStatusLabel =
  | 'opening'
  | 'saved'
  | 'saving'
  | 'stalled'
  | 'offline'
  | 'offline-unpersisted'
  | 'reconnecting'
  | 'blocked'
  | 'blocked-unpersisted'
  | 'sign-in'
  | 'not-kept'
  | 'view-only'
  | 'set-aside'
  | 'stopped';

export type ChipTone = 'good' | 'busy' | 'held' | 'bad' | 'quiet';

export const TONES: Record<SaveStatusLabel, ChipTone> = {
  opening: 'quiet',
  saved: 'good',
  saving: 'busy',
  stalled: 'held',
  offline: 'held',
  'offline-unpersisted': 'held',
  reconnecting: 'held',
  blocked: 'held',
  'blocked-unpersisted': 'held',
  'sign-in': 'bad',
  'not-kept': 'bad',
  'view-only': 'quiet',
  'set-aside': 'bad',
  stopped: 'bad',
};

/** For so long nothing may be under way before the dot says so: while somebody types it stands still. */
export const DOT_DELAY_MS = 250;
/** How long "Saved" may stand while the dot already says that something is under way. */
export const WORD_DELAY_MS = 300;
/** A state is read out once it has lasted; what comes and goes is not worth interrupting anyone for. */
export const ANNOUNCE_AFTER_MS = 1_000;

export function saveStatusLabel(save: SaveState): SaveStatusLabel {
  switch (save.kind) {
    case 'loading':
      return 'opening';
    case 'saved':
      return 'saved';
    case 'view-only':
      return save.pending > 0 && !save.kept ? 'not-kept' : 'view-only';
    case 'saving':
      if (save.error === null) return 'saving';
      return save.kept ? 'stalled' : 'not-kept';
    case 'refused':
      return 'set-aside';
    case 'stopped':
      return save.pending > 0 && !save.kept ? 'not-kept' : 'stopped';
    case 'offline':
      if (save.pending > 0 && !save.kept) return 'not-kept';
      if (save.cause === 'socket-blocked') return save.kept ? 'blocked' : 'blocked-unpersisted';
      if (save.cause === 'sign-in') return 'sign-in';
      if (save.cause !== 'no-network') return 'reconnecting';
      return save.kept ? 'offline' : 'offline-unpersisted';
  }
}

/** The rule of the dot: it never says that all is saved a moment too soon, and not at each key either. */
export function dotDelay(shown: SaveStatusLabel, next: SaveStatusLabel): number {
  return shown === 'saving' && next === 'saved' ? DOT_DELAY_MS : 0;
}

/**
 * The rule of the word:
 * - "Saved" gives way to "Saving…", or to a lost connection whose work is kept, when that has lasted 300 ms:
 *   an answer within a blink is no news, and a word that flickers at each key is not read any more;
 * - "Saved" itself, and every bad word, appear at once.
 */
export function wordDelay(shown: SaveStatusLabel, next: SaveStatusLabel): number {
  const harmless = TONES[next] === 'busy' || TONES[next] === 'held';
  return shown === 'saved' && harmless ? WORD_DELAY_MS : 0;
}

/** "Saving…" is never read out, so that "Saved" is only after something worse. */
export function announcementDelay(_said: SaveStatusLabel, next: SaveStatusLabel): number {
  return next === 'saving' || next === 'opening' ? Infinity : ANNOUNCE_AFTER_MS;
}
