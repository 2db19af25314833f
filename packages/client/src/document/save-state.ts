/**
 * The save status, derived from facts only. "Saved" has one meaning: the server has confirmed, as
 * written to its disk, all content of this page.
 */
import type { Access, ErrorAction, ErrorBody } from '@tandem/protocol';
import type { ConnectionState, FailureCause } from '../connection/connection-state.ts';

export type ChannelState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly access: Access }
  | { readonly kind: 'waiting'; readonly error: ErrorBody; readonly retryAt: number }
  | { readonly kind: 'closed'; readonly error: ErrorBody };

export interface SaveFacts {
  readonly connection: ConnectionState;
  readonly channel: ChannelState;
  readonly loaded: boolean;
  readonly pending: number;
  readonly kept: boolean;
  readonly savedAt: number | null;
  readonly rejectedUpdates: { readonly error: ErrorBody; readonly at: number } | null;
  /** Why the server cannot store this document's updates at the moment (W44). */
  readonly storageError: ErrorBody | null;
  /** Why the document is read-only although this person has write access (W14), or owns it (PO3). */
  readonly notice: ErrorBody | null;
}

export type SaveState =
  | { readonly kind: 'loading' }
  /** `kept`, here and below: local work survives a reload. */
  | { readonly kind: 'saved'; readonly at: number | null; readonly kept: boolean }
  /** Local work is confirmed; updates of others are still arriving. */
  | { readonly kind: 'syncing'; readonly kept: boolean }
  | {
      readonly kind: 'saving';
      readonly pending: number;
      readonly kept: boolean;
      readonly error: ErrorBody | null;
    }
  /** `retryAt` is null during an attempt. */
  | {
      readonly kind: 'offline';
      readonly pending: number;
      readonly kept: boolean;
      readonly retryAt: number | null;
      readonly cause: FailureCause | 'server';
      readonly error: ErrorBody | null;
    }
  /**
   * `pending`: updates written before the document became read-only, which wait for write access.
   */
  | {
      readonly kind: 'view-only';
      readonly access: Exclude<Access, 'edit'>;
      readonly pending: number;
      readonly kept: boolean;
      readonly error: ErrorBody | null;
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody; readonly at: number }
  | {
      readonly kind: 'stopped';
      readonly error: ErrorBody;
      readonly action: ErrorAction;
      readonly pending: number;
      readonly kept: boolean;
    };

export function saveState(facts: SaveFacts): SaveState {
  const { connection, channel, pending, kept } = facts;
  if (connection.kind === 'stopped') {
    return { kind: 'stopped', error: connection.error, action: connection.action, pending, kept };
  }
  if (channel.kind === 'closed')
    return { kind: 'stopped', error: channel.error, action: 'stop', pending, kept };
  if (connection.kind !== 'connected') return disconnected(facts, connection);
  if (channel.kind === 'waiting') {
    return {
      kind: 'offline',
      pending,
      kept,
      retryAt: channel.retryAt,
      cause: 'server',
      error: channel.error,
    };
  }
  if (facts.rejectedUpdates !== null) return { kind: 'refused', ...facts.rejectedUpdates };
  if (channel.kind === 'opening') {
    if (!facts.loaded) return { kind: 'loading' };
    return pending > 0
      ? { kind: 'saving', pending, kept, error: facts.storageError }
      : { kind: 'syncing', kept };
  }
  if (channel.access !== 'edit') {
    const { access } = channel;
    return { kind: 'view-only', access, pending, kept, error: facts.notice };
  }
  return pending > 0
    ? { kind: 'saving', pending, kept, error: facts.storageError }
    : { kind: 'saved', at: facts.savedAt, kept };
}

function disconnected(
  facts: SaveFacts,
  connection: Exclude<ConnectionState, { kind: 'connected' | 'stopped' }>,
): SaveState {
  const { pending, kept, loaded } = facts;
  const cause = 'cause' in connection ? connection.cause : null;
  if (cause === null && !loaded) return { kind: 'loading' };
  if (cause === null && pending === 0) return { kind: 'loading' };
  const retryAt = connection.kind === 'waiting' ? connection.retryAt : null;
  const error = 'error' in connection ? connection.error : null;
  return { kind: 'offline', pending, kept, retryAt, cause: cause ?? 'lost', error };
}
