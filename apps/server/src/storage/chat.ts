/** The chats of documents: pages of their messages, and what is deleted of them. */
import { sql } from 'kysely';
import {
  MAX_CHAT_PAGE,
  MAX_CHAT_PAGE_BYTES,
  MAX_DELETED_RANGES,
  type NumberRange,
  type ThreadMessage,
} from '@tandem/protocol';
import { toMessages } from './messages.ts';
import type { Database } from './tables.ts';

export async function readMessages(
  db: Database,
  document: string,
  {
    before = Number.MAX_SAFE_INTEGER,
    limit = MAX_CHAT_PAGE,
  }: { readonly before?: number | undefined; readonly limit?: number } = {},
): Promise<ThreadMessage[]> {
  const rows = await db
    .selectFrom('message')
    .innerJoin('user', 'user.id', 'message.author')
    .selectAll('message')
    .select(['user.name', 'user.color'])
    .where('document', '=', document)
    .where('channel', '=', 'chat')
    .where('number', '<', before)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();
  return await toMessages(db, document, rows.toReversed());
}

/** As many of the newest before a number as fit into a page of `MAX_CHAT_PAGE_BYTES`, and at least one. */
export async function readChatPage(
  db: Database,
  document: string,
  { before, limit }: { readonly before: number | undefined; readonly limit: number },
): Promise<ThreadMessage[]> {
  const page: ThreadMessage[] = [];
  let bytes = 0;
  let end = before;
  while (page.length < limit) {
    // A part at a time, so that the reactions of messages beyond the page are not read.
    const some = Math.min(MAX_CHAT_PAGE, limit - page.length);
    const part = await readMessages(db, document, { before: end, limit: some });
    for (const message of part.toReversed()) {
      bytes += Buffer.byteLength(JSON.stringify(message));
      if (bytes > MAX_CHAT_PAGE_BYTES && page.length > 0) return page.toReversed();
      page.push(message);
    }
    if (part.length < some) break;
    end = part[0]?.number ?? 0;
  }
  return page.toReversed();
}

/** By document, the number of the newest imported message; without those that have none (W48). */
export async function readImportedHeads(
  db: Database,
  documents: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (documents.length === 0) return new Map();
  // One row of the index for each document, however much was imported.
  const rows = await db
    .selectFrom('document')
    .select('document.id')
    .select((eb) =>
      eb
        .selectFrom('message')
        .select('message.number')
        .whereRef('message.document', '=', 'document.id')
        .where('message.channel', '=', 'chat')
        .where('message.imported', 'is not', null)
        .orderBy('message.number', 'desc')
        .limit(1)
        .as('head'),
    )
    .where('document.id', 'in', documents)
    .execute();
  return new Map(rows.flatMap(({ id, head }) => (head === null ? [] : [[id, head]])));
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
        .selectFrom('message')
        .select(['document', 'number'])
        .select(
          sql<number>`number - row_number() over (partition by document order by number)`.as('run'),
        )
        .where('channel', '=', 'chat')
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
