/** Commands of comments (CO1 to CO8). Commenters and editors comment; editors also say where a text is now. */
import { commentsKey, libraryKey } from '../../storage/channel-key.ts';
import {
  addThread,
  deleteEmptyThread,
  findThread,
  hasOnlyImported,
  hasRoomForEdit,
  hasRoomForReaction,
  hasRoomInThread,
  setAnchor,
  setResolved,
} from '../../storage/comments.ts';
import {
  addParticipant,
  appendMessage,
  findMessage,
  messageHead,
  moveRead,
} from '../../storage/messages.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import { findUser, toUser } from '../../storage/users.ts';
import {
  importedResolution,
  whenImported,
  type Mention,
  type NewImportedMessage,
  type ThreadMessage,
} from '@tandem/protocol';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { authorize } from './authorize.ts';
import {
  edit,
  mentionsOfExisting,
  react,
  refuseWriter,
  remove,
  type MessageRules,
} from './messages.ts';
import { notifyOfEdit, notifyOfMessage, see, seeMessages, withdraw } from './notifications.ts';
import { DONE, forbidden, notFound, type Refused } from './outcomes.ts';

type CommentHandlers = Pick<
  HandlerTable,
  | 'comment:start'
  | 'comment:reply'
  | 'comment:edit'
  | 'comment:delete'
  | 'comment:react'
  | 'comment:resolve'
  | 'comment:reanchor'
  | 'comments:see'
>;

const channel = 'comments';
const COMMENTS: MessageRules = {
  channel,
  action: 'comment',
  otherwise: 'viewers-do-not-comment',
  async refuseEdit(db, document, change) {
    return (await hasRoomForEdit(db, document, change)) ? null : 'too-many-comments';
  },
  async refuseReaction(db, document) {
    return (await hasRoomForReaction(db, document)) ? null : 'too-many-comment-reactions';
  },
};

export const commentHandlers: CommentHandlers = {
  async 'comment:start'(context, { document, anchor, text, mentions, imported }) {
    const { db, user, command: thread, publish } = context;
    const refusal = await refuseMessage(context, { document, mentions, imported });
    if (refusal !== null) return refusal;
    const repeated = await findRepeat(context, document);
    if (repeated !== null) return repeated === 'own' ? DONE : forbidden('id-taken');
    if (imported !== undefined && !(await hasOnlyImported(db, { document, user })))
      return forbidden('has-comments');
    const content = { text, mentions, imported: importedIn(context, imported) };
    const importedBy = imported === undefined ? null : user;
    if ((await addThread(db, { document, thread, anchor, importedBy }, content)) === 'full')
      return forbidden('too-many-comments');
    const added = await addMessage(context, { document, thread, text, mentions, imported });
    if ('kind' in added) return added;
    publish(commentsKey(document), {
      name: 'comment:started',
      thread: { id: thread, anchor, resolved: null, messages: [added] },
    });
    if (imported !== undefined) return DONE;
    context.emit('comment.created', document);
    await notifyOfMessage(context, { ...added, document, channel, thread });
    return DONE;
  },

  async 'comment:reply'(context, { document, thread, text, mentions, imported }) {
    const { db, user, publish } = context;
    const refusal = await refuseMessage(context, { document, mentions, imported });
    if (refusal !== null) return refusal;
    const repeated = await findRepeat(context, document);
    if (repeated !== null) return repeated === 'own' ? DONE : forbidden('id-taken');
    const before = await findThread(db, { document, thread });
    if (before === undefined) return notFound('thread');
    if (imported !== undefined && !(await hasOnlyImported(db, { document, user })))
      return forbidden('has-comments');
    const content = { text, mentions, imported: importedIn(context, imported) };
    if (!(await hasRoomInThread(db, { document, thread }, content)))
      return forbidden('too-many-comments');
    const message = await addMessage(context, { document, thread, text, mentions, imported });
    if ('kind' in message) return message;
    publish(commentsKey(document), { name: 'comment:replied', thread, message });
    if (imported !== undefined) return DONE;
    context.emit('comment.created', document);
    await notifyOfMessage(context, { ...message, document, channel, thread });
    return DONE;
  },

  async 'comment:edit'(context, input) {
    const edited = await edit(context, COMMENTS, input);
    if (edited.kind === 'refused') return edited;
    const { document, message, text } = input;
    const { mentions } = edited;
    const thread = edited.message.thread!;
    context.publish(commentsKey(document), {
      name: 'comment:edited',
      thread,
      message,
      text,
      mentions,
    });
    await notifyOfEdit(context, edited.message, { text, mentions });
    return DONE;
  },

  async 'comment:delete'(context, input) {
    const removed = await remove(context, COMMENTS, input);
    if (removed.kind === 'refused') return removed;
    const { document, message } = input;
    const thread = removed.message.thread!;
    await deleteEmptyThread(context.db, { document, thread });
    context.publish(commentsKey(document), { name: 'comment:deleted', thread, message });
    await withdraw(context, { document, cause: message });
    return DONE;
  },

  async 'comment:react'(context, input) {
    const reacted = await react(context, COMMENTS, input);
    if (reacted.kind === 'refused') return reacted;
    const { document, message, emoji, on } = input;
    const thread = reacted.message.thread!;
    const user = toUser(reacted.by);
    if (reacted.isChanged)
      context.publish(commentsKey(document), {
        name: 'comment:reacted',
        thread,
        message,
        user,
        emoji,
        on,
      });
    return DONE;
  },

  async 'comment:resolve'(context, { document, thread, on, imported }) {
    const { db, user, at, publish } = context;
    const refusal = await refuseComment(context, document, imported);
    if (refusal !== null) return refusal;
    const before = await findThread(db, { document, thread });
    if (before === undefined) return notFound('thread');
    if ((before.resolved_at !== null) === on) return DONE;
    if (imported !== undefined && !(await hasOnlyImported(db, { document, user })))
      return forbidden('has-comments');
    const row = await findUser(db, user);
    if (row === undefined) return notFound('person');
    const named = importedResolution({ on, imported }, at);
    const resolved = { by: user, at: named?.at ?? at, imported: named?.by ?? null };
    await setResolved(db, { document, thread }, on ? resolved : null);
    if (on && named === null) context.emit('comment.resolved', document);
    if (on) await addParticipant(db, { user, document, channel });
    publish(commentsKey(document), {
      name: 'comment:resolved',
      thread,
      user: toUser(row),
      on,
      imported: named,
    });
    if (on) await see(context, user, { document, thread });
    return DONE;
  },

  async 'comment:reanchor'(context, { document, thread, anchor }) {
    const { db, publish } = context;
    const otherwise = 'only-editors-reanchor';
    const permission = await authorize(context, { document, action: 'write', otherwise });
    if (permission.kind === 'refused') return permission;
    const before = await findThread(db, { document, thread });
    if (before === undefined) return notFound('thread');
    if (before.anchor === JSON.stringify(anchor)) return DONE;
    await setAnchor(db, { document, thread }, anchor);
    publish(commentsKey(document), { name: 'comment:reanchored', thread, anchor });
    return DONE;
  },

  async 'comments:see'(context, { document, number }) {
    const { db, user, publish } = context;
    if ((await findAccessEntry(db, { document, user })) === null) return notFound('document');
    const commentsRead = Math.min(number, await messageHead(db, { document, channel }));
    if (await moveRead(db, { user, document, channel, number: commentsRead }))
      publish(libraryKey(user), { name: 'comments:seen', document, commentsRead });
    await seeMessages(context, { document, channel, number: commentsRead });
    return DONE;
  },
};

/** An import names authors, so that only the owner of the document is trusted with it (CO8). */
async function refuseComment(
  context: HandlerContext,
  document: string,
  imported: object | undefined,
): Promise<Refused | null> {
  if (imported === undefined) return await refuseWriter(context, COMMENTS, document);
  const otherwise = 'only-owners-import';
  const permission = await authorize(context, { document, action: 'moderate', otherwise });
  return permission.kind === 'refused' ? permission : null;
}

async function refuseMessage(
  context: HandlerContext,
  { document, mentions, imported }: Pick<NewComment, 'document' | 'mentions' | 'imported'>,
): Promise<Refused | null> {
  // Names in a file are no accounts, and nobody is notified of them.
  const isMentioning = imported !== undefined && mentions.length > 0;
  const refusal = await refuseComment(context, document, imported);
  return refusal ?? (isMentioning ? forbidden('imports-mention-nobody') : null);
}

function importedIn(
  { at }: HandlerContext,
  imported: NewImportedMessage | undefined,
): ThreadMessage['imported'] {
  return imported === undefined ? null : whenImported(imported, at).imported;
}

/** Whether the message is there already, after the result of its command was forgotten (W25). */
async function findRepeat(
  { db, user, command }: HandlerContext,
  document: string,
): Promise<'own' | 'taken' | null> {
  for (const place of ['comments', 'chat'] as const) {
    const before = await findMessage(db, { document, channel: place, message: command });
    if (before !== undefined) return before.author === user && place === channel ? 'own' : 'taken';
  }
  return null;
}

interface NewComment {
  readonly document: string;
  readonly thread: string;
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly imported: NewImportedMessage | undefined;
}

async function addMessage(
  { db, user, command: id, at }: HandlerContext,
  { document, thread, text, mentions: named, imported }: NewComment,
): Promise<(ThreadMessage & { readonly number: number }) | Refused> {
  const row = await findUser(db, user);
  if (row === undefined) return notFound('person');
  const mentions = await mentionsOfExisting(db, named);
  const message = {
    id,
    text,
    mentions,
    replyTo: null,
    at,
    editedAt: null,
    imported: null,
    ...(imported !== undefined && whenImported(imported, at)),
  };
  const number = await appendMessage(db, { ...message, document, channel, thread, author: user });
  if (number === undefined) return forbidden('id-taken');
  return { ...message, number, author: toUser(row), reactions: [], deletedAt: null };
}
