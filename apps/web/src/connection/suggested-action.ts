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

/** What becomes of the work that waits in this state; `null` where nothing waits, or it is on its way. */
export function pendingWorkOutcome(
  state: SaveState,
): 'pendingKept' | 'pendingNotKept' | 'pendingViewOnly' | 'pendingRefused' | null {
  if (!('pending' in state) || state.pending === 0 || state.kind === 'saving') return null;
  if (!state.kept) return 'pendingNotKept';
  if (state.kind === 'view-only') return 'pendingViewOnly';
  // The server was asked, and said no: a connection alone changes nothing.
  return state.kind === 'stopped' && state.action === 'stop' ? 'pendingRefused' : 'pendingKept';
}

/** What this device does with what is written here: worth a word where nothing reaches the server, or nothing is kept. */
export function persistenceOf(state: SaveState): 'persisted' | 'notPersisted' | null {
  if (!('kept' in state)) return null;
  if (!state.kept) return 'notPersisted';
  const isCutOff = state.kind === 'offline' || state.kind === 'stopped';
  return isCutOff || (state.kind === 'saving' && state.error !== null) ? 'persisted' : null;
}
