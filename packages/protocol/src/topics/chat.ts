/** Chat of a document. The state holds the newest messages; older ones are paged over HTTP. */
import * as z from 'zod/mini';
import { MAX_CHAT_HISTORY_PAGE, MAX_CHAT_PAGE } from '../limits.ts';
import { ulid } from '../messages/field.ts';
import { commandsOf, defineChannel, defineCommands } from './definition.ts';
import { defineEvent, profileChanged } from './event.ts';
import {
  BY_MESSAGE,
  changeMessage,
  mentionsFit,
  messageChange,
  messageInput,
  MISPLACED_MENTIONS,
  newMessage,
  renameIn,
  threadMessage,
  type ThreadMessage,
} from './message.ts';

export const chatState = z.object({
  type: z.literal('chat'),
  messages: z.array(threadMessage),
  head: z.int().check(z.nonnegative()),
});
export type ChatState = z.infer<typeof chatState>;

/** A page of history: messages before a number, oldest first. Message 1 ends the history. */
export const chatPage = z.object({
  messages: z.array(threadMessage).check(z.maxLength(MAX_CHAT_HISTORY_PAGE)),
});
export type ChatPage = z.infer<typeof chatPage>;

const chatEvents = [
  defineEvent('chat:sent', { message: threadMessage }),
  defineEvent('chat:edited', messageChange.edited),
  defineEvent('chat:deleted', messageChange.deleted),
  defineEvent('chat:reacted', messageChange.reacted),
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
      return withMessages(state, renameIn(state.messages, event.user));
    case 'chat:sent': {
      if (state.messages.some(({ id }) => id === event.message.id)) return state;
      return {
        ...state,
        messages: [...state.messages, event.message].slice(-keep),
        head: Math.max(state.head, event.message.number ?? 0),
      };
    }
    case 'chat:edited':
      return withMessages(
        state,
        changeMessage(state.messages, event, { ...event, kind: 'edited' }),
      );
    case 'chat:deleted':
      return withMessages(state, changeMessage(state.messages, event, { kind: 'deleted' }));
    case 'chat:reacted':
      return withMessages(
        state,
        changeMessage(state.messages, event, { ...event, kind: 'reacted' }),
      );
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

function withMessages(state: ChatState, messages: readonly ThreadMessage[]): ChatState {
  return messages === state.messages ? state : { ...state, messages: [...messages] };
}

export const chatChannel = defineChannel({
  type: 'chat',
  of: 'document',
  state: chatState,
  event: chatEvent,
  reduce: (state, event, options) => reduceChat(state, event, options.chatMessages),
});

const defineCommand = commandsOf(chatChannel);

export const chatCommands = defineCommands(
  defineCommand({
    name: 'chat:send',
    summary: 'Sends a message, whose id is that of the command.',
    input: z
      .strictObject({ ...messageInput.text, replyTo: z.nullable(ulid) })
      .check(z.refine(mentionsFit, MISPLACED_MENTIONS)),
    // Imported ones wait for each other: one that overtakes another would be another chat (W48).
    order: {
      changes: ({ id, input }) => (input.imported ? 'import' : id),
      waitsFor: ({ input }) => (input.imported ? 'import' : input.replyTo),
    },
    replaces: null,
    isIdempotent: true,
    predict: ({ id, input, user, at }) => ({
      name: 'chat:sent',
      message: newMessage({ id, author: user, at }, input),
    }),
  }),
  defineCommand({
    name: 'chat:edit',
    summary: 'Changes the text of a message.',
    input: messageInput.edit,
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
    input: messageInput.delete,
    order: BY_MESSAGE,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { message } }) => ({ name: 'chat:deleted', message }),
  }),
  defineCommand({
    name: 'chat:react',
    summary: 'Adds a reaction to a message, or takes it back.',
    input: messageInput.react,
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
