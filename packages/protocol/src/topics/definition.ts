/**
 * Definitions of a topic's channel and commands. The wire's union, send order, prediction, and the
 * server's table of handlers derive from the one definition of a command.
 */
import type * as z from 'zod/mini';
import type { User } from '../messages/field.ts';

export interface ReduceOptions {
  readonly chatMessages?: number;
}

export interface ChannelDefinition<
  T extends string,
  State extends z.ZodMiniType,
  Event extends EventSchema,
> {
  readonly type: T;
  /** Person: one channel per user, named by its type. Document: one per `type:document`. */
  readonly of: 'person' | 'document';
  readonly state: State;
  readonly event: Event;
  readonly reduce: (
    state: z.output<State>,
    event: z.output<Event>,
    options: ReduceOptions,
  ) => z.output<State>;
}

/** A schema of an event, or of another object with its name. */
export type NamedSchema = z.ZodMiniType & {
  readonly shape: { readonly name: z.ZodMiniLiteral<string> };
};

type EventSchema = z.ZodMiniType & { readonly def: { readonly options: readonly NamedSchema[] } };

export function defineChannel<
  const T extends string,
  State extends z.ZodMiniType,
  Event extends EventSchema,
>(definition: ChannelDefinition<T, State, Event>): ChannelDefinition<T, State, Event> {
  return definition;
}

export interface Prediction<Input, State> {
  readonly id: string;
  readonly input: Input;
  /** When the command was issued, in milliseconds since the epoch. */
  readonly at: number;
  readonly user: User;
  readonly state: State | null;
  readonly findUser: (id: string) => User | null;
}

export type EventBody<E> = E extends unknown ? Omit<E, 'at' | 'command'> : never;

interface Given<Input> {
  readonly id: string;
  readonly input: Input;
}

/** Which commands wait for each other's answers. Commands about different documents never do. */
export interface CommandOrder<Input> {
  /**
   * The subject that the command changes. Later commands that wait for it are sent after its
   * answer.
   */
  readonly changes: (command: Given<Input>) => string | null;
  /** The subject that must have no unanswered change when this command is sent. */
  readonly waitsFor: (command: Given<Input>) => string | null;
  readonly isFirst?: true;
}

/** Commands keep the order of issue: none may overtake a temporarily refused one. */
export const IN_TURN: CommandOrder<unknown> = {
  changes: () => 'document',
  waitsFor: () => 'document',
};
/** As `IN_TURN`, and all later commands about the document wait, such as for its creation. */
export const FIRST: CommandOrder<unknown> = { ...IN_TURN, isFirst: true };
export const ANY_ORDER: CommandOrder<unknown> = { changes: () => null, waitsFor: () => null };

export interface Replacement<Input> {
  readonly key: (input: Input) => string;
  /** Restricts replacement further; compared only with commands of the same name. */
  readonly covers?: (later: Input, earlier: Input) => boolean;
}

export interface CommandDefinition<
  N extends string,
  S extends z.ZodMiniType,
  T extends string,
  State extends z.ZodMiniType,
  Event extends EventSchema,
> {
  readonly name: N;
  readonly summary: string;
  readonly input: S;
  readonly channel: ChannelDefinition<T, State, Event>;
  readonly order: CommandOrder<z.output<S>>;
  readonly replaces: Replacement<z.output<S>> | null;
  /** A repeat changes nothing, even when the server has forgotten the command's id. */
  readonly isIdempotent: boolean;
  /** The user never notices the loss of the command, so no warning is shown. */
  readonly isSilent?: true;
  /**
   * The event that the server will publish on `channel`; null if there is none or it is unknown.
   */
  readonly predict: (
    prediction: Prediction<z.output<S>, z.output<State>>,
  ) => EventBody<z.output<Event>> | null;
}

export function commandsOf<
  T extends string,
  State extends z.ZodMiniType,
  Event extends EventSchema,
>(channel: ChannelDefinition<T, State, Event>) {
  return <const N extends string, S extends z.ZodMiniType>(
    definition: Omit<CommandDefinition<N, S, T, State, Event>, 'channel'>,
  ): CommandDefinition<N, S, T, State, Event> => ({ ...definition, channel });
}

type Named = { readonly name: string };

export function defineCommands<const D extends readonly Named[]>(
  ...definitions: D
): { readonly [K in D[number] as K['name']]: K } {
  return Object.fromEntries(definitions.map((definition) => [definition.name, definition])) as {
    readonly [K in D[number] as K['name']]: K;
  };
}
