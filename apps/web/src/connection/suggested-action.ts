/** What helps out of a state, where the person can do something about it. */
import type { SaveState } from '@tandem/client';
import { ERRORS, type ErrorBody } from '@tandem/protocol';

export type SuggestedAction = 'reload' | 'sign-in' | 'try-now' | 'none';

export function suggestedAction(state: SaveState): SuggestedAction {
  if (outdatedBy(state) !== null) return 'reload';
  switch (state.kind) {
    case 'stopped':
      return state.action === 'reload' ? 'reload' : 'try-now';
    case 'offline':
      return state.cause === 'sign-in' ? 'sign-in' : 'try-now';
    case 'loading':
    case 'saved':
    case 'saving':
    case 'view-only':
    case 'refused':
      return 'none';
  }
}

/** In the server's words, that this page is too old to write, if it is. */
export function outdatedBy(state: SaveState): ErrorBody | null {
  if (!('error' in state) || state.error === null) return null;
  return ERRORS[state.error.code].action === 'reload' ? state.error : null;
}

/** What becomes of what is written here. */
export type WritingOutcome =
  | 'persisted'
  | 'notPersisted'
  | 'pendingKept'
  | 'pendingNotKept'
  | 'pendingViewOnly'
  | 'pendingRefused';

/**
 * What becomes of what is written here, in one sentence, where it is worth one: something waits, nothing reaches the
 * server, or nothing is kept on this device. Of what is kept, the server's own sentence says so already.
 */
export function writingOutcome(state: SaveState): WritingOutcome | null {
  if (!('kept' in state)) return null;
  const isWaiting = 'pending' in state && state.pending > 0;
  const error = 'error' in state ? state.error : null;
  if (!state.kept)
    return isWaiting && (state.kind !== 'saving' || error !== null)
      ? 'pendingNotKept'
      : 'notPersisted';
  // The server was asked, and said no: a connection alone changes nothing.
  if (isWaiting && state.kind === 'view-only') return 'pendingViewOnly';
  if (isWaiting && state.kind === 'stopped' && state.action === 'stop') return 'pendingRefused';
  if ((state.kind !== 'offline' && state.kind !== 'stopped') || error !== null) return null;
  return isWaiting ? 'pendingKept' : 'persisted';
}
