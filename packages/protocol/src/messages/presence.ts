/**
 * Presence. Members are keyed by user, over all tabs and devices. `awareness` is an update of
 * `y-protocols/awareness`; the server only sets `user` in each state and refuses client ids of
 * other connections.
 */
import * as z from 'zod/mini';
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
 * `idle`: the page is visible but was not used for a while. `away`: hidden, or unused for long. A
 * user has the most present state of their tabs.
 */
const presenceState = z.enum(['active', 'idle', 'away']);

export const member = z.object({
  user: userId,
  name: displayName,
  color,
  state: presenceState,
  clients: z.array(yjsClient),
});
export type Member = z.infer<typeof member>;
export type PresenceState = z.infer<typeof presenceState>;

const memberCounts = z.object({ active: count, idle: count, away: count });
export type MemberCounts = z.infer<typeof memberCounts>;

export const presenceMessages = <B extends BytesField>(bytes: B) => ({
  awareness: z.strictObject({ update: bytes }),
  'presence:set': z.strictObject({ state: presenceState }),
  'presence:changed': z.object({
    /** True: `members` is complete. False: it lists changes, and `left` those no longer shown. */
    full: z.boolean(),
    members: z.array(member).check(z.maxLength(MAX_SHOWN_MEMBERS)),
    left: z.array(userId),
    /** The offset of the epoch that a difference applies to, or to any later one; 0 with `full`. */
    from: offset,
    position: sentPosition,
    counts: memberCounts,
    you: z.optional(member),
    cursorIntervalMs: z
      .int()
      .check(z.minimum(AWARENESS_INTERVAL_MS), z.maximum(MAX_AWARENESS_INTERVAL_MS)),
  }),
  'presence:list': z.strictObject({
    ref: z.int().check(z.nonnegative()),
    /** Typed text; the part beyond the longest possible name is cut off. */
    query: z
      .string()
      .check(z.overwrite((query) => toStorable(truncateText(query, MAX_NAME_LENGTH)))),
    after: count,
  }),
  'presence:listed': z.object({
    ref: z.int().check(z.nonnegative()),
    members: z.array(member).check(z.maxLength(MAX_LISTED_MEMBERS)),
    next: z.nullable(count),
  }),
  'typing:start': z.strictObject({}),
  'typing:stop': z.strictObject({}),
  'typing:changed': z.object({ users: z.array(userId).check(z.maxLength(MAX_TYPING_NAMES)) }),
});
