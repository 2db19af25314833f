/**
 * Messages of people, in the chat of a document and in the threads of its comments: their text, mentions and
 * reactions, and how events change them.
 */
import * as z from 'zod/mini';
import {
  MAX_EMOJI_LENGTH,
  MAX_IMPORTED_REACTION_NAMES,
  MAX_MENTIONS,
  MAX_MESSAGE_TEXT_LENGTH,
  MAX_REACTIONS_PER_MESSAGE,
} from '../limits.ts';
import {
  color,
  displayName,
  documentId,
  instant,
  newName,
  ulid,
  user,
  userId,
  type User,
} from '../messages/field.ts';
import { acceptedText, sentText } from '../text.ts';
import type { CommandOrder } from './definition.ts';

/**
 * An emoji that the server has validated. A Unicode upgrade may change the definition of an emoji.
 */
const usedEmoji = sentText(MAX_EMOJI_LENGTH, 1);
const emoji = usedEmoji.check(
  z.refine((text) => /^\p{RGI_Emoji}$/v.test(text), 'This is not one emoji.'),
);
/** Leading blanks stay, because they indent code. */
export const newMessageText = acceptedText({
  lines: 'many',
  maxLength: MAX_MESSAGE_TEXT_LENGTH,
  tooLong: `Write at most ${MAX_MESSAGE_TEXT_LENGTH.toLocaleString('en')} characters in a message.`,
  empty: 'Enter a message with visible characters.',
  trimmed: 'end',
});

/**
 * A mentioned person, by id, because names change and are not unique. The text keeps the name at
 * the time of writing, with its @.
 */
export const mention = z.object({
  user: userId,
  /** The position of the @ in UTF-16 code units. */
  offset: z.int().check(z.nonnegative()),
  length: z.int().check(z.positive()),
});
export type Mention = z.infer<typeof mention>;
const mentions = z.array(mention).check(z.maxLength(MAX_MENTIONS));
const newMentions = z.array(z.strictObject(mention.shape)).check(z.maxLength(MAX_MENTIONS));

export function mentionsFit({
  text,
  mentions,
}: {
  readonly text: string;
  readonly mentions: readonly Mention[];
}): boolean {
  return mentions.every(({ offset, length }, index) => {
    const before = mentions[index - 1];
    const start = before === undefined ? 0 : before.offset + before.length;
    return offset >= start && offset + length <= text.length;
  });
}

export const MISPLACED_MENTIONS =
  'Mentions must be inside the text, in order and without overlaps.';

const messageText = sentText(MAX_MESSAGE_TEXT_LENGTH);

/** A person of whom only the name is known, because it stood in an imported file. */
export const namedPerson = z.object({ name: displayName, color });
export type NamedPerson = z.infer<typeof namedPerson>;
export const newNamedPerson = z.strictObject({ name: newName, color });

/** What an imported file says of a message, whose author is the account that imported it (CO8). */
const importedMessage = z.object({
  author: namedPerson,
  reactions: z
    .array(z.object({ emoji: usedEmoji, names: z.array(displayName) }))
    .check(z.maxLength(MAX_REACTIONS_PER_MESSAGE)),
});
export type ImportedMessage = z.infer<typeof importedMessage>;

export const newNamedReaction = z.strictObject({
  emoji,
  names: z.array(newName).check(z.minLength(1), z.maxLength(MAX_IMPORTED_REACTION_NAMES)),
});

/** With more, the command would be larger than a server reads (W6). */
export function namesFit(
  reactions: readonly ({ readonly names: readonly string[] } | null)[],
): boolean {
  const names = reactions.reduce((sum, reaction) => sum + (reaction?.names.length ?? 0), 0);
  return names <= MAX_IMPORTED_REACTION_NAMES;
}

export const newImportedMessage = z.strictObject({
  author: newNamedPerson,
  at: instant,
  editedAt: z.nullable(instant),
  reactions: z
    .array(newNamedReaction)
    .check(z.maxLength(MAX_REACTIONS_PER_MESSAGE), z.refine(namesFit)),
});
export type NewImportedMessage = z.infer<typeof newImportedMessage>;

const reaction = z.object({ emoji: usedEmoji, users: z.array(user) });

export const threadMessage = z.object({
  id: ulid,
  /** Counts the messages of a chat, or of all comments, from 1 without a gap; null until the server assigns it. */
  number: z.nullable(z.int().check(z.positive())),
  author: user,
  text: messageText,
  mentions,
  /** Null in comments. */
  replyTo: z.nullable(ulid),
  reactions: z.array(reaction).check(z.maxLength(MAX_REACTIONS_PER_MESSAGE)),
  at: instant,
  editedAt: z.nullable(instant),
  deletedAt: z.nullable(instant),
  imported: z.nullable(importedMessage),
});
export type ThreadMessage = z.infer<typeof threadMessage>;

/** The fields of events about one message. */
export const messageChange = {
  edited: { message: ulid, text: messageText, mentions },
  deleted: { message: ulid },
  reacted: { message: ulid, user, emoji: usedEmoji, on: z.boolean() },
};

/** The inputs of commands about one message. */
export const messageInput = {
  text: {
    document: documentId,
    text: newMessageText,
    mentions: newMentions,
    imported: z.optional(newImportedMessage),
  },
  edit: z
    .strictObject({
      document: documentId,
      message: ulid,
      text: newMessageText,
      mentions: newMentions,
    })
    .check(z.refine(mentionsFit, MISPLACED_MENTIONS)),
  delete: z.strictObject({ document: documentId, message: ulid }),
  react: z.strictObject({ document: documentId, message: ulid, emoji, on: z.boolean() }),
};

/** Orders commands about one message. New messages are not ordered: one round trip each is slow. */
export const BY_MESSAGE: CommandOrder<{ readonly message: string }> = {
  changes: ({ input }) => input.message,
  waitsFor: ({ input }) => input.message,
};

export function newMessage(
  { id, author, at }: { readonly id: string; readonly author: User; readonly at: number },
  {
    text,
    mentions,
    replyTo = null,
    imported,
  }: {
    readonly text: string;
    readonly mentions: readonly Mention[];
    readonly replyTo?: string | null;
    readonly imported?: NewImportedMessage | undefined;
  },
): ThreadMessage {
  return {
    id,
    number: null,
    author,
    text,
    mentions: [...mentions],
    replyTo,
    reactions: [],
    at,
    editedAt: null,
    deletedAt: null,
    imported: null,
    ...(imported !== undefined && whenImported(imported, at)),
  };
}

/** @param now no message is from later */
export function whenImported(
  { author, at, editedAt, reactions }: NewImportedMessage,
  now: number,
): Pick<ThreadMessage, 'at' | 'editedAt' | 'imported'> {
  return {
    at: Math.min(at, now),
    editedAt: editedAt === null ? null : Math.min(editedAt, now),
    imported: { author, reactions },
  };
}

type MessageEvent =
  | { readonly kind: 'edited'; readonly text: string; readonly mentions: Mention[] }
  | { readonly kind: 'deleted' }
  | ({ readonly kind: 'reacted' } & Reacted);

interface Reacted {
  readonly user: User;
  readonly emoji: string;
  readonly on: boolean;
}

/** Returns the same list when nothing changes. */
export function changeMessage(
  messages: readonly ThreadMessage[],
  { message: id, at }: { readonly message: string; readonly at: number },
  event: MessageEvent,
): readonly ThreadMessage[] {
  // Searches backwards: the message is almost always recent.
  const index = messages.findLastIndex((message) => message.id === id);
  const message = messages[index];
  if (message === undefined || message.deletedAt !== null) return messages;
  return messages.with(index, { ...message, ...changed(message, event, at) });
}

function changed(
  { reactions }: ThreadMessage,
  event: MessageEvent,
  at: number,
): Partial<ThreadMessage> {
  switch (event.kind) {
    case 'edited':
      return { text: event.text, mentions: event.mentions, editedAt: at };
    case 'deleted':
      return { text: '', mentions: [], reactions: [], deletedAt: at, imported: null };
    case 'reacted':
      return { reactions: reacted(reactions, event) };
  }
}

/** Returns the same list when the person is in none of the messages. */
export function renameIn(messages: readonly ThreadMessage[], user: User): readonly ThreadMessage[] {
  const isOf = ({ id }: User) => id === user.id;
  const hasReacted = ({ reactions }: ThreadMessage) =>
    reactions.some(({ users }) => users.some(isOf));
  if (!messages.some((message) => isOf(message.author) || hasReacted(message))) return messages;
  return messages.map((message) => {
    const author = isOf(message.author) ? user : message.author;
    if (!hasReacted(message)) return author === user ? { ...message, author } : message;
    const reactions = message.reactions.map(({ emoji, users }) => ({
      emoji,
      users: users.map((other) => (isOf(other) ? user : other)),
    }));
    return { ...message, author, reactions };
  });
}

/**
 * Emoji are ordered by first use on the message, people by when they added one. A removal does not
 * reorder the others; an emoji added again goes last.
 */
function reacted(
  reactions: ThreadMessage['reactions'],
  { emoji, user, on }: Reacted,
): ThreadMessage['reactions'] {
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
