/**
 * How a command is carried out: its handler reads and writes rows in a transaction that is open already, and publishes
 * what happened. Runner and handlers run in the command worker, one command at a time. A handler that
 * throws, or refuses, has changed nothing.
 */
import type { ChannelEvent, ErrorBody } from '@tandem/protocol';
import type { ChannelKey } from '../storage/channel-key.ts';
import type { Database } from '../storage/tables.ts';
import type { Effect } from './effect.ts';
import type { ServerCommandInput, ServerCommandName } from './server-command.ts';

export type Handler<N extends ServerCommandName> = (
  context: HandlerContext,
  input: ServerCommandInput<N>,
) => Promise<Outcome>;

/** Complete by type: a new command does not compile without its handler. */
export type HandlerTable = { readonly [N in ServerCommandName]: Handler<N> };

export interface HandlerContext {
  /** In the middle of a transaction: handlers begin none, and need not undo anything. */
  readonly db: Database;
  /** Who says the command. */
  readonly user: string;
  /** The command's id. */
  readonly command: string;
  /** Milliseconds since the epoch: when it is carried out. Never goes back from command to command. */
  readonly at: number;
  /** Adds an event to a channel; all that a command publishes is committed with it. */
  publish(key: ChannelKey, event: NewEvent): void;
}

export type Outcome =
  | { readonly kind: 'done'; readonly effects?: readonly Effect[] }
  /** A refusal that is not `temporary` is kept, and answered to every repeat. */
  | { readonly kind: 'refused'; readonly error: ErrorBody };

type Without<E, K extends PropertyKey> = E extends unknown ? Omit<E, K> : never;

/** An event as a handler says it: when it was and which command caused it is added by the runner. */
export type NewEvent = Without<ChannelEvent, 'at' | 'command'>;
