/** The commands that the server executes: those of the wire, and internal ones that clients cannot send. */
import type { Command, CommandInput, CommandName } from '@tandem/protocol';

interface OwnInputs {
  /** Adds opened documents to their visitors' lists. Ignores documents that the visitor may not see. */
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
