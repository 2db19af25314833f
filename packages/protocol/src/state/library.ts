/** What belongs to one person: their name and colour, the documents on their list, how far they have read. */
import { z } from 'zod';
import { MAX_EXCERPT_LENGTH, MAX_LIBRARY_PAGE } from '../limits.ts';
import { documentId, documentKind, instant, role, title, user } from '../messages/field.ts';
import { sentText } from '../text.ts';
import { deletedRanges } from './unread.ts';

export const listedDocument = z.strictObject({
  id: documentId,
  kind: documentKind,
  title,
  /** What this person may do. */
  role,
  /** The first words of the text when it was listed; `activity` has newer ones. */
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  createdAt: instant,
  updatedAt: instant,
  /** The number of the newest chat message that this person has seen. */
  chatRead: z.number().int().nonnegative(),
  /** It was given to this person, who has not opened it yet. */
  isNew: z.literal(true).optional(),
});
export type ListedDocument = z.infer<typeof listedDocument>;

/** A place in a list: documents are in the order of `updatedAt`, the newest first, then of their ids. */
export const libraryPlace = z.strictObject({ updatedAt: instant, id: documentId });
export type LibraryPlace = z.infer<typeof libraryPlace>;

export const libraryState = z.strictObject({
  type: z.literal('library'),
  user,
  /** Last changed first: all up to `next`, and some that stand after it. */
  documents: z.array(listedDocument),
  /** The list goes on after this place; null: all of it is here. */
  next: libraryPlace.nullable(),
});
export type LibraryState = z.infer<typeof libraryState>;

/** A page of a person's list, or of what a search finds in it. */
export const libraryPage = z.strictObject({
  documents: z.array(listedDocument).max(MAX_LIBRARY_PAGE),
  next: libraryPlace.nullable(),
});
export type LibraryPage = z.infer<typeof libraryPage>;

/** What goes on in one document, for lists; the key is the document. */
export const documentActivity = z.strictObject({
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  updatedAt: instant,
  /** People who are in it, a few of them. */
  present: z.array(user).max(8),
  /** The number of the newest chat message. */
  chatHead: z.number().int().nonnegative(),
  chatDeleted: deletedRanges,
});
export type DocumentActivity = z.infer<typeof documentActivity>;

export const activityState = z.strictObject({
  type: z.literal('activity'),
  documents: z.record(documentId, documentActivity),
});
export type ActivityState = z.infer<typeof activityState>;
