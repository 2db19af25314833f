/**
 * Comments of a document. A thread is about a piece of the text: its anchor names the first and the last character,
 * and says what the text was. Clients resolve anchors for themselves; nothing of a comment is in the text.
 */
import * as z from 'zod/mini';
import {
  MAX_ANCHOR_CONTEXT_LENGTH,
  MAX_ANCHOR_QUOTE_LENGTH,
  MAX_COMMENT_THREADS,
  MAX_THREAD_MESSAGES,
} from '../limits.ts';
import { documentId, instant, ulid, user } from '../messages/field.ts';
import { opaqueText } from '../text.ts';
import { commandsOf, defineChannel, defineCommands, type CommandOrder } from './definition.ts';
import { defineEvent, profileChanged } from './event.ts';
import {
  BY_MESSAGE,
  changeMessage,
  mentionsFit,
  messageChange,
  messageInput,
  MISPLACED_MENTIONS,
  namedPerson,
  newMessage,
  newNamedPerson,
  renameIn,
  threadMessage,
  type NamedPerson,
  type ThreadMessage,
} from './message.ts';

const counted = z.int().check(z.nonnegative(), z.maximum(Number.MAX_SAFE_INTEGER));
const characterId = z.strictObject({ client: counted, clock: counted });
const context = opaqueText(MAX_ANCHOR_CONTEXT_LENGTH);

/** The server checks its size and its form only. */
export const commentAnchor = z.strictObject({
  /** The first character, and the last. */
  start: characterId,
  end: characterId,
  /** The id of the block in which it begins; null for an unnamed one. */
  block: z.nullable(z.string().check(z.maxLength(64))),
  /** The text, or its beginning. Blocks are separated by a line break. */
  quote: opaqueText(MAX_ANCHOR_QUOTE_LENGTH).check(z.minLength(1)),
  /** The text before and behind it, in the same block. */
  prefix: context,
  suffix: context,
  /** Of the whole text, also where the quote is only its beginning. */
  length: counted,
  /** What the page had once: the quote, or only the quote with this context. */
  unique: z.enum(['quote', 'context', 'none']),
});
export type CommentAnchor = z.infer<typeof commentAnchor>;

const storedAnchor = z.object({
  ...commentAnchor.shape,
  start: z.object(characterId.shape),
  end: z.object(characterId.shape),
});

export const commentThread = z.object({
  /** Also the id of its first message. */
  id: ulid,
  anchor: storedAnchor,
  /** `imported`: who resolved it, in an imported file; `by` is who imported it then. */
  resolved: z.nullable(z.object({ by: user, at: instant, imported: z.nullable(namedPerson) })),
  messages: z.array(threadMessage).check(z.maxLength(MAX_THREAD_MESSAGES)),
});
export type CommentThread = z.infer<typeof commentThread>;

export const commentsState = z.object({
  type: z.literal('comments'),
  /** In the order in which they were started. */
  threads: z.array(commentThread).check(z.maxLength(MAX_COMMENT_THREADS)),
  /** The number of the newest message. */
  head: z.int().check(z.nonnegative()),
});
export type CommentsState = z.infer<typeof commentsState>;

const inThread = { thread: ulid };

const commentEvents = [
  defineEvent('comment:started', { thread: commentThread }),
  defineEvent('comment:replied', { ...inThread, message: threadMessage }),
  defineEvent('comment:edited', { ...inThread, ...messageChange.edited }),
  defineEvent('comment:deleted', { ...inThread, ...messageChange.deleted }),
  defineEvent('comment:reacted', { ...inThread, ...messageChange.reacted }),
  defineEvent('comment:resolved', {
    ...inThread,
    user,
    on: z.boolean(),
    imported: z.nullable(z.object({ by: namedPerson, at: instant })),
  }),
  defineEvent('comment:reanchored', { ...inThread, anchor: storedAnchor }),
] as const;
export const commentEvent = z.discriminatedUnion('name', [profileChanged, ...commentEvents]);
export type CommentEvent = z.infer<typeof commentEvent>;

/** Returns the same object when the event changes nothing. */
export function reduceComments(state: CommentsState, event: CommentEvent): CommentsState {
  switch (event.name) {
    case 'profile:changed': {
      const threads = state.threads.map((thread) => withProfile(thread, event.user));
      return threads.every((thread, i) => thread === state.threads[i])
        ? state
        : { ...state, threads };
    }
    case 'comment:started': {
      const { thread } = event;
      if (state.threads.some(({ id }) => id === thread.id)) return state;
      return {
        ...state,
        threads: [...state.threads, thread],
        head: headWith(state, thread.messages),
      };
    }
    case 'comment:replied': {
      const { message } = event;
      const replied = change(state, event.thread, (thread) =>
        thread.messages.some(({ id }) => id === message.id)
          ? thread
          : { ...thread, messages: [...thread.messages, message] },
      );
      const head = headWith(state, [message]);
      return head === replied.head ? replied : { ...replied, head };
    }
    case 'comment:edited':
      return changeIn(state, event, { ...event, kind: 'edited' });
    case 'comment:deleted':
      return withoutEmpty(changeIn(state, event, { kind: 'deleted' }), event.thread);
    case 'comment:reacted':
      return changeIn(state, event, { ...event, kind: 'reacted' });
    case 'comment:resolved': {
      const { on, user: by, imported } = event;
      const at = imported?.at ?? event.at;
      const resolved = on ? { by, at, imported: imported?.by ?? null } : null;
      return change(state, event.thread, (thread) =>
        (thread.resolved !== null) === on ? thread : { ...thread, resolved },
      );
    }
    case 'comment:reanchored':
      return change(state, event.thread, (thread) => ({ ...thread, anchor: event.anchor }));
  }
}

function headWith({ head }: CommentsState, messages: readonly ThreadMessage[]): number {
  return messages.reduce((last, { number }) => Math.max(last, number ?? 0), head);
}

function withProfile(thread: CommentThread, user: ThreadMessage['author']): CommentThread {
  const messages = renameIn(thread.messages, user);
  const resolved =
    thread.resolved?.by.id === user.id ? { ...thread.resolved, by: user } : thread.resolved;
  if (messages === thread.messages && resolved === thread.resolved) return thread;
  return { ...thread, messages: [...messages], resolved };
}

function change(
  state: CommentsState,
  id: string,
  to: (thread: CommentThread) => CommentThread,
): CommentsState {
  const index = state.threads.findIndex((thread) => thread.id === id);
  const thread = state.threads[index];
  if (thread === undefined) return state;
  const changed = to(thread);
  return changed === thread ? state : { ...state, threads: state.threads.with(index, changed) };
}

function changeIn(
  state: CommentsState,
  event: { readonly thread: string; readonly message: string; readonly at: number },
  to: Parameters<typeof changeMessage>[2],
): CommentsState {
  return change(state, event.thread, (thread) => {
    const messages = changeMessage(thread.messages, event, to);
    return messages === thread.messages ? thread : { ...thread, messages: [...messages] };
  });
}

/** A thread goes with the last message that somebody left in it. */
function withoutEmpty(state: CommentsState, id: string): CommentsState {
  const isKept = (thread: CommentThread) =>
    thread.id !== id || thread.messages.some(({ deletedAt }) => deletedAt === null);
  return state.threads.every(isKept) ? state : { ...state, threads: state.threads.filter(isKept) };
}

export const commentsChannel = defineChannel({
  type: 'comments',
  of: 'document',
  state: commentsState,
  event: commentEvent,
  reduce: reduceComments,
});

/** Messages of a thread do not wait for each other, but for its start and for what else changes it. */
const BY_THREAD: CommandOrder<{ readonly thread: string }> = {
  changes: ({ input }) => input.thread,
  waitsFor: ({ input }) => input.thread,
};

const defineCommand = commandsOf(commentsChannel);

interface NewResolution {
  readonly on: boolean;
  readonly imported?: { readonly by: NamedPerson; readonly at: number } | undefined;
}

/** @param now no resolution is from later */
export function importedResolution(
  { on, imported }: NewResolution,
  now: number,
): { readonly by: NamedPerson; readonly at: number } | null {
  return on && imported !== undefined ? { ...imported, at: Math.min(imported.at, now) } : null;
}

const about = <I extends { readonly message: string }>(
  state: CommentsState | null,
  { message }: I,
): { readonly thread: string; readonly message: string } | null => {
  const thread = state?.threads.find(({ messages }) => messages.some(({ id }) => id === message));
  return thread === undefined ? null : { thread: thread.id, message };
};

export const commentCommands = defineCommands(
  defineCommand({
    name: 'comment:start',
    summary:
      'Comments on a piece of the text. The id of the thread and its message is that of the command.',
    input: z
      .strictObject({ ...messageInput.text, anchor: commentAnchor })
      .check(z.refine(mentionsFit, MISPLACED_MENTIONS)),
    order: { changes: ({ id }) => id, waitsFor: () => null },
    replaces: null,
    isIdempotent: true,
    predict: ({ id, input, user, at }) => ({
      name: 'comment:started',
      thread: {
        id,
        anchor: input.anchor,
        resolved: null,
        messages: [newMessage({ id, author: user, at }, input)],
      },
    }),
  }),
  defineCommand({
    name: 'comment:reply',
    summary: 'Replies in a thread. The id of the message is that of the command.',
    input: z
      .strictObject({ ...messageInput.text, thread: ulid })
      .check(z.refine(mentionsFit, MISPLACED_MENTIONS)),
    order: { changes: ({ id }) => id, waitsFor: ({ input }) => input.thread },
    replaces: null,
    isIdempotent: true,
    predict: ({ id, input, user, at }) => ({
      name: 'comment:replied',
      thread: input.thread,
      message: newMessage({ id, author: user, at }, input),
    }),
  }),
  defineCommand({
    name: 'comment:edit',
    summary: 'Changes the text of a comment or a reply.',
    input: messageInput.edit,
    order: BY_MESSAGE,
    replaces: { key: ({ message }) => `text ${message}` },
    isIdempotent: false,
    predict({ input, state }) {
      const at = about(state, input);
      const { text, mentions } = input;
      return at === null ? null : { name: 'comment:edited', ...at, text, mentions };
    },
  }),
  defineCommand({
    name: 'comment:delete',
    summary: 'Deletes a comment or a reply. A thread goes with its last message.',
    input: messageInput.delete,
    order: BY_MESSAGE,
    replaces: null,
    isIdempotent: false,
    predict({ input, state }) {
      const at = about(state, input);
      return at === null ? null : { name: 'comment:deleted', ...at };
    },
  }),
  defineCommand({
    name: 'comment:react',
    summary: 'Adds a reaction to a comment or a reply, or takes it back.',
    input: messageInput.react,
    order: BY_MESSAGE,
    replaces: { key: ({ message, emoji }) => `reaction ${message} ${emoji}` },
    isIdempotent: false,
    predict({ input, state, user }) {
      const at = about(state, input);
      const { emoji, on } = input;
      return at === null ? null : { name: 'comment:reacted', ...at, user, emoji, on };
    },
  }),
  defineCommand({
    name: 'comment:resolve',
    summary: 'Resolves a thread, or reopens it.',
    input: z.strictObject({
      document: documentId,
      thread: ulid,
      on: z.boolean(),
      imported: z.optional(z.strictObject({ by: newNamedPerson, at: instant })),
    }),
    order: BY_THREAD,
    replaces: { key: ({ thread }) => `resolved ${thread}` },
    isIdempotent: false,
    predict: ({ input, user, at }) => ({
      name: 'comment:resolved',
      thread: input.thread,
      user,
      on: input.on,
      imported: importedResolution(input, at),
    }),
  }),
  defineCommand({
    name: 'comment:reanchor',
    summary: 'Says where the text of a thread is now, after it was found by its words.',
    input: z.strictObject({ document: documentId, thread: ulid, anchor: commentAnchor }),
    order: BY_THREAD,
    replaces: { key: ({ thread }) => `anchor ${thread}` },
    isIdempotent: true,
    isSilent: true,
    predict: ({ input: { thread, anchor } }) => ({ name: 'comment:reanchored', thread, anchor }),
  }),
);
