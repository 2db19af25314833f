/**
 * Events: changes of a reliable channel. Applied in order to the channel's state, they produce the
 * newest state. The name is `noun:past`, after the command that caused the event.
 */
import * as z from 'zod/mini';
import { instant, ulid, user } from '../messages/field.ts';

export const defineEvent = <N extends string, S extends z.core.$ZodShape>(name: N, fields: S) =>
  z.object({
    name: z.literal(name),
    at: instant,
    command: z.optional(ulid),
    ...fields,
  });

export const profileChanged = defineEvent('profile:changed', { user });
