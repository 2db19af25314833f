/**
 * Who is here. Members are keyed by user, over all of a user's tabs and devices. `awareness` is an
 * update of `y-protocols/awareness`, passed on as it is except that the server puts `user` into each
 * state and refuses client ids that belong to another connection.
 */
import { z } from 'zod';
import { sentPosition } from '../channels.ts';
import {
  AWARENESS_INTERVAL_MS,
  MAX_AWARENESS_INTERVAL_MS,
  MAX_LISTED_MEMBERS,
  MAX_NAME_LENGTH,
  MAX_SHOWN_MEMBERS,
  MAX_TYPING_NAMES,
} from '../limits.ts';
import { toStorable, truncateText } from '../text.ts';
import { color, count, displayName, offset, userId, yjsClient, type BytesField } from './field.ts';

/**
 * `idle`: the page is seen and was not touched for a while. `away`: nobody sees it, or it was not touched for
 * long. A person is what the most present of their tabs is.
 */
const presenceState = z.enum(['active', 'idle', 'away']);

export const member = z.object({
  user: userId,
  name: displayName,
  color,
  state: presenceState,
  /** The Yjs client ids of this user's connections. */
  clients: z.array(yjsClient),
});
export type Member = z.infer<typeof member>;
export type PresenceState = z.infer<typeof presenceState>;

/** People by what they are, shown or not. */
const memberCounts = z.object({ active: count, idle: count, away: count });
export type MemberCounts = z.infer<typeof memberCounts>;

export const presenceMessages = <B extends BytesField>(bytes: B) => ({
  awareness: z.strictObject({ update: bytes }),
  'presence:set': z.strictObject({ state: presenceState }),
  'presence:changed': z.object({
    /** These are all who are shown. Otherwise those who are shown now or are not as before, and those who are not shown any more. */
    full: z.boolean(),
    members: z.array(member).max(MAX_SHOWN_MEMBERS),
    left: z.array(userId),
    /** A difference is one for those who know this offset of the epoch, or a later one; with `full` it is 0. */
    from: offset,
    /** What the receiver knows with it. */
    position: sentPosition,
    counts: memberCounts,
    /** The receiver, who may not be among those who are shown. */
    you: member.optional(),
    /** How often a client may say where its cursor is, in milliseconds. */
    cursorIntervalMs: z.number().int().min(AWARENESS_INTERVAL_MS).max(MAX_AWARENESS_INTERVAL_MS),
  }),
  /** Asks for people beyond those who are shown: whose name has `query` in it, after an earlier answer's `next`. */
  'presence:list': z.strictObject({
    ref: z.number().int().nonnegative(),
    /** As somebody types it: what is longer than any name counts to there. */
    query: z.string().overwrite((query) => toStorable(truncateText(query, MAX_NAME_LENGTH))),
    after: count,
  }),
  /** In the order in which they came; `next` is null with the last of them. */
  'presence:listed': z.object({
    ref: z.number().int().nonnegative(),
    members: z.array(member).max(MAX_LISTED_MEMBERS),
    next: count.nullable(),
  }),
  'typing:start': z.strictObject({}),
  'typing:stop': z.strictObject({}),
  /** The users who are typing now, oldest first, without the receiver. */
  'typing:changed': z.object({ users: z.array(userId).max(MAX_TYPING_NAMES) }),
});
