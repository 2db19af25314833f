/**
 * The port to the log of commits that all nodes of a cluster read: which channels have new events, and what else
 * follows. Entries are numbered without a gap in the order of their commits.
 */
import type { ChannelKey } from './channel-key.ts';
import type { JournalHeads } from './journal-heads.ts';

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
  /** For mail between nodes while there is no faster way. */
  readonly relay: RelayDatabase;
}

export interface RelayDatabase extends AsyncDisposable {
  query<R extends object>(query: {
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<{ readonly rows: readonly R[] }>;
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
  /** The next entries in order, at most `LOG.maxEntries`. Null when some of them were deleted already. */
  readAfter(number: number): Promise<readonly LogEntry[] | null>;
  append(entry: Pick<LogEntry, 'channels' | 'effects'>): Promise<void>;
  deleteBefore(atMs: number): Promise<void>;
}
