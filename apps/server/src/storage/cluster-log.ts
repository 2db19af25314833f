/**
 * The port to the log of commits that all nodes of a cluster read: which channels have new events, and what else
 * follows. Entries are numbered without a gap in the order of their commits.
 */
import type { RelayDatabase } from '../bus/postgres/postgres-broker.ts';
import type { ChannelKey } from './channel-key.ts';
import type { JournalHeads } from './journal-heads.ts';
import type { Database } from './tables.ts';

export interface LogEntry {
  readonly number: number;
  /** The node that committed it. */
  readonly node: string;
  readonly channels: readonly ChannelHead[];
  /** As the node gave them to the log; another version may know other kinds. */
  readonly effects: readonly unknown[];
}

/** What the processes on one database tell each other through it. */
export interface ClusterStorage {
  readonly node: string;
  readonly log: ClusterLog;
  readonly heads: JournalHeads;
  /** After the database went back. @throws StorageError */
  beginTimeline(db: Database, parting: Parting): Promise<void>;
  /** @returns false when an address has become too many guests on all nodes: LI7. @throws StorageError */
  tryCountGuest(db: Database, address: string): Promise<boolean>;
  /** For mail between nodes while there is no faster way. */
  readonly relay: RelayDatabase & AsyncDisposable;
}

export type LogRead =
  | { readonly kind: 'entries'; readonly entries: readonly LogEntry[] }
  /** Some were deleted already. */
  | { readonly kind: 'missed' }
  /** The database went back since the last read, and may lack entries and rows. */
  | ({ readonly kind: 'parted' } & Parting);

export interface Parting {
  /** The same server was restored after this moment, by the clock of the database; null: another server has taken over. */
  readonly restoredAfter: number | null;
}

export interface ChannelHead {
  readonly key: ChannelKey;
  readonly epoch: string;
  readonly offset: number;
}

/** Every call may fail with a `StorageError`. */
export interface ClusterLog extends AsyncDisposable {
  /** The number of the last entry. */
  readHead(): Promise<number>;
  /** The next entries in order, at most `LOG.maxEntries`. */
  readAfter(number: number): Promise<LogRead>;
  append(entry: Pick<LogEntry, 'channels' | 'effects'>): Promise<void>;
  /** As a part of a transaction; its last statement. */
  appendWithin(db: Database, entry: Pick<LogEntry, 'channels' | 'effects'>): Promise<void>;
  /** Deletes entries that are older than `LOG.keepMs`. */
  deleteOld(): Promise<void>;
}
