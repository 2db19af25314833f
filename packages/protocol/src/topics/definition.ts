/**
 * How a topic declares its channel and its commands. A command is declared once; the union of the wire, the order in
 * which clients send, prediction, and the server's table of handlers derive from its definition.
 */
import type { z } from 'zod';
import type { User } from '../messages/field.ts';

export interface ReduceOptions {
  /** The oldest messages beyond this number are dropped. */
  readonly chatMessages?: number;
}

/** A reliable channel: its state, and the reducer that applies its events. */
export interface ChannelDefinition<
  T extends string,
  State extends z.ZodType,
  Event extends EventSchema,
> {
  readonly type: T;
  /** Person: one channel for each user, named by its type. Document: one for each document, `type:document`. */
  readonly of: 'person' | 'document';
  readonly state: State;
  readonly event: Event;
  /** Returns the same object when the event changes nothing. */
  readonly reduce: (
    state: z.output<State>,
    event: z.output<Event>,
    options: ReduceOptions,
  ) => z.output<State>;
}

/** A union of events by name. */
type EventSchema = z.ZodType & {
  readonly options: readonly { readonly shape: { readonly name: z.ZodLiteral<string> } }[];
};

export function defineChannel<
  const T extends string,
  State extends z.ZodType,
  Event extends EventSchema,
>(definition: ChannelDefinition<T, State, Event>): ChannelDefinition<T, State, Event> {
  return definition;
}

/** What the author's device knows when it predicts the event of a command. */
export interface Prediction<Input, State> {
  readonly id: string;
  readonly input: Input;
  /** When the command was given, in milliseconds since the epoch. */
  readonly at: number;
  /** The author, under their newest name. */
  readonly user: User;
  /** The channel's state with earlier commands applied; null while it is unknown here. */
  readonly state: State | null;
  /** Finds a person whom the author has met. */
  readonly findUser: (id: string) => User | null;
}

/** An event without the fields that all events have. */
export type EventBody<E> = E extends unknown ? Omit<E, 'at' | 'command'> : never;

interface Given<Input> {
  readonly id: string;
  readonly input: Input;
}

/** Which commands wait for each other's answers. Commands about different documents never do. */
export interface CommandOrder<Input> {
  /** The subject that the command changes. Later commands that wait for this subject are sent after its answer. */
  readonly changes: (command: Given<Input>) => string | null;
  /** The subject that must not have an unanswered change when this command is sent. */
  readonly waitsFor: (command: Given<Input>) => string | null;
  /** All later commands about the document wait for this one. */
  readonly isFirst?: true;
}

/** In the order in which they were given: a command that is refused for now must not be overtaken. */
export const IN_TURN: CommandOrder<unknown> = {
  changes: () => 'document',
  waitsFor: () => 'document',
};
/** As `IN_TURN`, and everything about the document waits, such as for its creation. */
export const FIRST: CommandOrder<unknown> = { ...IN_TURN, isFirst: true };
/** The command has the same effect whenever it arrives. */
export const ANY_ORDER: CommandOrder<unknown> = { changes: () => null, waitsFor: () => null };

/** The earlier command that a later one makes unnecessary. Both are about the same document. */
export interface Replacement<Input> {
  /** A later command replaces an earlier one of the same key. */
  readonly key: (input: Input) => string;
  /** Restricts it further; compared only with commands of the same name. */
  readonly covers?: (later: Input, earlier: Input) => boolean;
}

export interface CommandDefinition<
  N extends string,
  S extends z.ZodType,
  T extends string,
  State extends z.ZodType,
  Event extends EventSchema,
> {
  readonly name: N;
  /** For the published schema. */
  readonly summary: string;
  readonly input: S;
  /** The channel on which the author sees the effect. */
  readonly channel: ChannelDefinition<T, State, Event>;
  readonly order: CommandOrder<z.output<S>>;
  readonly replaces: Replacement<z.output<S>> | null;
  /** Repeating the command after any time, when the server has forgotten its id, changes nothing. */
  readonly isIdempotent: boolean;
  /** The person never notices its loss, so no one is warned about it. */
  readonly isSilent?: true;
  /** The event that the server will publish on `channel`; null where none follows or it cannot be known here. */
  readonly predict: (
    prediction: Prediction<z.output<S>, z.output<State>>,
  ) => EventBody<z.output<Event>> | null;
}

/** Returns `defineCommand` for the commands of one channel. */
export function commandsOf<T extends string, State extends z.ZodType, Event extends EventSchema>(
  channel: ChannelDefinition<T, State, Event>,
) {
  return <const N extends string, S extends z.ZodType>(
    definition: Omit<CommandDefinition<N, S, T, State, Event>, 'channel'>,
  ): CommandDefinition<N, S, T, State, Event> => ({ ...definition, channel });
}

type Named = { readonly name: string };

/** A topic's commands by name. */
export function defineCommands<const D extends readonly Named[]>(
  ...definitions: D
): { readonly [K in D[number] as K['name']]: K } {
  return Object.fromEntries(definitions.map((definition) => [definition.name, definition])) as {
    readonly [K in D[number] as K['name']]: K;
  };
}
