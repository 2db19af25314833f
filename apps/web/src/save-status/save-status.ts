/**
 * The status of saving, as a person sees it: the chip's label and dot, its details and the suggested action all derive
 * from one `SaveStatus`. `toSaveStatus` is the only place that reads the states of the client.
 *
 * Severity follows unconfirmed work, not connectivity: a lost connection with nothing unconfirmed is harmless, and work
 * that this device cannot persist is the worst.
 */
import type { SaveState } from '@tandem/client';
import { ERRORS, type ErrorBody } from '@tandem/protocol';

/** Each kind has a label in `chip`, and a sentence in `chip.about`. */
export type SaveStatusKind =
  | 'opening'
  | 'saved'
  /** Changes of others are still arriving; this person has no unconfirmed changes. */
  | 'syncing'
  | 'saving'
  /** The server cannot write to its disk. */
  | 'stalled'
  | 'offline'
  | 'offline-unpersisted'
  | 'reconnecting'
  | 'blocked'
  | 'blocked-unpersisted'
  | 'sign-in'
  /** Unconfirmed work that only this page holds. */
  | 'unpersisted'
  | 'view-only'
  | 'comment-only'
  /** Work that the server does not take, of documents that are not open. */
  | 'held-back'
  | 'rejected'
  | 'stopped';

export type DotTone = 'good' | 'busy' | 'warning' | 'bad' | 'quiet';

export const DOT_TONES: Record<SaveStatusKind, DotTone> = {
  opening: 'quiet',
  saved: 'good',
  syncing: 'busy',
  saving: 'busy',
  stalled: 'warning',
  offline: 'warning',
  'offline-unpersisted': 'warning',
  reconnecting: 'warning',
  blocked: 'warning',
  'blocked-unpersisted': 'warning',
  'sign-in': 'bad',
  unpersisted: 'bad',
  'view-only': 'quiet',
  'comment-only': 'quiet',
  'held-back': 'warning',
  rejected: 'bad',
  stopped: 'bad',
};

/** - `sign-in`: at a proxy, on a page of its own
 * - `sign-in-again`: here, in a dialog */
export type SuggestedAction = 'reload' | 'sign-in' | 'sign-in-again' | 'try-now';

/** What becomes of what this person writes; the keys of `chip.outcome`. */
export type WritingOutcome =
  | 'persisted'
  | 'unpersisted'
  | 'pendingPersisted'
  | 'pendingUnpersisted'
  | 'pendingViewOnly'
  | 'pendingHeldBack'
  | 'pendingRefused';

/** The save state of a document or of the whole device. */
export type ShownSaveState =
  | SaveState
  | { readonly kind: 'held-back'; readonly pending: number; readonly kept: boolean };

export interface SaveStatus {
  readonly kind: SaveStatusKind;
  /** The server's own sentence, shown instead of the one in `chip.about`. */
  readonly message: string | null;
  readonly pending: number;
  readonly outcome: WritingOutcome | null;
  readonly action: SuggestedAction | null;
  /** When the next attempt to connect begins, in milliseconds since the epoch. */
  readonly retryAt: number | null;
  /** When the last change was confirmed, in milliseconds since the epoch. */
  readonly savedAt: number | null;
}

export function toSaveStatus(state: ShownSaveState): SaveStatus {
  const outcome = outcomeOf(state);
  return {
    kind: kindOf(state),
    message: messageOf(state, outcome),
    pending: 'pending' in state ? state.pending : 0,
    outcome,
    action: actionOf(state),
    retryAt: state.kind === 'offline' ? state.retryAt : null,
    savedAt: state.kind === 'saved' ? state.at : null,
  };
}

function kindOf(state: ShownSaveState): SaveStatusKind {
  switch (state.kind) {
    case 'loading':
      return 'opening';
    case 'saved':
      return 'saved';
    case 'saving':
      if (state.error === null) return 'saving';
      return state.kept ? 'stalled' : 'unpersisted';
    case 'syncing':
      return 'syncing';
    case 'view-only':
      if (isOnlyInPage(state)) return 'unpersisted';
      return state.access === 'comment' ? 'comment-only' : 'view-only';
    case 'held-back':
      return isOnlyInPage(state) ? 'unpersisted' : 'held-back';
    case 'refused':
      return 'rejected';
    case 'stopped':
      if (isOnlyInPage(state)) return 'unpersisted';
      return state.action === 'authenticate' ? 'sign-in' : 'stopped';
    case 'offline':
      if (isOnlyInPage(state)) return 'unpersisted';
      if (state.cause === 'socket-blocked') return state.kept ? 'blocked' : 'blocked-unpersisted';
      if (state.cause === 'sign-in') return 'sign-in';
      if (state.cause !== 'no-network') return 'reconnecting';
      return state.kept ? 'offline' : 'offline-unpersisted';
  }
}

function isOnlyInPage({ pending, kept }: { readonly pending: number; readonly kept: boolean }) {
  return pending > 0 && !kept;
}

function actionOf(state: ShownSaveState): SuggestedAction | null {
  if (outdatedBy(state) !== null) return 'reload';
  if (state.kind === 'stopped' && state.action === 'authenticate') return 'sign-in-again';
  if (state.kind === 'stopped') return state.action === 'reload' ? 'reload' : 'try-now';
  if (state.kind !== 'offline') return null;
  return state.cause === 'sign-in' ? 'sign-in' : 'try-now';
}

export function outdatedBy(state: ShownSaveState): ErrorBody | null {
  if (!('error' in state) || state.error === null) return null;
  return ERRORS[state.error.code].action === 'reload' ? state.error : null;
}

/** Null where changes reach the server, and where the server's own sentence already says that they are kept. */
function outcomeOf(state: ShownSaveState): WritingOutcome | null {
  if (!('kept' in state)) return null;
  const isPending = 'pending' in state && state.pending > 0;
  const error = 'error' in state ? state.error : null;
  if (!state.kept) {
    const isOnTheWay = state.kind === 'saving' && error === null;
    return isPending && !isOnTheWay ? 'pendingUnpersisted' : 'unpersisted';
  }
  if (isPending && state.kind === 'view-only') return 'pendingViewOnly';
  if (state.kind === 'held-back') return 'pendingHeldBack';
  // The server has refused the document: a new connection alone changes nothing.
  if (isPending && state.kind === 'stopped' && state.action === 'stop') return 'pendingRefused';
  if ((state.kind !== 'offline' && state.kind !== 'stopped') || error !== null) return null;
  return isPending ? 'pendingPersisted' : 'persisted';
}

/** The server's sentence promises that the text is kept, so it is left out where this device keeps nothing. */
function messageOf(state: ShownSaveState, outcome: WritingOutcome | null): string | null {
  if (!('error' in state) || outcome === 'pendingUnpersisted') return null;
  return state.error?.message ?? null;
}

export interface LeavingFacts {
  readonly unsaved: boolean;
  readonly durable: boolean;
  readonly departure: 'unknown' | 'sign-in' | 'signed-out';
}

export function warnsBeforeLeaving({ unsaved, durable, departure }: LeavingFacts): boolean {
  switch (departure) {
    case 'unknown':
      return unsaved;
    case 'sign-in':
      return unsaved && !durable;
    case 'signed-out':
      return false;
  }
}
