/** Notifications as a person reads them: those of one thread or chat are one entry (NT11). */
import type { Notification, User } from '@tandem/protocol';
import { commentHash } from '../comments/comments-place.ts';

/** Further apart, they are about something else. */
const TOGETHER_MS = 12 * 60 * 60 * 1_000;

export interface NotificationGroup {
  /** The newest, whose words are shown. */
  readonly newest: Notification;
  /** The newest first. */
  readonly notifications: readonly Notification[];
  /** Who they are from, without repeats, the last one first. */
  readonly people: readonly User[];
}

/** @param notifications the newest first */
export function groupNotifications(
  notifications: readonly Notification[],
): readonly NotificationGroup[] {
  const groups: Notification[][] = [];
  const open = new Map<string, Notification[]>();
  for (const notification of notifications) {
    const subject = subjectOf(notification);
    const group = subject === null ? undefined : open.get(subject);
    if (group !== undefined && group[0]!.at - notification.at <= TOGETHER_MS) {
      group.push(notification);
      continue;
    }
    const begun = [notification];
    groups.push(begun);
    if (subject !== null) open.set(subject, begun);
  }
  return groups.map(toGroup);
}

/** Where a click leads: to the oldest message that is unread, in a thread to the thread. */
export function addressOf({ newest, notifications }: NotificationGroup): {
  readonly document: string;
  readonly hash: string;
} {
  const { document } = newest;
  const { source } = notifications.findLast(({ isRead }) => !isRead) ?? newest;
  if (source === null) return { document, hash: '' };
  return source.channel === 'chat'
    ? { document, hash: `#message=${source.message}` }
    : { document, hash: commentHash(source.thread) };
}

/** What was read and what was not are never one entry; nor is a role. */
function subjectOf({ document, source, isRead }: Notification): string | null {
  if (source === null) return null;
  return `${document} ${source.channel === 'chat' ? 'chat' : source.thread} ${isRead}`;
}

function toGroup(notifications: readonly Notification[]): NotificationGroup {
  const people = new Map(notifications.map(({ by }) => [by.id, by]));
  // The last of one id is the oldest, whose name may be an earlier one.
  for (const { by } of notifications.toReversed()) people.set(by.id, by);
  return { newest: notifications[0]!, notifications, people: [...people.values()] };
}
