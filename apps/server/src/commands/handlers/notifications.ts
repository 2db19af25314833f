/** Who is notified of what (NT1 to NT7): in the transaction of the command that is the cause. */
import {
  can,
  type Mention,
  type Notification,
  type NotificationKind,
  type Standing,
} from '@tandem/protocol';
import { NOTIFICATIONS } from '../../storage/limits.ts';
import { findFullOfRequests, requestCause } from '../../storage/access-requests.ts';
import { inboxKey } from '../../storage/channel-key.ts';
import { findFollowers, findListers, findMuting } from '../../storage/visits.ts';
import { findThreadAuthors } from '../../storage/messages.ts';
import {
  addNotifications,
  deleteNotifications,
  findNotified,
  findNotifiedInside,
  findReadable,
  SHARED,
  toExcerpt,
  type NotificationCause,
} from '../../storage/notifications.ts';
import { findAccess, readOwners, standingsInEach } from '../../storage/roles.ts';
import { standingIn } from '../../storage/standing.ts';
import { markMessagesSeen, markSeen, type Seen } from '../../storage/seen-notifications.ts';
import type { MessageChannel, MessageRow } from '../../storage/tables/messages.ts';
import { findUser, toUser } from '../../storage/users.ts';
import type { HandlerContext } from '../handler.ts';

interface NewMessage extends Pick<MessageRow, 'id' | 'number' | 'thread' | 'text'> {
  readonly document: string;
  readonly channel: MessageChannel;
  readonly mentions: readonly Mention[];
}

/** @param answered the author of the message that this one answers, in a chat */
export async function notifyOfMessage(
  context: HandlerContext,
  message: NewMessage,
  answered: string | null = null,
): Promise<void> {
  const { db, user } = context;
  const { document, channel, thread } = message;
  const recipients = new Recipients(user);
  recipients.add(mentioned(message), 'mention');
  if (answered !== null) recipients.add([answered], 'reply');
  if (channel === 'comments') {
    if (thread !== null && thread !== message.id)
      recipients.add(await findThreadAuthors(db, { document, thread }), 'reply');
    recipients.add(await findFollowers(db, document), 'comment');
  }
  await notify(context, { ...toCause(message), text: message.text }, recipients);
}

/** Notifies those whom the message did not name before, and sends its words to those who know it. */
export async function notifyOfEdit(
  context: HandlerContext,
  before: MessageRow,
  after: Pick<NewMessage, 'text' | 'mentions'>,
): Promise<void> {
  const { db, user, publish } = context;
  const cause = toCause(before);
  const known = mentioned({ mentions: JSON.parse(before.mentions) as Mention[] });
  const named = mentioned(after).filter((name) => !known.includes(name));
  const isReworded = toExcerpt(before.text) !== toExcerpt(after.text);
  if (named.length === 0 && !isReworded) return;
  const earlier = await findNotified(db, cause);
  // Of another person's message, as everywhere: nobody is notified of what they wrote.
  const recipients = new Recipients(user);
  const notified = new Set(earlier.map((of) => of.user));
  recipients.add(
    named.filter((name) => !notified.has(name)),
    'mention',
  );
  const room = Math.max(0, NOTIFICATIONS.maxRecipients - earlier.length);
  await notify(context, { ...cause, text: after.text }, recipients, room);
  if (!isReworded) return;
  for (const [reader, notifications] of await findReadable(db, earlier))
    publish(inboxKey(reader), { name: 'notification:listed', notifications });
}

export async function notifyOfShare(
  context: HandlerContext,
  { document, targets }: { readonly document: string; readonly targets: readonly string[] },
): Promise<void> {
  const recipients = new Recipients(context.user);
  recipients.add(targets, 'share');
  await notify(context, { document, cause: SHARED, message: null, text: '' }, recipients);
}

/** Those who may answer a person's request (PO7). */
export async function notifyOfRequest(
  context: HandlerContext,
  { document, text }: { readonly document: string; readonly text: string },
): Promise<void> {
  const { db, user } = context;
  const owners = await readOwners(db, document);
  const full = await findFullOfRequests(db, owners);
  const recipients = new Recipients(user);
  recipients.add(
    owners.filter((owner) => !full.has(owner)),
    'request',
  );
  await notify(context, { document, cause: requestCause(user), message: null, text }, recipients);
}

/** After a message was deleted, or after a role was taken from people. */
export async function withdraw(
  { db, publish }: HandlerContext,
  about: Pick<NotificationCause, 'document' | 'cause'>,
  of?: readonly string[],
): Promise<void> {
  for (const { user, id } of await deleteNotifications(db, about, of))
    publish(inboxKey(user), { name: 'notification:removed', notifications: [id] });
}

export async function see(
  { db, at, publish }: HandlerContext,
  user: string,
  seen: Seen,
): Promise<void> {
  const notifications = await markSeen(db, { user, at }, seen);
  if (notifications.length > 0)
    publish(inboxKey(user), { name: 'notification:seen', notifications });
}

/** Who has seen the messages up to this number has seen what they were notified of (NT6). */
export async function seeMessages(
  { db, user, at, publish }: HandlerContext,
  about: { readonly document: string; readonly channel: MessageChannel; readonly number: number },
): Promise<void> {
  const notifications = await markMessagesSeen(db, { user, at }, about);
  if (notifications.length > 0)
    publish(inboxKey(user), { name: 'notification:seen', notifications });
}

/**
 * Makes a change to who may read documents, and what is inside them, and publishes what that does to inboxes (NT7).
 *
 * @param about the person, if the change is about one
 */
export async function changeReaders(
  { db, publish }: HandlerContext,
  about: { readonly documents: readonly string[]; readonly user?: string },
  change: () => Promise<void>,
): Promise<void> {
  const notified = await findNotifiedInside(db, about);
  if (notified.length === 0) return await change();
  const documents = new Set(notified.map((of) => of.document));
  const before = await standingsInEach(db, documents);
  await change();
  const after = await standingsInEach(db, documents);
  const lost = new Map<string, string[]>();
  const gained: typeof notified = [];
  for (const notification of notified) {
    const { user, document: about, id } = notification;
    const could = isReadable(notification, before(about, user));
    const canNow = isReadable(notification, after(about, user));
    if (could === canNow) continue;
    if (canNow) gained.push(notification);
    else lost.set(user, [...(lost.get(user) ?? []), id]);
  }
  for (const [user, notifications] of lost)
    publish(inboxKey(user), { name: 'notification:removed', notifications });
  for (const [user, notifications] of await findReadable(db, gained))
    publish(inboxKey(user), { name: 'notification:listed', notifications });
}

function isReadable(
  { kind }: { readonly kind: NotificationKind },
  standing: Standing | null,
): boolean {
  if (standing?.lifecycle !== 'active') return false;
  return kind !== 'request' || can(standing, 'share');
}

/** Each person has the first reason that was added for them. */
class Recipients {
  readonly kinds = new Map<string, NotificationKind>();
  readonly #author: string;

  constructor(author: string) {
    this.#author = author;
  }

  add(users: readonly string[], kind: NotificationKind): void {
    for (const user of users)
      if (user !== this.#author && !this.kinds.has(user)) this.kinds.set(user, kind);
  }
}

/** Whatever the person chose to be notified of (NT5). */
const ALWAYS_TOLD: ReadonlySet<NotificationKind> = new Set(['share', 'request']);

async function notify(
  { db, user: actor, at, publish, remind }: HandlerContext,
  { text, ...cause }: Omit<NotificationCause, 'actor' | 'at'> & { readonly text: string },
  { kinds }: Recipients,
  room: number = NOTIFICATIONS.maxRecipients,
): Promise<void> {
  // Most messages are about nobody.
  if (kinds.size === 0) return;
  const { document } = cause;
  const users = [...kinds.keys()];
  const access = await findAccess(db, document);
  const row = await findUser(db, actor);
  if (access === null || row === undefined) return;
  const listers = new Set(await findListers(db, [document], users));
  const muting = new Set(await findMuting(db, document, users));
  const recipients = [...kinds]
    .filter(([user, kind]) => kind === 'request' || listers.has(user))
    .filter(([user, kind]) => ALWAYS_TOLD.has(kind) || !muting.has(user))
    .filter(([user, kind]) => isReadable({ kind }, standingIn(access, user)))
    .map(([user, kind]) => ({ user, kind }))
    .slice(0, room);
  const about = { document, title: access.title, by: toUser(row), source: toSource(cause) };
  for (const { user, ...own } of await addNotifications(db, { ...cause, actor, at }, recipients)) {
    publish(inboxKey(user), {
      name: 'notification:listed',
      notifications: [{ ...own, ...about, excerpt: toExcerpt(text), at, isRead: false }],
    });
    remind(user);
  }
}

function mentioned({ mentions }: Pick<NewMessage, 'mentions'>): string[] {
  return mentions.map(({ user }) => user);
}

function toCause({
  document,
  id: cause,
  channel,
  number,
  thread,
}: Pick<MessageRow, 'document' | 'id' | 'channel' | 'number' | 'thread'>) {
  return { document, cause, message: { channel, number, thread } };
}

function toSource({
  cause: message,
  message: place,
}: Pick<NotificationCause, 'cause' | 'message'>): Notification['source'] {
  if (place === null) return null;
  return place.thread === null
    ? { channel: 'chat', message }
    : { channel: 'comments', thread: place.thread, message };
}
