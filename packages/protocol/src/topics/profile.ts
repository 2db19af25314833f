/** Profile: a person's own name and colour. */
import * as z from 'zod/mini';
import { color, newName } from '../messages/field.ts';
import { commandsOf, defineCommands, IN_TURN } from './definition.ts';
import { libraryChannel } from './library.ts';

const defineCommand = commandsOf(libraryChannel);

export const profileCommands = defineCommands(
  defineCommand({
    name: 'profile:change',
    summary: 'Changes the user’s name or colour.',
    input: z.strictObject({ name: z.optional(newName), color: z.optional(color) }),
    order: IN_TURN,
    replaces: {
      key: () => 'profile',
      covers: (later, earlier) =>
        (earlier.name === undefined || later.name !== undefined) &&
        (earlier.color === undefined || later.color !== undefined),
    },
    isIdempotent: false,
    predict({ input, user }) {
      const { name = user.name, color = user.color } = input;
      return { name: 'profile:changed', user: { ...user, name, color } };
    },
  }),
);
