/** The port through which commands are executed. */
import type { ChannelName, ChannelPosition, ErrorBody } from '@tandem/protocol';
import type { CommittedEvents } from '../storage/command-store.ts';
import type { Effect } from './effect.ts';
import type { ServerCommand } from './server-command.ts';

export interface CommandRequest {
  readonly user: string;
  readonly command: ServerCommand;
}

export type CommandAnswer =
  | {
      readonly kind: 'done';
      /** The command had been executed before; the positions are the original ones. */
      readonly repeated: boolean;
      /** The command's last positions in channels that its author may see, the first `MAX_DONE_POSITIONS`. */
      readonly positions: readonly (ChannelPosition & { readonly name: ChannelName })[];
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** The effects of one transaction, with one entry of events for each channel. */
export interface CommittedBatch {
  readonly events: readonly CommittedEvents[];
  readonly effects: readonly Effect[];
  /** The duration of the transaction; null when nothing was written. */
  readonly tookMs: number | null;
}

export interface CommandRunner extends AsyncDisposable {
  /**
   * Executes a command once, however often a client sends it, in the order of the calls. Resolves when the
   * command is on disk, after `onCommitted` received its batch; never rejects.
   */
  run(request: CommandRequest): Promise<CommandAnswer>;
  /** Why commands cannot be stored at the moment; null while they can. */
  readonly storageError: ErrorBody | null;
  /** Sets the one listener for changes of `storageError`. */
  onStorageChanged(listener: (error: ErrorBody | null) => void): void;
  /** Sets the one listener, which receives each transaction in the order of the commits. */
  onCommitted(listener: (batch: CommittedBatch) => void): void;
  /**
   * Sets the one listener for a lost worker: some of the unanswered commands may have been committed
   * without a call of `onCommitted`.
   */
  onLost(listener: (unanswered: readonly CommandRequest[]) => void): void;
}
