/** Messages of chats and comments: numbered without a gap in each channel of a document; and reactions to them. */
import { sql, type RawBuilder } from 'kysely';
import {
  MAX_REACTIONS_PER_MESSAGE,
  type ImportedMessage,
  type Mention,
  type ThreadMessage,
} from '@tandem/protocol';
import { LIBRARY, MESSAGES } from './limits.ts';
import { compiledQuery } from './compiled-query.ts';
import { fitStored } from './stored-texts.ts';
import type { Database } from './tables.ts';
import type { MessageChannel, MessageRow, ParticipantTable } from './tables/messages.ts';
import type { UserRow } from './tables/accounts.ts';

/** What a message has that may be long. */
export interface MessageContent {
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly imported?: ImportedMessage | null;
}

export interface NewMessage extends MessageContent {
  readonly document: string;
  readonly channel: MessageChannel;
  readonly thread: string | null;
  readonly id: string;
  readonly author: string;
  readonly replyTo: string | null;
  readonly at: number;
  readonly editedAt?: number | null;
}

export interface MessageKey {
  readonly document: string;
  readonly message: string;
}

interface ChannelOf {
  readonly document: string;
  readonly channel: MessageChannel;
}

const insertMessage = compiledQuery(
  (
    db,
    document: string,
    channel: MessageChannel,
    thread: string | null,
    id: string,
    author: string,
    text: string,
    mentions: string,
    replyTo: string | null,
    at: number,
    editedAt: number | null,
    imported: string | null,
  ) =>
    db
      .insertInto('message')
      .values({
        document,
        channel,
        thread,
        id,
        author,
        text,
        mentions,
        reply_to: replyTo,
        at,
        edited_at: editedAt,
        imported,
        number: next(document, channel),
      })
      .onConflict((conflict) => conflict.columns(['document', 'id']).doNothing())
      .returning('number'),
);

const insertParticipant = compiledQuery(
  (db, user: string, document: string, channel: MessageChannel) =>
    db
      .insertInto('participant')
      .values({ user, document, channel })
      .onConflict((conflict) => conflict.doNothing()),
);

export async function addParticipant(
  db: Database,
  { user, document, channel }: ParticipantTable,
): Promise<void> {
  await insertParticipant(db, user, document, channel);
}

/**
 * Requires a write transaction: otherwise two messages could get one number.
 *
 * @returns the message's number; undefined when the id exists.
 */
export async function appendMessage(
  db: Database,
  { document, channel, thread, id, author, text, mentions, replyTo, at, ...rest }: NewMessage,
): Promise<number | undefined> {
  const named = JSON.stringify(mentions);
  const [row] = await insertMessage(
    db,
    document,
    channel,
    thread,
    id,
    author,
    text,
    named,
    replyTo,
    at,
    rest.editedAt ?? null,
    rest.imported == null ? null : JSON.stringify(rest.imported),
  );
  if (row !== undefined) await addParticipant(db, { user: author, document, channel });
  return row?.number;
}

function next(document: string, channel: MessageChannel): RawBuilder<number> {
  return sql<number>`(select coalesce(max("number"), 0) + 1 from "message" where "document" = ${document} and "channel" = ${channel})`;
}

const newest = compiledQuery((db, document: string, channel: MessageChannel) =>
  db
    .selectFrom('message')
    .select('number')
    .where('document', '=', document)
    .where('channel', '=', channel)
    .orderBy('number', 'desc')
    .limit(1),
);

export async function messageHead(db: Database, { document, channel }: ChannelOf): Promise<number> {
  const [row] = await newest(db, document, channel);
  return row?.number ?? 0;
}

const messageRow = compiledQuery((db, document: string, message: string) =>
  db.selectFrom('message').selectAll().where('document', '=', document).where('id', '=', message),
);

/** @param about without a channel, a message of any */
export async function findMessage(
  db: Database,
  { document, channel, message }: MessageKey & Partial<ChannelOf>,
): Promise<MessageRow | undefined> {
  const [row] = await messageRow(db, document, message);
  return channel === undefined || row?.channel === channel ? row : undefined;
}

/**
 * Whether all messages, but for deleted ones, are those that this account imported. Those come before all others, so that
 * the newest decides.
 */
export async function hasOnlyImportedMessages(
  db: Database,
  { document, channel, user }: ChannelOf & { readonly user: string },
): Promise<boolean> {
  const newestMessage = await db
    .selectFrom('message')
    .select(['author', 'imported'])
    .where('document', '=', document)
    .where('channel', '=', channel)
    .where('deleted_at', 'is', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newestMessage === undefined) return true;
  return newestMessage.imported !== null && newestMessage.author === user;
}

/** Those who have something undeleted in a thread. */
export async function findThreadAuthors(
  db: Database,
  { document, thread }: { readonly document: string; readonly thread: string },
): Promise<string[]> {
  const rows = await db
    .selectFrom('message')
    .select('author')
    .distinct()
    .where('document', '=', document)
    .where('channel', '=', 'comments')
    .where('thread', '=', thread)
    .where('deleted_at', 'is', null)
    .orderBy('author')
    .execute();
  return rows.map(({ author }) => author);
}

export async function editMessage(
  db: Database,
  { document, message }: MessageKey,
  change: MessageContent & { readonly at: number },
): Promise<void> {
  await db
    .updateTable('message')
    .set({
      text: change.text,
      mentions: JSON.stringify(change.mentions),
      edited_at: change.at,
    })
    .where('document', '=', document)
    .where('id', '=', message)
    .execute();
}

export async function deleteMessage(
  db: Database,
  { document, message }: MessageKey,
  at: number,
): Promise<void> {
  await db
    .updateTable('message')
    .set({ text: '', mentions: '[]', deleted_at: at, imported: null })
    .where('document', '=', document)
    .where('id', '=', message)
    .execute();
  await db
    .deleteFrom('reaction')
    .where('document', '=', document)
    .where('message', '=', message)
    .execute();
}

export async function addReaction(
  db: Database,
  reaction: MessageKey & { readonly user: string; readonly emoji: string },
): Promise<'changed' | 'unchanged' | 'full'> {
  const { document, message, user, emoji } = reaction;
  const existing = await db
    .selectFrom('reaction')
    .select((eb) => ['emoji', 'place', eb.fn.countAll<number>().as('people')])
    .where('document', '=', document)
    .where('message', '=', message)
    .groupBy(['emoji', 'place'])
    .orderBy('place')
    .execute();
  const same = existing.find((other) => other.emoji === emoji);
  const inAll = existing.reduce((sum, { people }) => sum + people, 0);
  if (inAll >= MESSAGES.maxReactions) return 'full';
  if (same === undefined && existing.length >= MAX_REACTIONS_PER_MESSAGE) return 'full';
  const place = same?.place ?? (existing.at(-1)?.place ?? 0) + 1;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('reaction')
    .values({ document, message, emoji, place, user })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 0n ? 'unchanged' : 'changed';
}

export async function removeReaction(
  db: Database,
  reaction: MessageKey & { readonly user: string; readonly emoji: string },
): Promise<'changed' | 'unchanged'> {
  const { numDeletedRows } = await db
    .deleteFrom('reaction')
    .where('document', '=', reaction.document)
    .where('message', '=', reaction.message)
    .where('emoji', '=', reaction.emoji)
    .where('user', '=', reaction.user)
    .executeTakeFirst();
  return numDeletedRows > 0n ? 'changed' : 'unchanged';
}

/** The channels in which this person's name is shown with a message, a reaction or a resolved thread. */
export async function findParticipations(
  db: Database,
  user: string,
): Promise<Pick<ParticipantTable, 'document' | 'channel'>[]> {
  return await db
    .selectFrom('participant')
    .innerJoin('document', 'document.id', 'participant.document')
    .select(['participant.document', 'participant.channel'])
    .where('participant.user', '=', user)
    .orderBy('document.updated_at', 'desc')
    .limit(LIBRARY.maxNotifiedDocuments)
    .execute();
}

const READ_COLUMNS = { chat: 'chat_read', comments: 'comments_read' } as const;

export async function moveRead(
  db: Database,
  {
    user,
    document,
    channel,
    number,
  }: ChannelOf & { readonly user: string; readonly number: number },
): Promise<boolean> {
  const column = READ_COLUMNS[channel];
  const { numUpdatedRows } = await db
    .updateTable('visit')
    .set({ [column]: number })
    .where('user', '=', user)
    .where('document', '=', document)
    .where(column, '<', number)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** With the reactions to them. The rows have the name and the colour of their authors. */
export async function toMessages(
  db: Database,
  document: string,
  rows: readonly (MessageRow & Pick<UserRow, 'name' | 'color'>)[],
): Promise<ThreadMessage[]> {
  const reactions = await readReactions(
    db,
    document,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    author: { id: row.author, name: row.name, color: row.color },
    text: row.text,
    mentions: JSON.parse(row.mentions) as Mention[],
    replyTo: row.reply_to,
    reactions: reactions.get(row.id) ?? [],
    at: row.at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
    imported:
      row.imported === null ? null : (JSON.parse(row.imported, fitStored) as ImportedMessage),
  }));
}

/** Below the number of parameters of a query that both databases accept. */
const MESSAGES_AT_ONCE = 1_000;

async function readReactions(
  db: Database,
  document: string,
  messages: readonly string[],
): Promise<Map<string, ThreadMessage['reactions']>> {
  const byMessage = new Map<string, ThreadMessage['reactions']>();
  for (let from = 0; from < messages.length; from += MESSAGES_AT_ONCE) {
    const rows = await db
      .selectFrom('reaction')
      .innerJoin('user', 'user.id', 'reaction.user')
      .select(['message', 'emoji', 'user.id', 'user.name', 'user.color'])
      .where('document', '=', document)
      .where('message', 'in', messages.slice(from, from + MESSAGES_AT_ONCE))
      .orderBy('place')
      .orderBy('order')
      .execute();
    for (const { message, emoji, ...user } of rows) {
      const reactions = byMessage.get(message) ?? [];
      const last = reactions.at(-1);
      if (last?.emoji === emoji) last.users.push(user);
      else reactions.push({ emoji, users: [user] });
      byMessage.set(message, reactions);
    }
  }
  return byMessage;
}
