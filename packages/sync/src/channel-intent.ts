import type { ClientMessage, ErrorBody } from '@tandem/protocol';
import type { Position } from './engine-event.ts';
import type { PendingUpdate } from './pending-updates.ts';

/**
 * What the owner does, in this order. Each intent is one store transaction; when one fails, the owner makes none
 * after it.
 */
export type ChannelIntent =
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** Store this local update in the outbox. */
  | { readonly kind: 'keep'; readonly pending: PendingUpdate }
  /**
   * In one store transaction: add `updates` to the stored replica, move the confirmed entries from the
   * outbox to the stored replica, and store `position`. Apply `updates` to the document.
   */
  | {
      readonly kind: 'advance';
      readonly updates: readonly Uint8Array[];
      readonly confirmed: readonly number[];
      readonly position: Position;
    }
  /** Move these entries from the outbox to the rejected updates, for the person. A `reset` follows. */
  | { readonly kind: 'reject'; readonly ids: readonly number[]; readonly error: ErrorBody }
  /** Delete the stored replica and its position, and pass a new empty replica with a new client id to `restart`. */
  | { readonly kind: 'reset'; readonly error: ErrorBody }
  /** Call `open` again after `error.retryAfterMs`; without it, after a backoff. */
  | { readonly kind: 'reopen'; readonly error: ErrorBody }
  /** The channel stopped; pending work stays in the outbox. */
  | { readonly kind: 'failed'; readonly error: ErrorBody };
