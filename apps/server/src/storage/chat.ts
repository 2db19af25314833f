/** The chats of documents: messages, numbered without a gap, and reactions. */
import { sql, type RawBuilder } from 'kysely';
import {
  MAX_CHAT_PAGE,
  MAX_DELETED_RANGES,
  MAX_REACTIONS_PER_MESSAGE,
  type ChatMention,
  type ChatMessage,
  type NumberRange,
} from '@tandem/protocol';
import { CHAT, LIBRARY } from '../limits.ts';
import { compiledQuery } from './compiled-query.ts';
import type { ChatMessageRow, Database, UserRow } from './tables.ts';

export interface NewMessage {
  readonly document: string;
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly mentions: readonly ChatMention[];
  readonly replyTo: string | null;
  readonly at: number;
}

interface MessageKey {
  readonly document: string;
  readonly message: string;
}

const insertMessage = compiledQuery(
  (
    db,
    document: string,
    id: string,
    author: string,
    text: string,
    mentions: string,
    replyTo: string | null,
    at: number,
  ) =>
    db
      .insertInto('chat_message')
      .values({
        document,
        id,
        author,
        text,
        mentions,
        reply_to: replyTo,
        at,
        number: next(document),
      })
      .onConflict((conflict) => conflict.columns(['document', 'id']).doNothing())
      .returning('number'),
);

const insertAuthor = compiledQuery((db, user: string, document: string) =>
  db
    .insertInto('chat_author')
    .values({ user, document })
    .onConflict((conflict) => conflict.doNothing()),
);

/**
 * Requires a write transaction: otherwise two messages could get one number.
 *
 * @returns the message's number; undefined when the id exists.
 */
export async function appendMessage(
  db: Database,
  { document, id, author, text, mentions, replyTo, at }: NewMessage,
): Promise<number | undefined> {
  const named = JSON.stringify(mentions);
  const [row] = await insertMessage(db, document, id, author, text, named, replyTo, at);
  if (row !== undefined) await insertAuthor(db, author, document);
  return row?.number;
}

function next(document: string): RawBuilder<number> {
  return sql<number>`(select coalesce(max("number"), 0) + 1 from "chat_message" where "document" = ${document})`;
}

const newest = compiledQuery((db, document: string) =>
  db
    .selectFrom('chat_message')
    .select('number')
    .where('document', '=', document)
    .orderBy('number', 'desc')
    .limit(1),
);

export async function chatHead(db: Database, document: string): Promise<number> {
  const [row] = await newest(db, document);
  return row?.number ?? 0;
}

const messageRow = compiledQuery((db, document: string, message: string) =>
  db
    .selectFrom('chat_message')
    .selectAll()
    .where('document', '=', document)
    .where('id', '=', message),
);

export async function findMessage(
  db: Database,
  { document, message }: MessageKey,
): Promise<ChatMessageRow | undefined> {
  const [row] = await messageRow(db, document, message);
  return row;
}

export async function readMessages(
  db: Database,
  document: string,
  {
    before = Number.MAX_SAFE_INTEGER,
    limit = MAX_CHAT_PAGE,
  }: { readonly before?: number | undefined; readonly limit?: number } = {},
): Promise<ChatMessage[]> {
  const rows = await db
    .selectFrom('chat_message')
    .innerJoin('user', 'user.id', 'chat_message.author')
    .selectAll('chat_message')
    .select(['user.name', 'user.color'])
    .where('document', '=', document)
    .where('number', '<', before)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();
  const reactions = await readReactions(
    db,
    document,
    rows.map(({ id }) => id),
  );
  return rows.toReversed().map((row) => toMessage(row, reactions.get(row.id) ?? []));
}

export async function editMessage(
  db: Database,
  { document, message }: MessageKey,
  change: { readonly text: string; readonly mentions: readonly ChatMention[]; readonly at: number },
): Promise<void> {
  await db
    .updateTable('chat_message')
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
    .updateTable('chat_message')
    .set({ text: '', mentions: '[]', deleted_at: at })
    .where('document', '=', document)
    .where('id', '=', message)
    .execute();
  await db
    .deleteFrom('chat_reaction')
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
    .selectFrom('chat_reaction')
    .select((eb) => ['emoji', 'place', eb.fn.countAll<number>().as('people')])
    .where('document', '=', document)
    .where('message', '=', message)
    .groupBy(['emoji', 'place'])
    .orderBy('place')
    .execute();
  const same = existing.find((other) => other.emoji === emoji);
  const inAll = existing.reduce((sum, { people }) => sum + people, 0);
  if (inAll >= CHAT.maxReactions) return 'full';
  if (same === undefined && existing.length >= MAX_REACTIONS_PER_MESSAGE) return 'full';
  const place = same?.place ?? (existing.at(-1)?.place ?? 0) + 1;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('chat_reaction')
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
    .deleteFrom('chat_reaction')
    .where('document', '=', reaction.document)
    .where('message', '=', reaction.message)
    .where('emoji', '=', reaction.emoji)
    .where('user', '=', reaction.user)
    .executeTakeFirst();
  return numDeletedRows > 0n ? 'changed' : 'unchanged';
}

export async function readDeletedRanges(
  db: Database,
  documents: readonly string[],
): Promise<Map<string, NumberRange[]>> {
  const ranges = new Map<string, NumberRange[]>();
  if (documents.length === 0) return ranges;
  // Consecutive deleted messages have the same difference between number and rank.
  const rows = await db
    .selectFrom((eb) =>
      eb
        .selectFrom('chat_message')
        .select(['document', 'number'])
        .select(
          sql<number>`number - row_number() over (partition by document order by number)`.as('run'),
        )
        .where('deleted_at', 'is not', null)
        .where('document', 'in', documents)
        .as('deleted'),
    )
    .select((eb) => [
      'document',
      eb.fn.min<number>('number').as('from'),
      eb.fn.max<number>('number').as('to'),
    ])
    .groupBy(['document', 'run'])
    .orderBy('to', 'desc')
    .execute();
  for (const { document, from, to } of rows) {
    const known = ranges.get(document) ?? [];
    if (known.length < MAX_DELETED_RANGES) known.push({ from, to });
    ranges.set(document, known);
  }
  return ranges;
}

export async function findChatsOf(db: Database, user: string): Promise<string[]> {
  const written = db.selectFrom('chat_author').select('document').where('user', '=', user);
  const reacted = db.selectFrom('chat_reaction').select('document').where('user', '=', user);
  const rows = await db
    .selectFrom('document')
    .select('id')
    .where((eb) => eb.or([eb('id', 'in', written), eb('id', 'in', reacted)]))
    .orderBy('updated_at', 'desc')
    .limit(LIBRARY.maxNotifiedDocuments)
    .execute();
  return rows.map(({ id }) => id);
}

export async function moveChatRead(
  db: Database,
  {
    user,
    document,
    number,
  }: { readonly user: string; readonly document: string; readonly number: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('visit')
    .set({ chat_read: number })
    .where('user', '=', user)
    .where('document', '=', document)
    .where('chat_read', '<', number)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function readReactions(
  db: Database,
  document: string,
  messages: readonly string[],
): Promise<Map<string, ChatMessage['reactions']>> {
  const byMessage = new Map<string, ChatMessage['reactions']>();
  if (messages.length === 0) return byMessage;
  const rows = await db
    .selectFrom('chat_reaction')
    .innerJoin('user', 'user.id', 'chat_reaction.user')
    .select(['message', 'emoji', 'user.id', 'user.name', 'user.color'])
    .where('document', '=', document)
    .where('message', 'in', messages)
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
  return byMessage;
}

function toMessage(
  row: ChatMessageRow & Pick<UserRow, 'name' | 'color'>,
  reactions: ChatMessage['reactions'],
): ChatMessage {
  return {
    id: row.id,
    number: row.number,
    author: { id: row.author, name: row.name, color: row.color },
    text: row.text,
    mentions: JSON.parse(row.mentions) as ChatMention[],
    replyTo: row.reply_to,
    reactions,
    at: row.at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
  };
}
