/**
 * Comments in a file: what they are about by its place in the text, and people by their names. Ids of people and of
 * characters mean nothing elsewhere, and a file could name those of anybody.
 */
import {
  MAX_ANCHOR_CONTEXT_LENGTH,
  MAX_ANCHOR_QUOTE_LENGTH,
  MAX_COMMENT_THREADS,
  MAX_THREAD_MESSAGES,
  newImportedMessage,
  newMessageText,
  newNamedPerson,
} from '@tandem/protocol';
import * as z from 'zod/mini';

export const MAX_EXPORTED_THREADS = MAX_COMMENT_THREADS;

const offset = z.int().check(z.nonnegative());
const context = z.string().check(z.maxLength(MAX_ANCHOR_CONTEXT_LENGTH));

const place = z.discriminatedUnion('kind', [
  /** In UTF-16 units of the text of the page, whose blocks a line break separates; `to` is excluded. */
  z.object({ kind: z.literal('text'), from: offset, to: offset }),
  /** The words are not in the text any more. */
  z.object({
    kind: z.literal('gone'),
    block: z.nullable(z.string().check(z.maxLength(64))),
    quote: z.string().check(z.minLength(1), z.maxLength(MAX_ANCHOR_QUOTE_LENGTH)),
    prefix: context,
    suffix: context,
    length: offset,
    unique: z.enum(['quote', 'context', 'none']),
  }),
]);

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), text: newMessageText, ...newImportedMessage.shape }),
  /** A deleted one leaves a mark while others of its thread are there. */
  z.object({ kind: z.literal('deleted') }),
]);
export type ExportedMessage = z.infer<typeof message>;

export const exportedThread = z.object({
  place,
  resolved: z.nullable(z.object({ by: newNamedPerson, at: offset })),
  messages: z.array(message).check(z.minLength(1), z.maxLength(MAX_THREAD_MESSAGES)),
});
export type ExportedThread = z.infer<typeof exportedThread>;
