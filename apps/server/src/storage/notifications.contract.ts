/** The contract of stored notifications. Each database runs it. */
import { expect, test } from 'vitest';
import { NOTIFICATIONS } from './limits.ts';
import {
  countOpenRequests,
  countRequestsOf,
  declineAccessRequest,
  deleteOldAccessRequests,
  endAccessRequest,
  findAccessRequest,
  findFullOfRequests,
  putAccessRequest,
  requestCause,
} from './access-requests.ts';
import { addVisit, findFollowers, findMuting, setFollows } from './visits.ts';
import { createDocument } from './documents.ts';
import { mergeGuest } from './guest-merge.ts';
import { appendMessage, deleteMessage, findThreadAuthors } from './messages.ts';
import {
  addNotifications,
  deleteNotifications,
  deleteOldNotifications,
  findNotifiedInside,
  findReadable,
  readInbox,
  readInboxPage,
  SHARED,
} from './notifications.ts';
import { markMessagesSeen, markSeen } from './seen-notifications.ts';
import { giveRole } from './member-roles.ts';
import { changeLink } from './sharing.ts';
import type { Database } from './tables.ts';
import { createUser, findUser } from './users.ts';

const document = 'd1';
const AT = 1_800_000_000_000;

export function testNotifications(open: () => Promise<Database>): void {
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['ada', 'ben', 'cem'])
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
    const created = { id: document, kind: 'page', title: 'Tides', owner: 'ada', at: AT } as const;
    await createDocument(db, { ...created, linkAccess: 'off' });
    await giveRole(db, { document, user: 'ben', role: 'editor' });
    for (const user of ['ada', 'ben', 'cem']) await addVisit(db, { user, document, at: AT });
    return db;
  }

  async function mention(db: Database, number: number, users = ['ben']) {
    const id = `01K0${String(number).padStart(22, '0')}`;
    const message = {
      ...{ document, channel: 'chat' as const, thread: null, id, author: 'ada', replyTo: null },
      ...{ text: `Tide ${number}`, mentions: [], at: AT },
    };
    await appendMessage(db, message);
    const cause = { document, cause: id, actor: 'ada', at: AT + number };
    return await addNotifications(
      db,
      { ...cause, message: { channel: 'chat', number, thread: null } },
      users.map((user) => ({ user, kind: 'mention' as const })),
    );
  }

  test('NT3 a cause notifies a person once', async () => {
    const db = await scene();
    expect(await mention(db, 1, ['ben', 'cem'])).toMatchObject([
      { user: 'ben', kind: 'mention' },
      { user: 'cem', kind: 'mention' },
    ]);
    expect(await mention(db, 1, ['ben', 'cem', 'ada'])).toMatchObject([{ user: 'ada' }]);
    const role = { document, cause: SHARED, message: null, actor: 'ada', at: AT };
    const given = [{ user: 'ben', kind: 'share' as const }];
    expect(await addNotifications(db, role, given)).toHaveLength(1);
    expect(await addNotifications(db, role, given)).toEqual([]);
    expect(await addNotifications(db, role, [])).toEqual([]);
  });

  test('NT7 an inbox has what may be read now', async () => {
    const db = await scene();
    await mention(db, 1, ['ben', 'cem']);
    await mention(db, 2, ['ben']);
    expect(await readInbox(db, 'ben')).toMatchObject([
      { excerpt: 'Tide 2', title: 'Tides', by: { id: 'ada', name: 'Name of ada' }, isRead: false },
      { excerpt: 'Tide 1' },
    ]);
    expect(await readInbox(db, 'cem')).toEqual([]);
    const hidden = await findNotifiedInside(db, { documents: [document] });
    expect(hidden.map(({ user }) => user).toSorted()).toEqual(['ben', 'ben', 'cem']);
    const excerpts = async () =>
      [...(await findReadable(db, hidden))].map(([user, all]) => [
        user,
        ...all.map(({ excerpt }) => excerpt),
      ]);
    expect(await excerpts()).toEqual([['ben', 'Tide 2', 'Tide 1']]);
    await changeLink(db, document, 'view');
    expect(new Set(await excerpts())).toEqual(
      new Set([
        ['ben', 'Tide 2', 'Tide 1'],
        ['cem', 'Tide 1'],
      ]),
    );
    expect(await findReadable(db, [])).toEqual(new Map());
    await deleteMessage(db, { document, message: `01K0${'1'.padStart(22, '0')}` }, AT);
    expect(await readInbox(db, 'ben')).toMatchObject([{ excerpt: 'Tide 2' }]);
  });

  test('NT8 the newest are kept, and read in pages', async () => {
    const db = await scene();
    for (let number = 1; number <= 7; number++) await mention(db, number);
    const first = await readInboxPage(db, 'ben', { before: null, limit: 4 });
    expect(first.notifications.map(({ excerpt }) => excerpt)).toEqual(
      [7, 6, 5, 4].map((n) => `Tide ${n}`),
    );
    const second = await readInboxPage(db, 'ben', { before: first.next, limit: 4 });
    expect(second).toMatchObject({ notifications: [{ excerpt: 'Tide 3' }, {}, {}], next: null });
    const about = { user: 'ben', kind: 'reply' as const, document, channel: 'chat' as const };
    await db
      .insertInto('notification')
      .values(
        Array.from({ length: NOTIFICATIONS.maxKept }, (_, i) => ({
          ...{ ...about, id: `0${String(i).padStart(25, '0')}`, cause: `c${i}`, number: 1 },
          ...{ thread: null, actor: 'ada', at: 1, read_at: null },
        })),
      )
      .execute();
    await mention(db, 8);
    const kept = await db.selectFrom('notification').select('cause').execute();
    expect(kept).toHaveLength(NOTIFICATIONS.maxKept);
    expect(kept.some(({ cause }) => cause === 'c7')).toBe(false);
    expect(kept.some(({ cause }) => cause === 'c8')).toBe(true);
    expect(await deleteOldNotifications(db, AT)).toBe(false);
    expect(await readInbox(db, 'ben')).toHaveLength(8);
  });

  const ask = async (db: Database, user: string, at: number) => {
    await putAccessRequest(db, { document, user, message: `I am ${user}`, at });
    const about = { document, cause: requestCause(user), message: null, actor: user, at };
    const owners = ['ada', 'ben'].map((owner) => ({ user: owner, kind: 'request' as const }));
    return await addNotifications(db, about, owners);
  };

  test('PO7 a request is in the inbox of an owner, with its words, until it is old', async () => {
    const db = await scene();
    await ask(db, 'cem', AT);
    expect(await readInbox(db, 'ada')).toMatchObject([
      { kind: 'request', by: { id: 'cem' }, source: null, excerpt: 'I am cem' },
    ]);
    // Ben is an editor.
    expect(await readInbox(db, 'ben')).toEqual([]);
    expect(await countRequestsOf(db, 'cem', AT - 1)).toBe(1);
    expect(await countRequestsOf(db, 'cem', AT)).toBe(0);
    expect(await countOpenRequests(db, { document, user: 'ben' })).toBe(1);
    expect(await countOpenRequests(db, { document, user: 'cem' })).toBe(0);
    expect(await deleteOldAccessRequests(db, AT)).toBe(false);
    expect(await findAccessRequest(db, { document, user: 'cem' })).toMatchObject({ at: AT });
    await declineAccessRequest(db, { document, user: 'cem', at: AT + 1 });
    expect(await endAccessRequest(db, { document, user: 'cem' })).toBe(false);
    await ask(db, 'cem', AT + 2);
    expect(await endAccessRequest(db, { document, user: 'cem' })).toBe(true);
    await ask(db, 'cem', AT + 3);
    await deleteOldAccessRequests(db, AT + 4);
    expect(await findAccessRequest(db, { document, user: 'cem' })).toBeUndefined();
  });

  test('PO9 requests of many people count as one’s', async () => {
    const db = await scene();
    await mention(db, 1, ['ada']);
    const about = { user: 'ada', kind: 'request' as const, document: 'd2', channel: null };
    await db
      .insertInto('notification')
      .values(
        Array.from({ length: NOTIFICATIONS.maxKept }, (_, i) => ({
          ...{ ...about, id: `7Z${String(i).padStart(24, '0')}`, cause: `request:p${i}` },
          ...{ number: null, thread: null, actor: `p${i}`, at: AT, read_at: null },
        })),
      )
      .execute();
    expect(await findFullOfRequests(db, ['ada', 'ben'])).toEqual(new Set(['ada']));
    await ask(db, 'cem', AT);
    const kept = await db
      .selectFrom('notification')
      .select('kind')
      .where('user', '=', 'ada')
      .execute();
    expect(kept).toHaveLength(NOTIFICATIONS.maxKept);
    expect(kept.filter(({ kind }) => kind === 'mention')).toHaveLength(1);
  });

  test('PO7 a request of a guest is that of the account', async () => {
    const db = await scene();
    await ask(db, 'cem', AT);
    await createUser(db, { id: 'dan', name: 'Dan', color: 1, at: AT });
    await mergeGuest(db, { guest: 'cem', account: (await findUser(db, 'dan'))! });
    expect(await readInbox(db, 'ada')).toMatchObject([{ by: { id: 'dan' }, excerpt: 'I am cem' }]);
    expect(await ask(db, 'dan', AT + 1)).toEqual([]);
    await createUser(db, { id: 'eva', name: 'Eva', color: 1, at: AT });
    await ask(db, 'eva', AT + 2);
    await mergeGuest(db, { guest: 'dan', account: (await findUser(db, 'eva'))! });
    expect(await readInbox(db, 'ada')).toMatchObject([{ by: { id: 'eva' }, excerpt: 'I am eva' }]);
    await declineAccessRequest(db, { document, user: 'eva', at: AT + 3 });
    await deleteNotifications(db, { document, cause: requestCause('eva') });
    await createUser(db, { id: 'fay', name: 'Fay', color: 1, at: AT });
    await ask(db, 'fay', AT + 4);
    const eva = (await findUser(db, 'eva'))!;
    const { withdrawn } = await mergeGuest(db, { guest: 'fay', account: eva });
    expect(withdrawn.map(({ user }) => user).toSorted()).toEqual(['ada', 'ben']);
    expect(await readInbox(db, 'ada')).toEqual([]);
  });

  test('NT8 nobody drives out what others had to say', async () => {
    const db = await scene();
    await mention(db, 1);
    await mention(db, 2);
    const about = { user: 'ben', kind: 'share' as const, document: 'd2', channel: null };
    await db
      .insertInto('notification')
      .values(
        Array.from({ length: NOTIFICATIONS.maxKept }, (_, i) => ({
          ...{ ...about, id: `7Z${String(i).padStart(24, '0')}`, cause: `c${i}`, number: null },
          ...{ thread: null, actor: 'cem', at: AT, read_at: null },
        })),
      )
      .execute();
    await mention(db, 3);
    const kept = await db.selectFrom('notification').select(['actor', 'cause']).execute();
    expect(kept).toHaveLength(NOTIFICATIONS.maxKept);
    expect(kept.filter(({ actor }) => actor === 'ada')).toHaveLength(3);
    const ofCem = kept.filter(({ actor }) => actor === 'cem').map(({ cause }) => cause);
    expect(ofCem).not.toContain('c2');
    expect(ofCem).toContain('c3');
  });

  test('NT6 what is seen is seen once, of this person', async () => {
    const db = await scene();
    const all = new Map<number, string>();
    for (let number = 1; number <= 5; number++) {
      const added = await mention(db, number, ['ben', 'ada']);
      all.set(number, added.find(({ user }) => user === 'ben')!.id);
    }
    const idOf = (number: number) => all.get(number)!;
    const ben = { user: 'ben', at: AT };
    expect(await markSeen(db, ben, { ids: [idOf(5)] })).toEqual([idOf(5)]);
    expect(await markSeen(db, ben, { ids: [idOf(5)] })).toEqual([]);
    expect(await markSeen(db, ben, { ids: [] })).toEqual([]);
    const upTo = { document, channel: 'chat' as const, number: 2 };
    const seen = await markMessagesSeen(db, ben, upTo);
    expect(seen.toSorted()).toEqual([idOf(1), idOf(2)]);
    expect(await markMessagesSeen(db, ben, { ...upTo, channel: 'comments' })).toEqual([]);
    expect(await markSeen(db, ben, { document, thread: 't1' })).toEqual([]);
    expect(await markSeen(db, ben, { until: idOf(3) })).toEqual([idOf(3)]);
    const unread = await db
      .selectFrom('notification')
      .select('user')
      .where('read_at', 'is', null)
      .execute();
    expect(unread.map(({ user }) => user).toSorted()).toEqual([
      'ada',
      'ada',
      'ada',
      'ada',
      'ada',
      'ben',
    ]);
  });

  test('NT5 who follows a document, and who wrote in a thread', async () => {
    const db = await scene();
    await setFollows(db, { user: 'ben', document, follows: 'all' });
    await setFollows(db, { user: 'cem', document, follows: 'none' });
    expect(await findFollowers(db, document)).toEqual(['ben']);
    expect(await findMuting(db, document, ['ben', 'cem', 'nobody'])).toEqual(['cem']);
    for (const [i, author] of ['ben', 'ada', 'ben'].entries())
      await appendMessage(db, {
        ...{ document, channel: 'comments', thread: 't1', id: `m${i}`, author, replyTo: null },
        ...{ text: 'Low', mentions: [], at: AT },
      });
    await deleteMessage(db, { document, message: 'm1' }, AT);
    expect(await findThreadAuthors(db, { document, thread: 't1' })).toEqual(['ben']);
  });

  test('NT10 a merge keeps what both have once', async () => {
    const db = await scene();
    await mention(db, 1, ['ben', 'cem']);
    await mention(db, 2, ['cem']);
    await addNotifications(db, { document, cause: SHARED, message: null, actor: 'ben', at: AT }, [
      { user: 'cem', kind: 'share' },
    ]);
    const account = (await findUser(db, 'ben'))!;
    await mergeGuest(db, { guest: 'cem', account });
    const rows = await db.selectFrom('notification').select(['user', 'cause']).execute();
    expect(rows.every(({ user }) => user === 'ben')).toBe(true);
    expect(rows).toHaveLength(2);
    expect(await deleteNotifications(db, { document, cause: rows[0]!.cause })).toHaveLength(1);
  });
}
