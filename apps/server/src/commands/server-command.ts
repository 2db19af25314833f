/** Commands as the server carries them out: those of the wire, and its own, which nobody can say from outside. */
import type { Command, CommandInput, CommandName } from '@tandem/protocol';

interface OwnInputs {
  /** People have opened documents, which belong on their lists. Where one may not be seen, nothing happens. */
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
