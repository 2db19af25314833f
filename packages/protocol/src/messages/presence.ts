/**
 * Who is here. Members are keyed by user, over all of a user's tabs and devices. `awareness` is an
 * update of `y-protocols/awareness`, passed on as it is except that the server puts `user` into each
 * state and refuses client ids that belong to another connection.
 */
import { z } from 'zod';
import { MAX_TYPING_NAMES } from '../limits.ts';
import { color, displayName, userId, yjsClient, type BytesField } from './field.ts';

const presenceState = z.enum(['active', 'idle']);

export const member = z.strictObject({
  user: userId,
  name: displayName,
  color,
  state: presenceState,
  /** The Yjs client ids of this user's connections. */
  clients: z.array(yjsClient),
});
export type Member = z.infer<typeof member>;
export type PresenceState = z.infer<typeof presenceState>;

export const presenceMessages = <B extends BytesField>(bytes: B) => ({
  awareness: z.strictObject({ update: bytes }),
  'presence:set': z.strictObject({ state: presenceState }),
  /** `full`: these are all members. Otherwise those that came or changed, and the users that left. */
  'presence:changed': z.strictObject({
    full: z.boolean(),
    members: z.array(member),
    left: z.array(userId),
  }),
  'typing:start': z.strictObject({}),
  'typing:stop': z.strictObject({}),
  /** The users who are typing now, oldest first, without the receiver. */
  'typing:changed': z.strictObject({ users: z.array(userId).max(MAX_TYPING_NAMES) }),
});
