import type { ClientMessage, ErrorBody } from '@tandem/protocol';
import type { Position } from './engine-event.ts';
import type { PendingUpdate } from './pending-updates.ts';

/**
 * Work for the channel's owner, in order, one store transaction per intent. After a failed intent
 * the owner executes no further ones.
 */
export type ChannelIntent =
  | { readonly kind: 'send'; readonly message: ClientMessage }
  | { readonly kind: 'keep'; readonly pending: PendingUpdate }
  /**
   * In one store transaction: add `updates` to the stored replica, move the confirmed entries from
   * the outbox to the stored replica, and store `position`. Apply `updates` to the document.
   */
  | {
      readonly kind: 'advance';
      readonly updates: readonly Uint8Array[];
      readonly confirmed: readonly number[];
      readonly position: Position;
    }
  /** Move these entries from the outbox to the rejected updates. A `reset` follows. */
  | { readonly kind: 'reject'; readonly ids: readonly number[]; readonly error: ErrorBody }
  /** Delete the stored replica and its position; `restart` takes an empty replica with a new id. */
  | { readonly kind: 'reset'; readonly error: ErrorBody }
  /** Call `open` again after `error.retryAfterMs`; without it, after a backoff. */
  | { readonly kind: 'reopen'; readonly error: ErrorBody }
  /** The channel stopped; pending work stays in the outbox. */
  | { readonly kind: 'failed'; readonly error: ErrorBody };
