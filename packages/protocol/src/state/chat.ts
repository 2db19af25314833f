/** A document's chat: the newest messages, oldest first; older ones come by pages over HTTP. */
import { z } from 'zod';
import {
  MAX_CHAT_MENTIONS,
  MAX_CHAT_PAGE,
  MAX_CHAT_TEXT_LENGTH,
  MAX_EMOJI_LENGTH,
  MAX_REACTIONS_PER_MESSAGE,
} from '../limits.ts';
import { instant, ulid, user, userId } from '../messages/field.ts';

/** One that somebody has used: what is an emoji, every version of Unicode says anew, and the server has decided. */
export const usedEmoji = z.string().min(1).max(MAX_EMOJI_LENGTH);
/** One emoji, as people see it: a grapheme cluster that is a picture. */
export const emoji = usedEmoji
  // Not a pattern of the schema: those who read it elsewhere may not know the flag.
  .refine((text) => /^\p{RGI_Emoji}$/v.test(text), 'This is not one emoji.');
export const chatText = z.string().trim().min(1).max(MAX_CHAT_TEXT_LENGTH);
export const chatMentions = z.array(userId).max(MAX_CHAT_MENTIONS);

export const chatReaction = z.strictObject({ emoji: usedEmoji, users: z.array(userId) });

export const chatMessage = z.strictObject({
  /** The id of the command that sent it. */
  id: ulid,
  /** Counts a chat's messages from 1 without a gap; null while the server has not given it. */
  number: z.number().int().positive().nullable(),
  author: user,
  /** Empty once it is deleted. */
  text: z.string().max(MAX_CHAT_TEXT_LENGTH),
  mentions: chatMentions,
  replyTo: ulid.nullable(),
  reactions: z.array(chatReaction).max(MAX_REACTIONS_PER_MESSAGE),
  at: instant,
  editedAt: instant.nullable(),
  deletedAt: instant.nullable(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

export const chatState = z.strictObject({
  type: z.literal('chat'),
  messages: z.array(chatMessage),
  /** The number of the newest message. */
  head: z.number().int().nonnegative(),
});
export type ChatState = z.infer<typeof chatState>;

/** A page of history: messages before one, oldest first. Whoever has message 1 has all. */
export const chatPage = z.strictObject({ messages: z.array(chatMessage).max(MAX_CHAT_PAGE) });
export type ChatPage = z.infer<typeof chatPage>;
