/**
 * The store of the command worker, the only writer of what commands change, in its process. The changes,
 * events and results of a transaction are stored together or not at all.
 */
import type { ChannelEvent, ChannelName, ChannelPosition, ErrorBody } from '@tandem/protocol';
import type { ChannelKey } from './channel-key.ts';
import type { EventRun } from './event-rows.ts';
import type { Database } from './tables.ts';

export interface CommittedEvents extends EventRun {
  readonly key: ChannelKey;
}

export interface PublishedEvent {
  readonly key: ChannelKey;
  readonly event: ChannelEvent;
}

export type StoredResult =
  | { readonly positions: readonly (ChannelPosition & { readonly name: ChannelName })[] }
  | { readonly error: ErrorBody };

export interface CommandKey {
  readonly user: string;
  readonly id: string;
}

export interface ClaimedCommand extends CommandKey {
  /** Ids of what the command is about. Commands about one of them do not run at the same time. */
  readonly subjects: readonly string[];
}

export interface CommandResult extends CommandKey {
  /** Null: the command may be executed again, as after a refusal that passes. */
  readonly result: StoredResult | null;
}

export interface CommandStore extends AsyncDisposable {
  /** Within a transaction. */
  readonly db: Database;
  /**
   * Runs `work` in a transaction.
   *
   * @throws StorageError, or the error of `work`; then nothing is stored, or the answer was lost: the same
   * commands may be executed again, and those that were stored have their results.
   */
  transaction<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly events: readonly CommittedEvents[] }>;
  /**
   * Runs `work` within the transaction and undoes its changes alone when `work` throws, or when `keep`
   * returns false for its result. After a retryable `StorageError` the whole transaction must fail.
   */
  savepoint<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T>;

  // Within a transaction, each of these once, in this order:

  /**
   * Keeps other processes from executing these commands, and others about the same subjects, until the end of
   * the transaction.
   *
   * @returns for each command its result, if it was executed before.
   */
  claim(commands: readonly ClaimedCommand[], at: number): Promise<readonly (StoredResult | null)[]>;
  /** Numbers the events, which locks their channels: call it late. @returns the position of each. */
  appendEvents(events: readonly PublishedEvent[]): Promise<readonly ChannelPosition[]>;
  /** @param results of all claimed commands that had none. */
  saveResults(results: readonly CommandResult[], at: number): Promise<void>;
  /**
   * Tells other nodes about the events and effects of the transaction; the last call in it.
   *
   * @returns the number of the log entry; null where there is no other node, or nothing to tell.
   */
  recordCommit(effects: readonly unknown[]): Promise<number | null>;
}
