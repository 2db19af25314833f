/** Commands of the chat. Readers of a document may read its chat; commenters and editors may write there. */
import { chatKey, libraryKey } from '../../storage/channel-key.ts';
import { appendMessage, findMessage, messageHead, moveRead } from '../../storage/messages.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import type { MessageRow } from '../../storage/tables/messages.ts';
import { findUser, toUser } from '../../storage/users.ts';
import type { HandlerTable } from '../handler.ts';
import {
  edit,
  mentionsOfExisting,
  react,
  refuseWriter,
  remove,
  type MessageRules,
} from './messages.ts';
import { notifyOfEdit, notifyOfMessage, seeMessages, withdraw } from './notifications.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type ChatHandlers = Pick<
  HandlerTable,
  'chat:send' | 'chat:edit' | 'chat:delete' | 'chat:react' | 'chat:see'
>;

const CHAT: MessageRules = { channel: 'chat', action: 'chat', otherwise: 'viewers-do-not-chat' };

export const chatHandlers: ChatHandlers = {
  async 'chat:send'(context, { document, text, mentions: named, replyTo: answered }) {
    const { db, user, command: id, at, publish } = context;
    const refusal = await refuseWriter(context, CHAT, document);
    if (refusal !== null) return refusal;
    const row = await findUser(db, user);
    if (row === undefined) return notFound('person');
    const mentions = await mentionsOfExisting(db, named);
    const replied = await existingMessage(db, document, answered);
    const replyTo = replied?.id ?? null;
    const message = {
      document,
      channel: 'chat',
      thread: null,
      id,
      text,
      mentions,
      replyTo,
      at,
    } as const;
    const number = await appendMessage(db, { ...message, author: user });
    if (number === undefined) {
      const before = await findMessage(db, { document, channel: 'chat', message: id });
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
        imported: null,
        deletedAt: null,
      },
    });
    const answers = replied?.deleted_at === null ? replied.author : null;
    await notifyOfMessage(context, { ...message, number }, answers);
    return { kind: 'done', effects: [{ kind: 'chat', document, head: number }] };
  },

  async 'chat:edit'(context, input) {
    const edited = await edit(context, CHAT, input);
    if (edited.kind === 'refused') return edited;
    const { document, message, text } = input;
    const { mentions } = edited;
    context.publish(chatKey(document), { name: 'chat:edited', message, text, mentions });
    await notifyOfEdit(context, edited.message, { text, mentions });
    return DONE;
  },

  async 'chat:delete'(context, input) {
    const removed = await remove(context, CHAT, input);
    if (removed.kind === 'refused') return removed;
    const { document, message } = input;
    context.publish(chatKey(document), { name: 'chat:deleted', message });
    await withdraw(context, { document, cause: message });
    const { number } = removed.message;
    return { kind: 'done', effects: [{ kind: 'chat-deleted', document, number }] };
  },

  async 'chat:react'(context, input) {
    const reacted = await react(context, CHAT, input);
    if (reacted.kind === 'refused') return reacted;
    const { document, message, emoji, on } = input;
    const user = toUser(reacted.by);
    if (reacted.isChanged)
      context.publish(chatKey(document), { name: 'chat:reacted', message, user, emoji, on });
    return DONE;
  },

  async 'chat:see'(context, { document, number }) {
    const { db, user, publish } = context;
    if ((await findAccessEntry(db, { document, user })) === null) return notFound('document');
    const channel = 'chat';
    const chatRead = Math.min(number, await messageHead(db, { document, channel }));
    if (await moveRead(db, { user, document, channel, number: chatRead }))
      publish(libraryKey(user), { name: 'chat:seen', document, chatRead });
    await seeMessages(context, { document, channel, number: chatRead });
    return DONE;
  },
};

async function existingMessage(
  db: Database,
  document: string,
  id: string | null,
): Promise<MessageRow | null> {
  if (id === null) return null;
  const message = await findMessage(db, { document, channel: 'chat', message: id });
  return message ?? null;
}
