/** What an event makes of a chat. */
import type { ChatEvent } from '../events/events.ts';
import { MAX_CHAT_PAGE, MAX_REACTIONS_PER_MESSAGE } from '../limits.ts';
import type { User } from '../messages/field.ts';
import type { ChatMessage, ChatPage, ChatState } from './chat.ts';

/**
 * Gives the same object back when the event changes nothing.
 *
 * @param keep of more messages than this the oldest are left out
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

/** A page of history before what is there already. One that does not join up with it changes nothing. */
export function prependChat(state: ChatState, page: ChatPage): ChatState {
  const oldest = state.messages.find(({ number }) => number !== null)?.number ?? state.head + 1;
  const older = page.messages.filter(({ number }) => number !== null && number < oldest);
  if (older.at(-1)?.number !== oldest - 1) return state;
  return { ...state, messages: [...older, ...state.messages] };
}

/** Without all but the newest messages. */
export function trimChat(state: ChatState, keep: number): ChatState {
  return { ...state, messages: state.messages.slice(-keep) };
}

/** What somebody said, and how they reacted, is theirs under the name that they have now. */
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

/** A message that was deleted stays as it is. */
function change(
  state: ChatState,
  id: string,
  fields: (message: ChatMessage) => Partial<ChatMessage>,
): ChatState {
  // Almost always one of the newest.
  const index = state.messages.findLastIndex((message) => message.id === id);
  const message = state.messages[index];
  if (message === undefined || message.deletedAt !== null) return state;
  return { ...state, messages: state.messages.with(index, { ...message, ...fields(message) }) };
}

/**
 * Emoji stand in the order in which they came to the message, and people in the order in which they took one
 * up. What is taken back leaves the others where they are; what comes again comes last.
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
