import { inboxPage, MAX_INBOX_PAGE, type Notification } from '@tandem/protocol';
import { useState } from 'react';
import { get } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { cutOffBy, useConnection } from '../session/use-connection.ts';

export interface Inbox {
  /** The newest first; null before they are known. */
  readonly notifications: readonly Notification[] | null;
  /** They are not known, and the server cannot be asked. */
  readonly isUnknown: boolean;
  /** Null when there are none, or while they are loaded. */
  readonly loadOlder: (() => void) | null;
  readonly hasFailed: boolean;
  readonly see: (notifications: readonly Notification[]) => void;
  readonly seeAll: () => void;
}

/** The newest notifications, and as many older ones as were asked for. */
export function useInbox(): Inbox {
  const { client, account } = useServices();
  const state = useChannelValue(useChannel('inbox'), (channel) => channel.state);
  const connection = useConnection();
  const [older, setOlder] = useState<readonly Notification[]>([]);
  /** Undefined before an older page was loaded. */
  const [next, setNext] = useState<string | null>();
  const [loading, setLoading] = useState<'no' | 'yes' | 'failed'>('no');
  const newest = state?.notifications ?? [];
  const known = new Set(newest.map(({ id }) => id));
  const notifications = [...newest, ...older.filter(({ id }) => !known.has(id))];
  const before = next === undefined ? (newest.at(-1)?.id ?? null) : next;
  const mayHaveOlder = before !== null && (next !== undefined || newest.length >= MAX_INBOX_PAGE);
  const load = async () => {
    setLoading('yes');
    try {
      const path = `/api/notifications?before=${before ?? ''}`;
      const page = await get(path, { answer: inboxPage, fetch: account.fetch });
      setOlder((all) => [...all, ...page.notifications]);
      setNext(page.next);
      setLoading('no');
    } catch {
      setLoading('failed');
    }
  };
  const markOlder = (isSeen: (notification: Notification) => boolean) =>
    setOlder((all) => all.map((of) => (isSeen(of) ? { ...of, isRead: true } : of)));
  return {
    notifications: state === null ? null : notifications,
    isUnknown: state === null && cutOffBy(connection) !== null,
    loadOlder: mayHaveOlder && loading !== 'yes' ? () => void load() : null,
    hasFailed: loading === 'failed',
    see(seen) {
      const ids = seen.filter(({ isRead }) => !isRead).map(({ id }) => id);
      if (ids.length === 0) return;
      client.commands.run({ name: 'notification:see', input: { notifications: ids } });
      markOlder(({ id }) => ids.includes(id));
    },
    seeAll() {
      const [first] = notifications;
      if (first === undefined) return;
      client.commands.run({ name: 'notification:see-all', input: { until: first.id } });
      markOlder(() => true);
    },
  };
}
