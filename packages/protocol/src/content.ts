/** Bodies of the HTTP API about the text of documents, their comments and versions, for programs. */
import * as z from 'zod/mini';
import { MAX_COMMENT_THREADS } from './limits.ts';
import { ulid, user } from './messages/field.ts';
import { opaqueText } from './text.ts';
import { commentThread } from './topics/comments.ts';
import { newMessageText } from './topics/message.ts';
import { namedVersion } from './topics/versions.ts';

export const MARKDOWN_TYPE = 'text/markdown; charset=utf-8';
/** Of an answer with a page: the moment that it shows. */
export const REVISION_HEADER = 'Tandem-Revision';

/** Of one body. A longer page is written in parts. */
export const MAX_MARKDOWN_BODY_BYTES = 512 * 1024;
const MAX_QUOTE_LENGTH = 1_000;

/** `<epoch>~<timeline>.<offset>`: a document at one moment. */
export const revision = z.string().check(z.regex(/^[!-~]{1,64}~[!-~]{1,64}\.\d{1,15}$/));

export const pageBlocks = z.object({
  revision,
  /** As in `blocks.json` of an exported workspace. */
  blocks: z.array(z.looseObject({ type: z.string() })),
});
export type PageBlocks = z.infer<typeof pageBlocks>;

/** The moment since which the change is there. */
export const pageWritten = z.object({ revision });
export type PageWritten = z.infer<typeof pageWritten>;

export const documentComments = z.object({
  threads: z.array(commentThread).check(z.maxLength(MAX_COMMENT_THREADS)),
});
export type DocumentComments = z.infer<typeof documentComments>;

export const commentCreate = z.strictObject({
  text: newMessageText,
  /** Words of the document, and the comment is about the first that read so. */
  quote: opaqueText(MAX_QUOTE_LENGTH).check(z.minLength(1)),
});
export const threadId = ulid;
export const commentReply = z.strictObject({ text: newMessageText });
/** A thread has the id of its first message. */
export const commentCreated = z.object({ id: ulid });
export type CommentCreated = z.infer<typeof commentCreated>;

export const documentVersions = z.object({
  versions: z.array(namedVersion),
  people: z.array(user),
});
export type DocumentVersions = z.infer<typeof documentVersions>;
