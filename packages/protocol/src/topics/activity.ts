/** Activity in the documents of a person's list, for the list to show. */
import * as z from 'zod/mini';
import { MAX_EXCERPT_LENGTH } from '../limits.ts';
import { documentId, instant, user } from '../messages/field.ts';
import { sentText } from '../text.ts';
import { deletedRanges } from './unread.ts';

const messageCount = z.int().check(z.nonnegative());

export const documentActivity = z.object({
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  updatedAt: instant,
  present: z.array(user).check(z.maxLength(8)),
  chatHead: messageCount,
  /** The number of the newest imported message. */
  chatImported: messageCount,
  chatDeleted: deletedRanges,
});
export type DocumentActivity = z.infer<typeof documentActivity>;

export const activityState = z.object({
  type: z.literal('activity'),
  documents: z.record(documentId, documentActivity),
});
export type ActivityState = z.infer<typeof activityState>;

export const activityChanged = z.object({
  documents: z.record(documentId, z.nullable(documentActivity)),
});

export function reduceActivity(
  state: ActivityState,
  { documents }: z.infer<typeof activityChanged>,
): ActivityState {
  const merged = new Map(Object.entries(state.documents));
  for (const [id, activity] of Object.entries(documents)) {
    if (activity === null) merged.delete(id);
    else merged.set(id, activity);
  }
  // Safe for a document called `__proto__`.
  return { ...state, documents: Object.fromEntries(merged) };
}
