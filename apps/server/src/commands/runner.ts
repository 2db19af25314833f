/** The port through which commands are carried out. */
import type { ChannelName, ChannelPosition, ErrorBody } from '@tandem/protocol';
import type { ChannelKey } from '../storage/channel-key.ts';
import type { EventRun } from '../storage/event-rows.ts';
import type { Effect } from './effect.ts';
import type { ServerCommand } from './server-command.ts';

export interface CommandRequest {
  readonly user: string;
  readonly command: ServerCommand;
}

export type CommandAnswer =
  | {
      readonly kind: 'done';
      /** It had been done before; these are the positions of then. */
      readonly repeated: boolean;
      /** Where its events end in channels that its author may see, the first `MAX_DONE_POSITIONS`. */
      readonly positions: readonly (ChannelPosition & { readonly name: ChannelName })[];
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** Events of one channel, committed together. */
export interface CommittedEvents extends EventRun {
  readonly key: ChannelKey;
}

/** What one transaction of commands did: each channel once. */
export interface CommittedBatch {
  readonly events: readonly CommittedEvents[];
  readonly effects: readonly Effect[];
  /** Milliseconds until it was on disk; null when there was nothing to write. */
  readonly tookMs: number | null;
}

export interface CommandRunner extends AsyncDisposable {
  /**
   * Carries out a command once, however often it is said. Commands begin in the order of the calls.
   * Answered when it is on disk, after its batch went to `onCommitted`; never rejects.
   */
  run(request: CommandRequest): Promise<CommandAnswer>;
  /** Why no command can be stored at the moment; null while they can. */
  readonly storageError: ErrorBody | null;
  /** Called when `storageError` has changed. One listener. */
  onStorageChanged(listener: (error: ErrorBody | null) => void): void;
  /** Hears of each transaction, in the order of the commits. One listener. */
  onCommitted(listener: (batch: CommittedBatch) => void): void;
  /**
   * Hears when commits may have happened of which `onCommitted` was not told, and of which commands: all that
   * were not answered. One listener.
   */
  onLost(listener: (unanswered: readonly CommandRequest[]) => void): void;
}
