/** Writes messages of people for a file, and the chat of a document. */
import {
  MAX_IMPORTED_REACTION_NAMES,
  MAX_REACTIONS_PER_MESSAGE,
  type NamedPerson,
  type ThreadMessage,
  type User,
} from '@tandem/protocol';
import {
  type ExportedChatMessage,
  type ExportedMessage,
  MAX_EXPORTED_CHAT_LENGTH,
  MAX_EXPORTED_MESSAGES,
} from './exported-messages.ts';

interface ExportedChat {
  readonly messages: readonly ExportedChatMessage[];
  /** Only the newest are in the file. */
  readonly isCut: boolean;
}

/** The newest messages of a chat, without gaps. */
export interface LoadedChat {
  readonly messages: readonly ThreadMessage[];
  readonly hasOlder: boolean;
}

export function exportChat({ messages, hasOlder }: LoadedChat): ExportedChat {
  const present = messages.filter(({ deletedAt }) => deletedAt === null);
  const kept = newestOf(present);
  const places = new Map<string, number>();
  return {
    messages: kept.map(({ message: { id, replyTo }, written }, place) => {
      // Only earlier ones have a place.
      const answered = places.get(replyTo ?? '') ?? null;
      places.set(id, place);
      return { ...written, replyTo: answered };
    }),
    isCut: hasOlder || kept.length < present.length,
  };
}

function newestOf(messages: readonly ThreadMessage[]) {
  const written = messages
    .slice(-MAX_EXPORTED_MESSAGES)
    .map((message) => ({ message, written: exportMessage(message) }));
  let left = MAX_EXPORTED_CHAT_LENGTH;
  const last = written.findLastIndex((one) => (left -= JSON.stringify(one.written).length) < 0);
  return written.slice(last + 1);
}

export function exportMessage(message: ThreadMessage): ExportedMessage {
  const { text, author, at, editedAt, imported } = message;
  return {
    text,
    author: named(imported?.author ?? author),
    at,
    editedAt,
    reactions: reactionsOf(message),
  };
}

/**
 * Those of the file from which it came stand before those of people here. Both together may be more than one message has
 * in a file: the last are left out.
 */
function reactionsOf({ reactions, imported }: ThreadMessage): {
  emoji: string;
  names: string[];
}[] {
  const names = new Map<string, string[]>();
  for (const { emoji, names: known } of imported?.reactions ?? []) names.set(emoji, [...known]);
  for (const { emoji, users } of reactions)
    names.set(emoji, [...(names.get(emoji) ?? []), ...users.map(({ name }) => name)]);
  let left = MAX_IMPORTED_REACTION_NAMES;
  return [...names].slice(0, MAX_REACTIONS_PER_MESSAGE).flatMap(([emoji, all]) => {
    const kept = all.slice(0, left);
    left -= kept.length;
    return kept.length === 0 ? [] : [{ emoji, names: kept }];
  });
}

export function named({ name, color }: NamedPerson | User): NamedPerson {
  return { name, color };
}
