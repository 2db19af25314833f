/** Commands of the chat. Readers of a document may read its chat, editors may write there. */
import type { ChatMention } from '@tandem/protocol';
import { chatKey, libraryKey } from '../../storage/channel-key.ts';
import {
  addReaction,
  appendMessage,
  chatHead,
  deleteMessage,
  editMessage,
  findMessage,
  moveChatRead,
  removeReaction,
} from '../../storage/chat.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import type { ChatMessageRow, Database } from '../../storage/tables.ts';
import { findUser, findUserIds, toUser } from '../../storage/users.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type ChatHandlers = Pick<
  HandlerTable,
  'chat:send' | 'chat:edit' | 'chat:delete' | 'chat:react' | 'chat:see'
>;

export const chatHandlers: ChatHandlers = {
  async 'chat:send'(context, { document, text, mentions: named, replyTo: answered }) {
    const { db, user, command: id, at, publish } = context;
    const refusal = await refuseWriter(context, document);
    if (refusal !== null) return refusal;
    const row = await findUser(db, user);
    if (row === undefined) return notFound('person');
    const mentions = await mentionsOfExisting(db, named);
    const replyTo = await existingMessage(db, document, answered);
    const number = await appendMessage(db, {
      document,
      id,
      author: user,
      text,
      mentions,
      replyTo,
      at,
    });
    if (number === undefined) {
      const before = await findMessage(db, { document, message: id });
      return before?.author === user ? DONE : forbidden('id-taken');
    }
    publish(chatKey(document), {
      name: 'chat:sent',
      message: {
        id,
        number,
        author: toUser(row),
        text,
        mentions,
        replyTo,
        reactions: [],
        at,
        editedAt: null,
        deletedAt: null,
      },
    });
    return { kind: 'done', effects: [{ kind: 'chat', document, head: number }] };
  },

  async 'chat:edit'(context, { document, message: id, text, mentions: named }) {
    const { db, user, at, publish } = context;
    const refusal = await refuseWriter(context, document);
    if (refusal !== null) return refusal;
    const message = await findUndeleted(db, document, id);
    if (message === undefined) return notFound('message');
    if (message.author !== user) return forbidden('not-your-message');
    const mentions = await mentionsOfExisting(db, named);
    await editMessage(db, { document, message: id }, { text, mentions, at });
    publish(chatKey(document), { name: 'chat:edited', message: id, text, mentions });
    return DONE;
  },

  async 'chat:delete'({ db, user, at, publish }, { document, message: id }) {
    if ((await findAccessEntry(db, { document, user })) === null) return notFound('document');
    const message = await findUndeleted(db, document, id);
    if (message === undefined) return notFound('message');
    if (message.author !== user) {
      const otherwise = 'not-yours-to-delete';
      const permission = await authorize({ db, user }, { document, action: 'moderate', otherwise });
      if (permission.kind === 'refused') return permission;
    }
    await deleteMessage(db, { document, message: id }, at);
    publish(chatKey(document), { name: 'chat:deleted', message: id });
    return {
      kind: 'done',
      effects: [{ kind: 'chat-deleted', document, number: message.number }],
    };
  },

  async 'chat:react'(context, { document, message: id, emoji, on }) {
    const { db, user, publish } = context;
    const refusal = await refuseWriter(context, document);
    if (refusal !== null) return refusal;
    if ((await findUndeleted(db, document, id)) === undefined) return notFound('message');
    const row = await findUser(db, user);
    if (row === undefined) return notFound('person');
    const reaction = { document, message: id, user, emoji };
    const result = on ? await addReaction(db, reaction) : await removeReaction(db, reaction);
    if (result === 'full') return forbidden('too-many-reactions');
    if (result === 'unchanged') return DONE;
    publish(chatKey(document), {
      name: 'chat:reacted',
      message: id,
      user: toUser(row),
      emoji,
      on,
    });
    return DONE;
  },

  async 'chat:see'({ db, user, publish }, { document, number }) {
    if ((await findAccessEntry(db, { document, user })) === null) return notFound('document');
    const chatRead = Math.min(number, await chatHead(db, document));
    if (await moveChatRead(db, { user, document, number: chatRead }))
      publish(libraryKey(user), { name: 'chat:seen', document, chatRead });
    return DONE;
  },
};

async function refuseWriter(context: HandlerContext, document: string): Promise<Outcome | null> {
  const otherwise = 'viewers-do-not-chat';
  const permission = await authorize(context, { document, action: 'chat', otherwise });
  return permission.kind === 'refused' ? permission : null;
}

async function findUndeleted(
  db: Database,
  document: string,
  id: string,
): Promise<ChatMessageRow | undefined> {
  const message = await findMessage(db, { document, message: id });
  return message?.deleted_at === null ? message : undefined;
}

async function mentionsOfExisting(
  db: Database,
  mentions: readonly ChatMention[],
): Promise<ChatMention[]> {
  const known = await findUserIds(db, [...new Set(mentions.map(({ user }) => user))]);
  return mentions.filter(({ user }) => known.has(user));
}

async function existingMessage(
  db: Database,
  document: string,
  id: string | null,
): Promise<string | null> {
  if (id === null) return null;
  return (await findMessage(db, { document, message: id })) === undefined ? null : id;
}
