/** What a person has seen of their notifications (NT6). Read marks never go back. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';
import type { MessageChannel } from './tables/messages.ts';

export type Seen =
  | { readonly ids: readonly string[] }
  | { readonly until: string }
  | { readonly document: string; readonly thread: string }
  | { readonly document: string; readonly cause: string };

interface Reader {
  readonly user: string;
  readonly at: number;
}

/** @returns those that were unread */
export async function markSeen(db: Database, reader: Reader, seen: Seen): Promise<string[]> {
  if ('ids' in seen && seen.ids.length === 0) return [];
  const rows = await db
    .updateTable('notification')
    .set({ read_at: reader.at })
    .where('user', '=', reader.user)
    .where('read_at', 'is', null)
    .where(conditionOf(seen))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

function conditionOf(seen: Seen): RawBuilder<SqlBool> {
  if ('ids' in seen) return sql`id in (${sql.join(seen.ids)})`;
  if ('until' in seen) return sql`id <= ${seen.until}`;
  if ('thread' in seen) return sql`document = ${seen.document} and thread = ${seen.thread}`;
  return sql`document = ${seen.document} and cause = ${seen.cause}`;
}

const seeMessages = compiledQuery(
  (db, at: number, user: string, document: string, channel: MessageChannel, number: number) =>
    db
      .updateTable('notification')
      .set({ read_at: at })
      .where('user', '=', user)
      .where('document', '=', document)
      .where('read_at', 'is', null)
      .where('channel', '=', channel)
      .where('number', '<=', number)
      .returning('id'),
);

/** Of messages up to this number. @returns those that were unread */
export async function markMessagesSeen(
  db: Database,
  { user, at }: Reader,
  {
    document,
    channel,
    number,
  }: { readonly document: string; readonly channel: MessageChannel; readonly number: number },
): Promise<string[]> {
  return (await seeMessages(db, at, user, document, channel, number)).map(({ id }) => id);
}
