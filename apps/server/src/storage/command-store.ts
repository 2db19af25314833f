/**
 * The store of the command worker, the only writer of what commands change. The changes, events and
 * results of a transaction are stored together or not at all.
 */
import type { ChannelEvent, ChannelName, ChannelPosition, ErrorBody } from '@tandem/protocol';
import type { ChannelKey } from './channel-key.ts';
import type { EventRun } from './event-rows.ts';
import type { Database } from './tables.ts';

export interface CommittedEvents extends EventRun {
  readonly key: ChannelKey;
}

export type StoredResult =
  | { readonly positions: readonly (ChannelPosition & { readonly name: ChannelName })[] }
  | { readonly error: ErrorBody };

export interface CommandStore extends AsyncDisposable {
  readonly db: Database;
  /**
   * Runs `work` in a transaction that other writers wait for.
   *
   * @throws StorageError, or the error of `work`; then nothing is stored.
   */
  transaction<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly events: readonly CommittedEvents[] }>;
  /**
   * Runs `work` within the transaction and undoes its changes alone when `work` throws, or when `keep`
   * returns false for its result. After a retryable `StorageError` the whole transaction must fail.
   */
  savepoint<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T>;

  // Within a transaction:

  appendEvent(
    key: ChannelKey,
    event: ChannelEvent,
  ): Promise<{ readonly epoch: string; readonly offset: number }>;
  findResult(command: { readonly user: string; readonly id: string }): Promise<StoredResult | null>;
  saveResult(
    command: { readonly user: string; readonly id: string; readonly at: number },
    result: StoredResult,
  ): Promise<void>;
  deleteExpiredResults(at: number): Promise<void>;
}
