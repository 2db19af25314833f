/**
 * Comments in a file: what they are about by its place in the text, because ids of characters mean nothing elsewhere, as those
 * of people.
 */
import {
  MAX_ANCHOR_CONTEXT_LENGTH,
  MAX_ANCHOR_QUOTE_LENGTH,
  MAX_COMMENT_THREADS,
  MAX_THREAD_MESSAGES,
  newImportedMessage,
  newNamedPerson,
} from '@tandem/protocol';
import * as z from 'zod/mini';
import { exportedMessage } from './exported-messages.ts';

export const MAX_EXPORTED_THREADS = MAX_COMMENT_THREADS;

const count = z.int().check(z.nonnegative());
const context = z.string().check(z.maxLength(MAX_ANCHOR_CONTEXT_LENGTH));

const place = z.object({
  /**
   * In UTF-16 units of the text of the page, whose blocks a line break separates; `to` is excluded. Null: the words are not
   * in the text any more. The words say whether it is still the same text there.
   */
  range: z.nullable(z.object({ from: count, to: count })),
  block: z.nullable(z.string().check(z.maxLength(64))),
  quote: z.string().check(z.minLength(1), z.maxLength(MAX_ANCHOR_QUOTE_LENGTH)),
  prefix: context,
  suffix: context,
  length: count,
  unique: z.enum(['quote', 'context', 'none']),
});

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), ...exportedMessage.shape }),
  /** A deleted one leaves a mark while others of its thread are there. */
  z.object({ kind: z.literal('deleted') }),
]);
export type ExportedComment = z.infer<typeof message>;

export const exportedThread = z.object({
  place,
  resolved: z.nullable(z.object({ by: newNamedPerson, at: newImportedMessage.shape.at })),
  messages: z.array(message).check(z.minLength(1), z.maxLength(MAX_THREAD_MESSAGES)),
});
export type ExportedThread = z.infer<typeof exportedThread>;
