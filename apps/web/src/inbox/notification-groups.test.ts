import type { Notification } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { addressOf, groupNotifications } from './notification-groups.ts';

const HOUR_MS = 3_600_000;

const notified = (number: number, of: Partial<Notification> = {}): Notification => ({
  id: `n${number}`,
  kind: 'mention',
  document: 'd1',
  title: 'Tides',
  by: { id: 'ada', name: 'Ada', color: 1 },
  source: { channel: 'chat', message: `m${number}` },
  excerpt: `text ${number}`,
  at: number * HOUR_MS,
  isRead: false,
  ...of,
});
const inThread = (thread: string, number: number, of: Partial<Notification> = {}) =>
  notified(number, { source: { channel: 'comments', thread, message: `m${number}` }, ...of });
const idsOf = (notifications: readonly Notification[]) =>
  groupNotifications(notifications).map((group) => group.notifications.map(({ id }) => id));

test('NT11 those of one thread, or of one chat, are one entry at the place of the newest', () => {
  const all = [inThread('t1', 5), notified(4), inThread('t2', 3), inThread('t1', 2), notified(1)];
  expect(idsOf(all)).toEqual([['n5', 'n2'], ['n4', 'n1'], ['n3']]);
});

test('NT11 not what was read and what was not, of two documents, of two days, or roles', () => {
  expect(idsOf([notified(3), notified(2, { isRead: true }), notified(1)])).toEqual([
    ['n3', 'n1'],
    ['n2'],
  ]);
  expect(idsOf([notified(2), notified(1, { document: 'd2' })])).toEqual([['n2'], ['n1']]);
  expect(idsOf([notified(40), notified(30), notified(20)])).toEqual([['n40', 'n30'], ['n20']]);
  const role = { kind: 'share', source: null } as const;
  expect(idsOf([notified(2, role), notified(1, role)])).toEqual([['n2'], ['n1']]);
});

test('people are named once, by their newest names', () => {
  const ben = { id: 'ben', name: 'Ben', color: 2 };
  const renamed = { id: 'ada', name: 'Countess', color: 1 };
  const [group] = groupNotifications([
    notified(3, { by: ben }),
    notified(2, { by: renamed }),
    notified(1),
  ]);
  expect(group!.people).toEqual([ben, renamed]);
});

test('an entry leads to its oldest unread message, to its thread, or to its document', () => {
  const to = (...all: Notification[]) => addressOf(groupNotifications(all)[0]!);
  expect(to(notified(2), notified(1))).toEqual({ document: 'd1', hash: '#message=m1' });
  expect(to(notified(2, { isRead: true }), notified(1, { isRead: true })).hash).toBe('#message=m2');
  expect(to(inThread('t1', 2), inThread('t1', 1)).hash).toBe('#comment=t1');
  expect(to(notified(1, { kind: 'share', source: null })).hash).toBe('');
});
