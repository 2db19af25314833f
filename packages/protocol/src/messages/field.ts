/** The fields that several message families share. */
import { z } from 'zod';
import {
  COLOR_COUNT,
  MAX_NAME_LENGTH,
  MAX_REQUESTED_NAME_LENGTH,
  MAX_TITLE_LENGTH,
} from '../limits.ts';
import { acceptedText, asciiId, fitText, hasVisibleText, sentText, toStorable } from '../text.ts';

/** How a schema holds bytes: as a `Uint8Array` in binary frames, as base64 in JSON ones. */
export type BytesField = z.ZodType<Uint8Array>;

/** A document's name: unguessable when we made it, chosen by the client when it is created ad hoc. */
export const documentId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** A document that a client makes: long enough that nobody guesses it. */
export const newDocumentId = documentId.min(20);

/**
 * The name of a document or of a channel that is asked for. One that nothing is called is refused like one that is not
 * there: a link with something behind it must not cost the connection.
 */
export const requestedName = z
  .string()
  .overwrite((name) => (name.length > MAX_REQUESTED_NAME_LENGTH ? '' : toStorable(name)));

/** Gap-free position in a document's journal; 0 is before the first update. */
export const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** A Yjs client id. */
export const yjsClient = z.number().int().nonnegative().max(0xffffffff);

const MAX_ID_LENGTH = 64;
export const userId = asciiId(MAX_ID_LENGTH);
/** A name that a person chooses. */
export const newName = acceptedText({
  lines: 'one',
  maxLength: MAX_NAME_LENGTH,
  tooLong: `Enter a name of at most ${MAX_NAME_LENGTH} characters.`,
  empty: 'Enter a name that can be seen.',
  trimmed: 'both',
});
export const displayName = sentText(MAX_NAME_LENGTH, 1);
export const color = z
  .number()
  .int()
  .min(0)
  .max(COLOR_COUNT - 1);
/** A title that a person gives. Blanks at its end stay: it is sent while the person types. */
export const newTitle = acceptedText({
  lines: 'one',
  maxLength: MAX_TITLE_LENGTH,
  tooLong: `Enter a title of at most ${MAX_TITLE_LENGTH} characters.`,
  trimmed: 'none',
});
export const title = sentText(MAX_TITLE_LENGTH);

/** Which life of a document a position belongs to. Copies of different lives are never merged. */
export const epoch = asciiId(MAX_ID_LENGTH);
/** Which history of the database a position counts in: a restored backup begins a new one. */
export const timeline = asciiId(MAX_ID_LENGTH);

/** Milliseconds since the epoch, by the server's clock. */
export const instant = z.number().int().nonnegative();
export const count = z.number().int().nonnegative();

export const ulid = z.ulid();

export const documentKind = z.enum(['page', 'data']);
export const access = z.enum(['edit', 'view']);

/** What whoever has the link may do. */
export const linkAccess = z.enum(['off', 'view', 'edit']);
export type LinkAccess = z.infer<typeof linkAccess>;
/** What one person may do in a document. */
export const role = z.enum(['owner', 'editor', 'viewer']);
export type Role = z.infer<typeof role>;
/** A role that can be given. */
export const memberRole = z.enum(['editor', 'viewer']);

/** Shown where a stored name has nothing visible in it. */
const NO_NAME = 'Unnamed';

/** Makes a stored name one that can be sent. */
export function toDisplayName(stored: string): string {
  const name = fitText(stored, { lines: 'one', maxLength: MAX_NAME_LENGTH });
  return hasVisibleText(name) ? name : NO_NAME;
}

export const user = z.object({ id: userId, name: displayName, color });
/** A person as everyone sees them. Name and colour come from the server. */
export type User = z.infer<typeof user>;
export type DocumentKind = z.infer<typeof documentKind>;
export type Access = z.infer<typeof access>;
