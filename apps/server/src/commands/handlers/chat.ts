/** Commands of the chat. Readers of a document may read its chat; commenters and editors may write there. */
import { chatKey, libraryKey } from '../../storage/channel-key.ts';
import {
  findMessage,
  hasOnlyImportedMessages,
  messageHead,
  moveRead,
} from '../../storage/messages.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import type { MessageRow } from '../../storage/tables/messages.ts';
import { toUser } from '../../storage/users.ts';
import type { HandlerTable } from '../handler.ts';
import {
  addMessage,
  edit,
  findRepeat,
  react,
  refuseImport,
  refuseMessage,
  remove,
  type MessageRules,
} from './messages.ts';
import { notifyOfEdit, notifyOfMessage, seeMessages, withdraw } from './notifications.ts';
import { DONE, notFound } from './outcomes.ts';

type ChatHandlers = Pick<
  HandlerTable,
  'chat:send' | 'chat:edit' | 'chat:delete' | 'chat:react' | 'chat:see'
>;

const CHAT: MessageRules = {
  channel: 'chat',
  action: 'chat',
  otherwise: 'viewers-do-not-chat',
  hasOnlyImported: (db, of) => hasOnlyImportedMessages(db, { ...of, channel: 'chat' }),
  hasOthers: 'has-messages',
};

export const chatHandlers: ChatHandlers = {
  async 'chat:send'(context, { replyTo: answered, ...input }) {
    const { db, publish } = context;
    const { document, imported } = input;
    const isImported = imported !== undefined;
    const refusal = await refuseMessage(context, CHAT, input);
    if (refusal !== null) return refusal;
    const outcome = isImported
      ? ((await findRepeat(context, CHAT, document)) ?? (await refuseImport(context, CHAT, input)))
      : null;
    if (outcome !== null) return outcome;
    const replied = await existingMessage(db, document, answered);
    const added = await addMessage(context, CHAT, { ...input, replyTo: replied?.id ?? null });
    if (added.kind !== 'added') return added;
    const { message } = added;
    publish(chatKey(document), { name: 'chat:sent', message });
    if (!isImported) {
      const answers = replied?.deleted_at === null ? replied.author : null;
      const cause = { ...message, document, channel: CHAT.channel, thread: null };
      await notifyOfMessage(context, cause, answers);
    }
    const head = message.number;
    return { kind: 'done', effects: [{ kind: 'chat', document, head, isImported }] };
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
