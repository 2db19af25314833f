/** A document's chat: the newest messages, oldest first; older ones come by pages over HTTP. */
import { z } from 'zod';
import {
  MAX_CHAT_HISTORY_PAGE,
  MAX_CHAT_MENTIONS,
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
/** What a person writes. Blanks at its start stay: they are the indentation of code. */
export const newChatText = acceptedText({
  lines: 'many',
  maxLength: MAX_CHAT_TEXT_LENGTH,
  tooLong: `Write at most ${MAX_CHAT_TEXT_LENGTH.toLocaleString('en')} characters in a message.`,
  empty: 'Enter a message that can be seen.',
  trimmed: 'end',
});

/**
 * A person whom a text names, by id: a name changes, and two people may share one. The text holds the name as it was
 * when it was written, with its @.
 */
export const chatMention = z.strictObject({
  user: userId,
  /** Where the @ is, in UTF-16 code units. */
  offset: z.number().int().nonnegative(),
  /** With the @. */
  length: z.number().int().positive(),
});
export type ChatMention = z.infer<typeof chatMention>;
export const chatMentions = z.array(chatMention).max(MAX_CHAT_MENTIONS);

/** Whether mentions stand in the text, in order and side by side. */
export function mentionsFit({
  text,
  mentions,
}: {
  readonly text: string;
  readonly mentions: readonly ChatMention[];
}): boolean {
  return mentions.every(({ offset, length }, index) => {
    const before = mentions[index - 1];
    const start = before === undefined ? 0 : before.offset + before.length;
    return offset >= start && offset + length <= text.length;
  });
}

/** Empty once the message is deleted. */
export const chatText = sentText(MAX_CHAT_TEXT_LENGTH);

export const chatReaction = z.strictObject({ emoji: usedEmoji, users: z.array(user) });

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
export const chatPage = z.strictObject({
  messages: z.array(chatMessage).max(MAX_CHAT_HISTORY_PAGE),
});
export type ChatPage = z.infer<typeof chatPage>;
