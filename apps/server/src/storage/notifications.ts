/**
 * Notifications (NT1–NT12): rows that say who was notified of what. Their words are read from the document and the
 * message each time, as far as the person may read them then.
 */
import { PostgresAdapter, sql, type RawBuilder, type SqlBool } from 'kysely';
import {
  fitText,
  MAX_EXCERPT_LENGTH,
  MAX_INBOX,
  type InboxPage,
  type Notification,
  type NotificationKind,
} from '@tandem/protocol';
import { monotonicFactory } from 'ulid';
import { NOTIFICATIONS } from './limits.ts';
import { inboxKey } from './channel-key.ts';
import { compiledQuery } from './compiled-query.ts';
import { containing } from './documents.ts';
import { mayRead, owns } from './access-conditions.ts';
import type { Database } from './tables.ts';
import type { MessageChannel, NotificationRow } from './tables/messages.ts';

/** What all recipients are notified of. */
export interface NotificationCause {
  readonly document: string;
  /** The id of the message; `SHARED` for a role; who asks, of a request. */
  readonly cause: string;
  /** Null for a role and for a request. */
  readonly message: {
    readonly channel: MessageChannel;
    readonly number: number;
    readonly thread: string | null;
  } | null;
  readonly actor: string;
  readonly at: number;
}

export interface Recipient {
  readonly user: string;
  readonly kind: NotificationKind;
}

/** A person has at most one notification of a role in a document. */
export const SHARED = 'share';

/**
 * A person who was notified of this cause is not notified again (NT3). Requires a write transaction.
 *
 * @returns the new ones
 */
export async function addNotifications(
  db: Database,
  { document, cause, message, actor, at }: NotificationCause,
  recipients: readonly Recipient[],
): Promise<{ readonly user: string; readonly id: string; readonly kind: NotificationKind }[]> {
  if (recipients.length === 0) return [];
  // Two nodes that notify the same people lock their rows in the same order.
  const sorted = recipients.toSorted((a, b) => (a.user < b.user ? -1 : 1));
  const { channel, number, thread } = message ?? { channel: null, number: null, thread: null };
  // One statement for any number of people, so that it is prepared once.
  const rows = JSON.stringify(sorted.map(({ user, kind }) => [user, nextId(at), kind]));
  const each =
    db.getExecutor().adapter instanceof PostgresAdapter
      ? sql`json_array_elements(cast(${rows} as json))`
      : sql`json_each(${rows})`;
  const { rows: added } = await sql<Pick<NotificationRow, 'user' | 'id' | 'kind'>>`
    insert into notification
      ("user", id, kind, document, cause, actor, at, channel, number, thread)
    select value->>0, value->>1, value->>2, ${document}, ${cause}, ${actor},
      cast(${at} as bigint), ${channel}, cast(${number} as bigint), ${thread}
    from ${each} where true
    on conflict do nothing
    returning "user", id, kind`.execute(db);
  await trim(
    db,
    added.map(({ user }) => user),
  );
  return added;
}

/** A random number for each would take longer than all else; they grow, and are no secret. */
const nextId = monotonicFactory();

/** @param users everyone who has got another one */
async function trim(db: Database, users: readonly string[]): Promise<void> {
  if (users.length === 0) return;
  const full = await db
    .selectFrom('notification')
    .select('user')
    .where('user', 'in', users)
    .groupBy('user')
    .having(({ fn }) => fn.countAll(), '>', NOTIFICATIONS.maxKept)
    .orderBy('user')
    .execute();
  for (const { user } of full) await trimOne(db, user);
}

/**
 * Of those who cause the most, the oldest go: nobody drives out what others had to say (NT8). Requests count
 * as one's, because one person may be many guests.
 */
const trimOne = compiledQuery((db, user: string) =>
  db
    .deleteFrom('notification')
    .where('user', '=', user)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom((own) =>
          own
            .selectFrom('notification')
            .select('id')
            .select(
              sql<number>`row_number() over (
                partition by case when kind = 'request' then '' else actor end order by id desc)`.as(
                'of_actor',
              ),
            )
            .where('user', '=', user)
            .as('own'),
        )
        .select('own.id')
        .orderBy('own.of_actor')
        .orderBy('own.id', 'desc')
        // SQLite has no offset without a limit.
        .limit(MAX_TRIMMED)
        .offset(NOTIFICATIONS.maxKept),
    ),
);

const MAX_TRIMMED = 1_000_000;

type ReadRow = Pick<NotificationRow, 'user' | 'id' | 'kind' | 'document' | 'cause' | 'channel'> &
  Pick<NotificationRow, 'thread' | 'actor' | 'at' | 'read_at'> & {
    readonly title: string;
    readonly name: string;
    readonly color: number;
    readonly text: string | null;
  };

/** What this condition selects and its person may read now (NT7). */
function readable(
  db: Database,
  { where, limit }: { readonly where: RawBuilder<SqlBool>; readonly limit: number },
) {
  return (
    db
      .selectFrom('notification')
      .innerJoin('document', 'document.id', 'notification.document')
      .innerJoin('user as by', 'by.id', 'notification.actor')
      .leftJoin('message', (join) =>
        join
          .onRef('message.document', '=', 'notification.document')
          .onRef('message.id', '=', 'notification.cause'),
      )
      .select([
        'notification.user',
        'notification.id',
        'notification.kind',
        'notification.document',
      ])
      .select(['notification.cause', 'notification.channel', 'notification.thread'])
      .select(['notification.actor', 'notification.at', 'notification.read_at'])
      .leftJoin('access_request as request', (join) =>
        join
          .onRef('request.document', '=', 'notification.document')
          .onRef('request.user', '=', 'notification.actor')
          .on('notification.kind', '=', 'request'),
      )
      .select(['document.title', 'by.name', 'by.color'])
      .select(({ fn }) => fn.coalesce('message.text', 'request.message').as('text'))
      .where(where)
      .where(mayRead(sql.ref('notification.user'), 'document') as RawBuilder<SqlBool>)
      // Only those who may answer a request see it (PO7).
      .where(
        sql<SqlBool>`(notification.kind <> 'request' or ${owns(sql.ref('notification.user'), 'document')})`,
      )
      .where('message.deleted_at', 'is', null)
      .orderBy('notification.id', 'desc')
      .limit(limit)
  );
}

const newestRows = compiledQuery((db, user: string, before: string, limit: number) =>
  readable(db, {
    where: sql<SqlBool>`notification."user" = ${user} and notification.id < ${before}`,
    limit,
  }),
);

/** Greater than every id. */
const AFTER_ALL = 'Z';

export async function readInbox(db: Database, user: string): Promise<Notification[]> {
  return (await newestRows(db, user, AFTER_ALL, MAX_INBOX)).map(toNotification);
}

const unreadRows = compiledQuery((db, user: string, after: string, since: number, limit: number) =>
  readable(db, {
    where: sql<SqlBool>`notification."user" = ${user} and notification.id > ${after}
      and notification.at >= ${since} and notification.read_at is null
      and ${sql.ref('by.blocked_at')} is null`,
    limit,
  }),
);

/** What a person has not read and may read now, by people who are not blocked, after this notification and since this time: the newest first. */
export async function readUnread(
  db: Database,
  user: string,
  { after, since }: { readonly after: string; readonly since: number },
): Promise<Notification[]> {
  return (await unreadRows(db, user, after, since, NOTIFICATIONS.maxKept)).map(toNotification);
}

export async function readInboxPage(
  db: Database,
  user: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<InboxPage> {
  // One more shows whether another page follows.
  const rows = await newestRows(db, user, before ?? AFTER_ALL, limit + 1);
  const notifications = rows.slice(0, limit).map(toNotification);
  return { notifications, next: rows.length > limit ? notifications.at(-1)!.id : null };
}

/** What each person may read of these now: as many as are sent at once, the newest first. */
export async function findReadable(
  db: Database,
  notifications: readonly Pick<NotificationRow, 'user' | 'id'>[],
): Promise<ReadonlyMap<string, Notification[]>> {
  const found = new Map<string, Notification[]>();
  const newestFirst = notifications.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  for (let from = 0; from < newestFirst.length; from += READ_AT_ONCE) {
    const some = newestFirst.slice(from, from + READ_AT_ONCE);
    const keys = sql.join(some.map(({ user, id }) => sql`(${user}, ${id})`));
    const where = sql<SqlBool>`(notification."user", notification.id) in (values ${keys})`;
    for (const row of await readable(db, { where, limit: READ_AT_ONCE }).execute()) {
      const own = found.get(row.user) ?? [];
      if (own.length < MAX_INBOX) own.push(toNotification(row));
      found.set(row.user, own);
    }
  }
  return found;
}

/** Databases have a limit of values in a statement. */
const READ_AT_ONCE = 500;

/** Whom this cause notified. */
export async function findNotified(
  db: Database,
  { document, cause }: Pick<NotificationCause, 'document' | 'cause'>,
): Promise<Pick<NotificationRow, 'user' | 'id'>[]> {
  return await db
    .selectFrom('notification')
    .select(['user', 'id'])
    .where('document', '=', document)
    .where('cause', '=', cause)
    .orderBy('user')
    .execute();
}

/**
 * What people, or one of them, were notified of in documents, and in those inside them, the newest first.
 */
export async function findNotifiedInside(
  db: Database,
  {
    documents,
    user,
  }: { readonly documents: readonly string[]; readonly user?: string | undefined },
): Promise<Pick<NotificationRow, 'user' | 'document' | 'id' | 'kind'>[]> {
  return await db
    .selectFrom('notification')
    .select(['user', 'document', 'id', 'kind'])
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('document', 'in', documents),
        eb(
          'document',
          'in',
          selectFrom('document_ancestor').select('document').where('ancestor', 'in', documents),
        ),
      ]),
    )
    .$if(user !== undefined, (of) => of.where('user', '=', user!))
    .orderBy('id', 'desc')
    .limit(NOTIFICATIONS.maxChecked)
    .execute();
}

/** Also their words, from events that are kept for people who return. @returns those that it had, by person */
export async function deleteNotifications(
  db: Database,
  { document, cause }: Pick<NotificationCause, 'document' | 'cause'>,
  users?: readonly string[],
): Promise<Pick<NotificationRow, 'user' | 'id'>[]> {
  if (users?.length === 0) return [];
  const deleted = await db
    .deleteFrom('notification')
    .where('document', '=', document)
    .where('cause', '=', cause)
    .$if(users !== undefined, (of) => of.where('user', 'in', users!))
    .returning(['user', 'id', 'at'])
    .execute();
  await forgetWords(db, document, deleted);
  return deleted;
}

/** Inboxes have gapless events, so those of the notifications stay, without them. */
async function forgetWords(
  db: Database,
  document: string,
  notifications: readonly Pick<NotificationRow, 'user' | 'id' | 'at'>[],
): Promise<void> {
  if (notifications.length === 0) return;
  const ids = new Set(notifications.map(({ id }) => id));
  const rows = await db
    .selectFrom('event')
    .select(['channel', 'offset', 'data'])
    .where(
      'channel',
      'in',
      notifications.map(({ user }) => inboxKey(user)),
    )
    .where('at', '>=', Math.min(...notifications.map(({ at }) => at)))
    .where(sql<SqlBool>`data like ${containing(`"${document}"`)} escape '\\'`)
    .orderBy('channel')
    .orderBy('offset')
    .execute();
  for (const { channel, offset, data } of rows) {
    const event = JSON.parse(data) as { readonly notifications: readonly { id?: string }[] };
    const left = event.notifications.filter(({ id }) => id === undefined || !ids.has(id));
    if (left.length === event.notifications.length) continue;
    await rewriteEvent(db, JSON.stringify({ ...event, notifications: left }), channel, offset);
  }
}

const rewriteEvent = compiledQuery((db, data: string, channel: string, offset: number) =>
  db.updateTable('event').set({ data }).where('channel', '=', channel).where('offset', '=', offset),
);

/** At most so many at once, the oldest first. @returns whether there may be more */
export async function deleteOldNotifications(db: Database, before: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('notification')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('user', 'id'),
        'in',
        selectFrom('notification')
          .select(['user', 'id'])
          .where('at', '<', before)
          .orderBy('at')
          .limit(NOTIFICATIONS.sweepBatch)
          .$asTuple('user', 'id'),
      ),
    )
    .executeTakeFirst();
  return numDeletedRows >= NOTIFICATIONS.sweepBatch;
}

function toNotification(row: ReadRow): Notification {
  const { channel, thread, cause: message } = row;
  return {
    id: row.id,
    kind: row.kind,
    document: row.document,
    title: row.title,
    by: { id: row.actor, name: row.name, color: row.color },
    source:
      channel === null
        ? null
        : channel === 'comments' && thread !== null
          ? { channel: 'comments', thread, message }
          : { channel: 'chat', message },
    excerpt: toExcerpt(row.text ?? ''),
    at: row.at,
    isRead: row.read_at !== null,
  };
}

export function toExcerpt(text: string): string {
  return fitText(text, { lines: 'one', maxLength: MAX_EXCERPT_LENGTH });
}
