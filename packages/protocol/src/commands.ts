/**
 * Commands change everything except document text. The server validates, authorizes, executes and
 * records each one in one transaction with its events, and stores the result under the command's
 * id, so a repeat changes nothing and gets the same answer. Ids are ULIDs that the client creates,
 * scoped to the user.
 *
 * Each command is defined once, in the file of its topic. Everything below derives from those
 * definitions.
 */
import * as z from 'zod/mini';
import type { ChannelEvent, ChannelName, ChannelState } from './channels.ts';
import { ulid, type User } from './messages/field.ts';
import { chatCommands } from './topics/chat.ts';
import { commentCommands } from './topics/comments.ts';
import type { CommandDefinition } from './topics/definition.ts';
import { inboxCommands } from './topics/inbox.ts';
import { libraryCommands } from './topics/library.ts';
import { profileCommands } from './topics/profile.ts';
import { sharingCommands } from './topics/sharing.ts';
import { trashCommands } from './topics/trash.ts';
import { versionCommands } from './topics/versions.ts';

export const COMMANDS = {
  ...libraryCommands,
  ...trashCommands,
  ...inboxCommands,
  ...sharingCommands,
  ...versionCommands,
  ...profileCommands,
  ...chatCommands,
  ...commentCommands,
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<N extends CommandName> = z.output<(typeof COMMANDS)[N]['input']>;

export type Call = {
  [N in CommandName]: { readonly name: N; readonly input: CommandInput<N> };
}[CommandName];
export type CallOf<N extends CommandName> = Extract<Call, { name: N }>;
export type Command = Call & { readonly id: string };

type AnyDefinition = CommandDefinition<CommandName, z.ZodMiniType, string, z.ZodMiniType, never>;

const definitionOf = (name: CommandName) => COMMANDS[name] as unknown as AnyDefinition;

const variants = Object.values(COMMANDS).map(({ name, summary, input }) =>
  z.strictObject({ id: ulid, name: z.literal(name), input }).check(z.describe(summary)),
);

export const command = z.discriminatedUnion(
  'name',
  variants as [(typeof variants)[number], ...typeof variants],
) as unknown as z.ZodMiniType<Command>;

export function documentOf({ input }: Command): string | null {
  return 'document' in input ? input.document : null;
}

/** What is created in a document, or moved into it, needs it. */
function parentOf({ input }: Command): string | null {
  return 'parent' in input ? (input.parent ?? null) : null;
}

/**
 * Whether `later` must wait for the answer to `earlier`. The server executes commands in the order
 * received, but the client resends one after a temporary refusal, and later commands must not
 * overtake it.
 */
export function waitsFor(later: Command, earlier: Command): boolean {
  const first = definitionOf(earlier.name).order;
  if (documentOf(later) !== documentOf(earlier))
    return first.isFirst === true && parentOf(later) === documentOf(earlier);
  if (first.isFirst === true) return true;
  const subject = definitionOf(later.name).order.waitsFor(later);
  return subject !== null && subject === first.changes(earlier);
}

export function replaces(later: Command, earlier: Command): boolean {
  const rule = definitionOf(later.name).replaces;
  const other = definitionOf(earlier.name).replaces;
  if (rule === null || other === null || documentOf(later) !== documentOf(earlier)) return false;
  if (rule.key(later.input) !== other.key(earlier.input)) return false;
  return rule.covers?.(later.input, earlier.input) ?? true;
}

export function canReplace({ name }: Command): boolean {
  return COMMANDS[name].replaces !== null;
}

export interface PredictionContext {
  readonly user: User;
  readonly at: number;
  readonly stateOf: (name: ChannelName) => ChannelState | null;
  readonly findUser?: ((id: string) => User | null) | undefined;
}

export function channelOf(command: Command): ChannelName {
  const { type, of } = COMMANDS[command.name].channel;
  return (of === 'person' ? type : `${type}:${documentOf(command)}`) as ChannelName;
}

/**
 * The event that the server will publish on `channelOf(command)`, as far as the author's device can
 * know; null where none follows. The reducers treat predicted events like real ones until those
 * arrive.
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
