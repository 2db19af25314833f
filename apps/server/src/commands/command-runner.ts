/** The port through which commands are executed. */
import type {
  ChannelName,
  ChannelPosition,
  Command,
  CommandInput,
  CommandName,
  ErrorBody,
} from '@tandem/protocol';
import type { CommittedEvents } from '../storage/command-store.ts';

interface OwnInputs {
  /** Purges the document if it has been in the trash since before `before`, as its owner. */
  'document:expire': { readonly document: string; readonly before: number };
  'document:visit': {
    readonly visits: readonly { readonly user: string; readonly document: string }[];
  };
}

type OwnName = keyof OwnInputs;

export type ServerCommandName = CommandName | OwnName;

export type ServerCommandInput<N extends ServerCommandName> = N extends CommandName
  ? CommandInput<N>
  : OwnInputs[Extract<N, OwnName>];

export type ServerCommand =
  | Command
  | {
      [N in OwnName]: { readonly id: string; readonly name: N; readonly input: OwnInputs[N] };
    }[OwnName];

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

export type Effect =
  | { readonly kind: 'access-changed'; readonly document: string }
  | { readonly kind: 'renamed'; readonly document: string; readonly title: string }
  | { readonly kind: 'profile-changed'; readonly user: string }
  | { readonly kind: 'listed'; readonly document: string; readonly user: string }
  | { readonly kind: 'unlisted'; readonly document: string; readonly user: string }
  | { readonly kind: 'chat'; readonly document: string; readonly head: number }
  | { readonly kind: 'chat-deleted'; readonly document: string; readonly number: number }
  | { readonly kind: 'jobs-enqueued' }
  | { readonly kind: 'session-ended'; readonly user: string; readonly session: string }
  | {
      readonly kind: 'excerpt-changed';
      readonly document: string;
      readonly excerpt: string;
      readonly at: number;
    };

export interface CommittedBatch {
  /** The number of its entry in the cluster's log; null where there is no log, or no entry. */
  readonly entry: number | null;
  readonly events: readonly CommittedEvents[];
  readonly effects: readonly Effect[];
  readonly tookMs: number | null;
}

export interface CommandRunner extends AsyncDisposable {
  /**
   * Executes a command once, however often a client sends it, in the order of the calls. Resolves when the
   * command is on disk, after `onCommitted` received its batch; never rejects.
   */
  run(request: CommandRequest): Promise<CommandAnswer>;
  readonly storageError: ErrorBody | null;
  onStorageChanged(listener: (error: ErrorBody | null) => void): void;
  /** Sets the one listener; called in commit order. */
  onCommitted(listener: (batch: CommittedBatch) => void): void;
  /**
   * Sets the one listener for a lost worker: some of the unanswered commands may have been committed
   * without a call of `onCommitted`.
   */
  onLost(listener: (unanswered: readonly CommandRequest[]) => void): void;
}
