/**
 * Messages of people in a file: their authors by their names, because ids of people mean nothing elsewhere, and a file could
 * name those of anybody. Mentions are the words that they were.
 */
import {
  MAX_REACTIONS_PER_MESSAGE,
  namesFit,
  newImportedMessage,
  newMessageText,
  newNamedReaction,
} from '@tandem/protocol';
import * as z from 'zod/mini';

/** Of the chat of a document. */
export const MAX_EXPORTED_MESSAGES = 2_000;
/** Of all of them, in UTF-16 units of what is in the file, so that a chat does not make a document too large to be read. */
export const MAX_EXPORTED_CHAT_LENGTH = 10_000_000;

export const exportedMessage = z.object({
  text: newMessageText,
  ...newImportedMessage.shape,
  /** Null for one that cannot be read, such as with an emoji that this browser does not know. */
  reactions: z
    .array(z.catch(z.nullable(newNamedReaction), null))
    .check(z.maxLength(MAX_REACTIONS_PER_MESSAGE), z.refine(namesFit)),
});
export type ExportedMessage = z.infer<typeof exportedMessage>;

export const exportedChatMessage = z.object({
  ...exportedMessage.shape,
  /** The place in this chat of an earlier message; null for one that answers none that is in the file. */
  replyTo: z.nullable(z.int().check(z.nonnegative())),
});
export type ExportedChatMessage = z.infer<typeof exportedChatMessage>;
