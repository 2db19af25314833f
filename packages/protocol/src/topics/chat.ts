/** Chat of a document. The state holds the newest messages; older ones are paged over HTTP. */
import { z } from 'zod';
import {
  MAX_CHAT_HISTORY_PAGE,
  MAX_CHAT_MENTIONS,
  MAX_CHAT_PAGE,
  MAX_CHAT_TEXT_LENGTH,
  MAX_EMOJI_LENGTH,
  MAX_REACTIONS_PER_MESSAGE,
} from '../limits.ts';
import { documentId, instant, ulid, user, userId, type User } from '../messages/field.ts';
import { acceptedText, sentText } from '../text.ts';
import { defineChannel, commandsOf, defineCommands, type CommandOrder } from './definition.ts';
import { defineEvent, profileChanged } from './event.ts';

/**
 * An emoji that the server has validated. A Unicode upgrade may change the definition of an emoji.
 */
const usedEmoji = sentText(MAX_EMOJI_LENGTH, 1);
const emoji = usedEmoji
  // Not a pattern in the schema, because other readers of the schema may not support the `v` flag.
  .refine((text) => /^\p{RGI_Emoji}$/v.test(text), 'This is not one emoji.');
/** Leading blanks stay, because they indent code. */
export const newChatText = acceptedText({
  lines: 'many',
  maxLength: MAX_CHAT_TEXT_LENGTH,
  tooLong: `Write at most ${MAX_CHAT_TEXT_LENGTH.toLocaleString('en')} characters in a message.`,
  empty: 'Enter a message with visible characters.',
  trimmed: 'end',
});

/**
 * A mentioned person, by id, because names change and are not unique. The text keeps the name at
 * the time of writing, with its @.
 */
export const chatMention = z.object({
  user: userId,
  /** The position of the @ in UTF-16 code units. */
  offset: z.number().int().nonnegative(),
  length: z.number().int().positive(),
});
export type ChatMention = z.infer<typeof chatMention>;
const chatMentions = z.array(chatMention).max(MAX_CHAT_MENTIONS);
const newChatMentions = z.array(z.strictObject(chatMention.shape)).max(MAX_CHAT_MENTIONS);

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

const chatText = sentText(MAX_CHAT_TEXT_LENGTH);

const chatReaction = z.object({ emoji: usedEmoji, users: z.array(user) });

export const chatMessage = z.object({
  id: ulid,
  /** Counts a chat's messages from 1 without a gap; null until the server assigns it. */
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

export const chatState = z.object({
  type: z.literal('chat'),
  messages: z.array(chatMessage),
  head: z.number().int().nonnegative(),
});
export type ChatState = z.infer<typeof chatState>;

/** A page of history: messages before a number, oldest first. Message 1 ends the history. */
export const chatPage = z.object({
  messages: z.array(chatMessage).max(MAX_CHAT_HISTORY_PAGE),
});
export type ChatPage = z.infer<typeof chatPage>;

const chatEvents = [
  defineEvent('chat:sent', { message: chatMessage }),
  defineEvent('chat:edited', { message: ulid, text: chatText, mentions: chatMentions }),
  defineEvent('chat:deleted', { message: ulid }),
  defineEvent('chat:reacted', { message: ulid, user, emoji: usedEmoji, on: z.boolean() }),
] as const;
export const chatEvent = z.discriminatedUnion('name', [profileChanged, ...chatEvents]);
export type ChatEvent = z.infer<typeof chatEvent>;

/**
 * Returns the same object when the event changes nothing.
 *
 * @param keep number of messages kept; the oldest beyond it are dropped
 */
export function reduceChat(state: ChatState, event: ChatEvent, keep = MAX_CHAT_PAGE): ChatState {
  switch (event.name) {
    case 'profile:changed':
      return renamed(state, event.user);
    case 'chat:sent': {
      if (state.messages.some(({ id }) => id === event.message.id)) return state;
      return {
        ...state,
        messages: [...state.messages, event.message].slice(-keep),
        head: Math.max(state.head, event.message.number ?? 0),
      };
    }
    case 'chat:edited':
      return change(state, event.message, () => ({
        text: event.text,
        mentions: event.mentions,
        editedAt: event.at,
      }));
    case 'chat:deleted':
      return change(state, event.message, () => ({
        text: '',
        mentions: [],
        reactions: [],
        deletedAt: event.at,
      }));
    case 'chat:reacted':
      return change(state, event.message, ({ reactions }) => ({
        reactions: reacted(reactions, event),
      }));
  }
}

export function prependChat(state: ChatState, page: ChatPage): ChatState {
  const oldest = state.messages.find(({ number }) => number !== null)?.number ?? state.head + 1;
  const older = page.messages.filter(({ number }) => number !== null && number < oldest);
  if (older.at(-1)?.number !== oldest - 1) return state;
  return { ...state, messages: [...older, ...state.messages] };
}

export function trimChat(state: ChatState, keep: number): ChatState {
  return { ...state, messages: state.messages.slice(-keep) };
}

function renamed(state: ChatState, user: User): ChatState {
  const isOf = ({ id }: User) => id === user.id;
  const hasReacted = ({ reactions }: ChatMessage) =>
    reactions.some(({ users }) => users.some(isOf));
  if (!state.messages.some((message) => isOf(message.author) || hasReacted(message))) return state;
  const messages = state.messages.map((message) => {
    const author = isOf(message.author) ? user : message.author;
    if (!hasReacted(message)) return author === user ? { ...message, author } : message;
    const reactions = message.reactions.map(({ emoji, users }) => ({
      emoji,
      users: users.map((other) => (isOf(other) ? user : other)),
    }));
    return { ...message, author, reactions };
  });
  return { ...state, messages };
}

function change(
  state: ChatState,
  id: string,
  fields: (message: ChatMessage) => Partial<ChatMessage>,
): ChatState {
  // Searches backwards: the message is almost always recent.
  const index = state.messages.findLastIndex((message) => message.id === id);
  const message = state.messages[index];
  if (message === undefined || message.deletedAt !== null) return state;
  return { ...state, messages: state.messages.with(index, { ...message, ...fields(message) }) };
}

/**
 * Emoji are ordered by first use on the message, people by when they added one. A removal does not
 * reorder the others; an emoji added again goes last.
 */
function reacted(
  reactions: ChatMessage['reactions'],
  { emoji, user, on }: Extract<ChatEvent, { name: 'chat:reacted' }>,
): ChatMessage['reactions'] {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) {
    if (!on || reactions.length >= MAX_REACTIONS_PER_MESSAGE) return reactions;
    return [...reactions, { emoji, users: [user] }];
  }
  if (known.users.some(({ id }) => id === user.id) === on) return reactions;
  const users = on ? [...known.users, user] : known.users.filter(({ id }) => id !== user.id);
  return users.length === 0
    ? reactions.filter((reaction) => reaction !== known)
    : reactions.map((reaction) => (reaction === known ? { emoji, users } : reaction));
}

export const chatChannel = defineChannel({
  type: 'chat',
  of: 'document',
  state: chatState,
  event: chatEvent,
  reduce: (state, event, options) => reduceChat(state, event, options.chatMessages),
});

/** Orders commands about one message. New messages are not ordered: one round trip each is slow. */
const BY_MESSAGE: CommandOrder<{ readonly message: string }> = {
  changes: ({ input }) => input.message,
  waitsFor: ({ input }) => input.message,
};

const MISPLACED_MENTIONS = 'Mentions must be inside the text, in order and without overlaps.';

const defineCommand = commandsOf(chatChannel);

export const chatCommands = defineCommands(
  defineCommand({
    name: 'chat:send',
    summary: 'Sends a message, whose id is that of the command.',
    input: z
      .strictObject({
        document: documentId,
        text: newChatText,
        mentions: newChatMentions,
        replyTo: ulid.nullable(),
      })
      .refine(mentionsFit, MISPLACED_MENTIONS),
    order: { changes: ({ id }) => id, waitsFor: ({ input }) => input.replyTo },
    replaces: null,
    isIdempotent: true,
    predict: ({ id, input: { text, mentions, replyTo }, user, at }) => ({
      name: 'chat:sent',
      message: {
        id,
        number: null,
        author: user,
        text,
        mentions,
        replyTo,
        reactions: [],
        at,
        editedAt: null,
        deletedAt: null,
      },
    }),
  }),
  defineCommand({
    name: 'chat:edit',
    summary: 'Changes the text of a message.',
    input: z
      .strictObject({
        document: documentId,
        message: ulid,
        text: newChatText,
        mentions: newChatMentions,
      })
      .refine(mentionsFit, MISPLACED_MENTIONS),
    order: BY_MESSAGE,
    replaces: { key: ({ message }) => `text ${message}` },
    isIdempotent: false,
    predict: ({ input: { message, text, mentions } }) => ({
      name: 'chat:edited',
      message,
      text,
      mentions,
    }),
  }),
  defineCommand({
    name: 'chat:delete',
    summary: 'Deletes a message.',
    input: z.strictObject({ document: documentId, message: ulid }),
    order: BY_MESSAGE,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { message } }) => ({ name: 'chat:deleted', message }),
  }),
  defineCommand({
    name: 'chat:react',
    summary: 'Adds a reaction to a message, or takes it back.',
    input: z.strictObject({ document: documentId, message: ulid, emoji, on: z.boolean() }),
    order: BY_MESSAGE,
    replaces: { key: ({ message, emoji }) => `reaction ${message} ${emoji}` },
    isIdempotent: false,
    predict: ({ input: { message, emoji, on }, user }) => ({
      name: 'chat:reacted',
      message,
      user,
      emoji,
      on,
    }),
  }),
);
