/**
 * Events: what has happened in a reliable channel. A reader that applies them in order to the channel's state has its
 * newest state. The name is `noun:past`, after the command that caused it.
 */
import { z } from 'zod';
import { instant, ulid, user } from '../messages/field.ts';

export const defineEvent = <N extends string, S extends z.ZodRawShape>(name: N, fields: S) =>
  z.object({
    name: z.literal(name),
    at: instant,
    /** The command that caused it, by which its author recognises it. */
    command: ulid.optional(),
    ...fields,
  });

/** A person has another name or colour; published on each channel that names them. */
export const profileChanged = defineEvent('profile:changed', { user });
