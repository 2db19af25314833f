/**
 * Commands: what a person wants changed beside document text. Each is validated, authorised, executed and
 * recorded in one transaction with the events it causes; its result is kept under its id, so a repeat
 * changes nothing and gets the same answer. Ids are ULIDs that the client makes, and belong to the user.
 *
 * A command is defined once, in the file of its topic. Everything below derives from those definitions.
 */
import { z } from 'zod';
import type { ChannelEvent, ChannelName, ChannelState } from './channels.ts';
import { ulid, type User } from './messages/field.ts';
import { chatCommands } from './topics/chat.ts';
import type { CommandDefinition } from './topics/definition.ts';
import { libraryCommands } from './topics/library.ts';
import { profileCommands } from './topics/profile.ts';
import { sharingCommands } from './topics/sharing.ts';

/** Definitions by name. */
export const COMMANDS = {
  ...libraryCommands,
  ...sharingCommands,
  ...profileCommands,
  ...chatCommands,
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<N extends CommandName> = z.output<(typeof COMMANDS)[N]['input']>;

/** A command without its id. */
export type Call = {
  [N in CommandName]: { readonly name: N; readonly input: CommandInput<N> };
}[CommandName];
export type CallOf<N extends CommandName> = Extract<Call, { name: N }>;
export type Command = Call & { readonly id: string };

/** A definition whose types are not known here. */
type AnyDefinition = CommandDefinition<CommandName, z.ZodType, string, z.ZodType, never>;

const definitionOf = (name: CommandName) => COMMANDS[name] as unknown as AnyDefinition;

const variants = Object.values(COMMANDS).map(({ name, summary, input }) =>
  z.strictObject({ id: ulid, name: z.literal(name), input: input as z.ZodType }).describe(summary),
);

export const command = z.discriminatedUnion(
  'name',
  variants as [(typeof variants)[number], ...typeof variants],
) as unknown as z.ZodType<Command>;

/** The document that a command is about; null for one about the person. */
export function documentOf({ input }: Command): string | null {
  return 'document' in input ? input.document : null;
}

/**
 * Whether `later` may only be sent when `earlier` is answered. The server executes commands in the order in which it
 * receives them, but one that it refuses for now is sent again, and others must not have overtaken it.
 */
export function waitsFor(later: Command, earlier: Command): boolean {
  if (documentOf(later) !== documentOf(earlier)) return false;
  const first = definitionOf(earlier.name).order;
  if (first.isFirst === true) return true;
  const subject = definitionOf(later.name).order.waitsFor(later);
  return subject !== null && subject === first.changes(earlier);
}

/** Whether `later` undoes or repeats everything that `earlier` would do. */
export function replaces(later: Command, earlier: Command): boolean {
  const rule = definitionOf(later.name).replaces;
  const other = definitionOf(earlier.name).replaces;
  if (rule === null || other === null || documentOf(later) !== documentOf(earlier)) return false;
  if (rule.key(later.input) !== other.key(earlier.input)) return false;
  return rule.covers?.(later.input, earlier.input) ?? true;
}

/** False for commands that never replace another, of which there can be very many. */
export function canReplace({ name }: Command): boolean {
  return COMMANDS[name].replaces !== null;
}

export interface PredictionContext {
  /** The author of the command. */
  readonly user: User;
  /** When it was given, in milliseconds since the epoch. */
  readonly at: number;
  /** A channel's state with earlier commands applied; null where it is unknown. */
  readonly stateOf: (name: ChannelName) => ChannelState | null;
  /** Finds a person whom the author has met. */
  readonly findUser?: ((id: string) => User | null) | undefined;
}

/** The channel on which the author of a command sees its effect. */
export function channelOf(command: Command): ChannelName {
  const { type, of } = COMMANDS[command.name].channel;
  return (of === 'person' ? type : `${type}:${documentOf(command)}`) as ChannelName;
}

/**
 * The event that the server will publish on `channelOf(command)`, as far as the author's device can know; null where
 * none follows. Predicted events go through the same reducers as real ones, until those have arrived.
 */
export function predict(command: Command, context: PredictionContext): ChannelEvent | null {
  const { at, stateOf, findUser = () => null } = context;
  const library = stateOf('library');
  const { channel, predict: predictBody } = definitionOf(command.name);
  const state = stateOf(channelOf(command));
  const body = predictBody({
    id: command.id,
    input: command.input,
    at,
    user: library?.type === 'library' ? library.user : context.user,
    state: state?.type === channel.type ? state : null,
    findUser,
  }) as object | null;
  return body === null ? null : ({ at, command: command.id, ...body } as ChannelEvent);
}
