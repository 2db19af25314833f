/** Commands of comments (CO1 to CO8). Commenters and editors comment; editors also say where a text is now. */
import { commentsKey, libraryKey } from '../../storage/channel-key.ts';
import {
  addThread,
  deleteEmptyThread,
  findThread,
  hasOnlyImportedComments,
  hasRoomForEdit,
  hasRoomForReaction,
  hasRoomInThread,
  setAnchor,
  setResolved,
} from '../../storage/comments.ts';
import { addParticipant, messageHead, moveRead } from '../../storage/messages.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import { findUser, toUser } from '../../storage/users.ts';
import { importedResolution } from '@tandem/protocol';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import {
  addMessage,
  contentOf,
  edit,
  findRepeat,
  react,
  refuseAuthor,
  refuseImport,
  refuseMessage,
  remove,
  type MessageRules,
  type NewMessage,
} from './messages.ts';
import { notifyOfEdit, notifyOfMessage, see, seeMessages, withdraw } from './notifications.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

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
  hasOnlyImported: hasOnlyImportedComments,
  hasOthers: 'has-comments',
  async refuseEdit(db, document, change) {
    return (await hasRoomForEdit(db, document, change)) ? null : 'too-many-comments';
  },
  async refuseReaction(db, document) {
    return (await hasRoomForReaction(db, document)) ? null : 'too-many-comment-reactions';
  },
};

export const commentHandlers: CommentHandlers = {
  async 'comment:start'(context, { anchor, ...input }) {
    const { db, user, command: thread, publish } = context;
    const { document, imported } = input;
    const outcome = await decide(context, input);
    if (outcome !== null) return outcome;
    const importedBy = imported === undefined ? null : user;
    const content = contentOf(context, input);
    if ((await addThread(db, { document, thread, anchor, importedBy }, content)) === 'full')
      return forbidden('too-many-comments');
    const added = await addMessage(context, COMMENTS, { ...input, thread });
    if (added.kind !== 'added') return added;
    const { message } = added;
    publish(commentsKey(document), {
      name: 'comment:started',
      thread: { id: thread, anchor, resolved: null, messages: [message] },
    });
    if (imported !== undefined) return DONE;
    context.emit('comment.created', document);
    await notifyOfMessage(context, { ...message, document, channel, thread });
    return DONE;
  },

  async 'comment:reply'(context, input) {
    const { db, publish } = context;
    const { document, thread, imported } = input;
    const outcome = await decide(context, input);
    if (outcome !== null) return outcome;
    const before = await findThread(db, { document, thread });
    if (before === undefined) return notFound('thread');
    if (!(await hasRoomInThread(db, { document, thread }, contentOf(context, input))))
      return forbidden('too-many-comments');
    const added = await addMessage(context, COMMENTS, input);
    if (added.kind !== 'added') return added;
    const { message } = added;
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
    const refusal = await refuseAuthor(context, COMMENTS, { document, imported });
    if (refusal !== null) return refusal;
    const before = await findThread(db, { document, thread });
    if (before === undefined) return notFound('thread');
    if ((before.resolved_at !== null) === on) return DONE;
    const others = await refuseImport(context, COMMENTS, { document, imported });
    if (others !== null) return others;
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

/** Null where a message is written. */
async function decide(context: HandlerContext, input: NewMessage): Promise<Outcome | null> {
  const refusal = await refuseMessage(context, COMMENTS, input);
  if (refusal !== null) return refusal;
  const repeated = await findRepeat(context, COMMENTS, input.document);
  return repeated ?? (await refuseImport(context, COMMENTS, input));
}
