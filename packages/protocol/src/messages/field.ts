/** Fields shared by several message families. */
import * as z from 'zod/mini';
import {
  COLOR_COUNT,
  MAX_NAME_LENGTH,
  MAX_REQUESTED_NAME_LENGTH,
  MAX_TITLE_LENGTH,
} from '../limits.ts';
import { acceptedText, asciiId, fitText, hasVisibleText, sentText, toStorable } from '../text.ts';

export type BytesField = z.ZodMiniType<Uint8Array>;

/** A document's id: unguessable when the server creates it, chosen by the client when ad hoc. */
export const documentId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/));

export const newDocumentId = documentId.check(z.minLength(20));

/**
 * A requested document or channel name. An invalid name is refused like a missing one, because a
 * malformed link must not cost the connection.
 */
export const requestedName = z
  .string()
  .check(z.overwrite((name) => (name.length > MAX_REQUESTED_NAME_LENGTH ? '' : toStorable(name))));

export const offset = z.int().check(z.nonnegative(), z.maximum(Number.MAX_SAFE_INTEGER));

export const yjsClient = z.int().check(z.nonnegative(), z.maximum(0xffffffff));

const MAX_ID_LENGTH = 64;
export const userId = asciiId(MAX_ID_LENGTH);
export const newName = acceptedText({
  lines: 'one',
  maxLength: MAX_NAME_LENGTH,
  tooLong: `Enter a name of at most ${MAX_NAME_LENGTH} characters.`,
  empty: 'Enter a name with visible characters.',
  trimmed: 'both',
});
export const displayName = sentText(MAX_NAME_LENGTH, 1);
export const color = z.number().check(z.int(), z.minimum(0), z.maximum(COLOR_COUNT - 1));
/** Trailing blanks stay, because the title is sent while the user types. */
export const newTitle = acceptedText({
  lines: 'one',
  maxLength: MAX_TITLE_LENGTH,
  tooLong: `Enter a title of at most ${MAX_TITLE_LENGTH} characters.`,
  trimmed: 'none',
});
export const title = sentText(MAX_TITLE_LENGTH);

/** In the address of a published page: 128 random bits of the server. */
export const publicationId = z.string().check(z.regex(/^[0-9a-f]{32}$/));

export const epoch = asciiId(MAX_ID_LENGTH);
export const timeline = asciiId(MAX_ID_LENGTH);

/** The last that a Date can be. */
const LAST_INSTANT = 8.64e15;
/** Milliseconds since the epoch, by the server's clock. */
export const instant = z.int().check(z.nonnegative(), z.maximum(LAST_INSTANT));
export const count = z.int().check(z.nonnegative());

export const ulid = z.ulid();

export const documentKind = z.enum(['page', 'data']);
/** What a person may do with the text. */
export const access = z.enum(['edit', 'comment', 'view']);

export const linkAccess = z.enum(['off', 'view', 'comment', 'edit']);
export type LinkAccess = z.infer<typeof linkAccess>;
export const role = z.enum(['owner', 'editor', 'commenter', 'viewer']);
export type Role = z.infer<typeof role>;
export const memberRole = z.enum(['editor', 'commenter', 'viewer']);
export type MemberRole = z.infer<typeof memberRole>;

const NO_NAME = 'Unnamed';

export function toDisplayName(stored: string): string {
  const name = fitText(stored, { lines: 'one', maxLength: MAX_NAME_LENGTH });
  return hasVisibleText(name) ? name : NO_NAME;
}

export const user = z.object({ id: userId, name: displayName, color });
export type User = z.infer<typeof user>;
export type DocumentKind = z.infer<typeof documentKind>;
export type Access = z.infer<typeof access>;
