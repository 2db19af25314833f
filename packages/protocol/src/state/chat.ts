/** A document's chat: the newest messages, oldest first; older ones come by pages over HTTP. */
import { z } from 'zod';
import {
  MAX_CHAT_MENTIONS,
  MAX_CHAT_PAGE,
  MAX_CHAT_TEXT_LENGTH,
  MAX_EMOJI_LENGTH,
  MAX_REACTIONS_PER_MESSAGE,
} from '../limits.ts';
import { acceptedText, sentText } from '../text.ts';
import { instant, ulid, user, userId } from '../messages/field.ts';

/** One that somebody has used: what is an emoji, every version of Unicode says anew, and the server has decided. */
export const usedEmoji = sentText(MAX_EMOJI_LENGTH, 1);
/** One emoji, as people see it: a grapheme cluster that is a picture. */
export const emoji = usedEmoji
  // Not a pattern of the schema: those who read it elsewhere may not know the flag.
  .refine((text) => /^\p{RGI_Emoji}$/v.test(text), 'This is not one emoji.');
/** What a person writes. */
export const newChatText = acceptedText({
  lines: 'many',
  maxLength: MAX_CHAT_TEXT_LENGTH,
  tooLong: `Write at most ${MAX_CHAT_TEXT_LENGTH.toLocaleString('en')} characters in a message.`,
  empty: 'Enter a message that can be seen.',
  isTrimmed: true,
});
export const chatMentions = z.array(userId).max(MAX_CHAT_MENTIONS);

/** Empty once the message is deleted. */
export const chatText = sentText(MAX_CHAT_TEXT_LENGTH);

export const chatReaction = z.strictObject({ emoji: usedEmoji, users: z.array(userId) });

export const chatMessage = z.strictObject({
  /** The id of the command that sent it. */
  id: ulid,
  /** Counts a chat's messages from 1 without a gap; null while the server has not given it. */
  number: z.number().int().positive().nullable(),
  author: user,
  text: chatText,
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
