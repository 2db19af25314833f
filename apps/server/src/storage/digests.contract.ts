/** The contract of stored digests. Each database runs it. */
import { expect, test } from 'vitest';
import { NOTIFICATIONS } from './limits.ts';
import {
  chooseFrequency,
  findDigestAddresses,
  moveMark,
  moveMarkBack,
  readDigest,
} from './digests.ts';
import { createDocument } from './documents.ts';
import { addIdentity } from './identities.ts';
import { addNotifications, readUnread, SHARED } from './notifications.ts';
import { markSeen } from './seen-notifications.ts';
import { giveRole, takeRole } from './member-roles.ts';
import { changeLink } from './sharing.ts';
import type { Database } from './tables.ts';
import { createUser } from './users.ts';

const AT = 1_800_000_000_000;

export function testDigests(open: () => Promise<Database>): void {
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['ada', 'ben', 'cem'])
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
    return db;
  }

  async function share(db: Database, document: string): Promise<string> {
    const created = { id: document, kind: 'page', title: document, owner: 'ada', at: AT } as const;
    await createDocument(db, { ...created, linkAccess: 'off' });
    await giveRole(db, { document, user: 'ben', role: 'editor' });
    const cause = { document, cause: SHARED, message: null, actor: 'ada', at: AT };
    const [added] = await addNotifications(db, cause, [{ user: 'ben', kind: 'share' }]);
    return added!.id;
  }

  test('DG2 digests go to confirmed addresses of people who want them and are not blocked', async () => {
    const db = await scene();
    const find = async () => [...(await findDigestAddresses(db, ['ada', 'ben', 'cem']))];
    for (const [user, verifiedAt] of [
      ['ada', AT],
      ['ben', AT],
      ['cem', null],
    ] as const)
      await addIdentity(db, {
        ...{ issuer: 'email', subject: `${user}@example.org`, user, credential: 'hash', at: AT },
        verifiedAt,
      });
    const other = { issuer: 'https://id.example.org', subject: 'ada', credential: null };
    await addIdentity(db, { ...other, user: 'ada', at: AT, verifiedAt: AT });
    expect(new Map(await find())).toEqual(
      new Map([
        ['ada', 'ada@example.org'],
        ['ben', 'ben@example.org'],
      ]),
    );
    await chooseFrequency(db, { user: 'ben', frequency: 'never' });
    expect(await find()).toEqual([['ada', 'ada@example.org']]);
    await chooseFrequency(db, { user: 'ben', frequency: 'daily' });
    expect(await find()).toHaveLength(2);
    await db.updateTable('user').set({ blocked_at: AT }).where('id', '=', 'ada').execute();
    expect(await find()).toEqual([['ben', 'ben@example.org']]);
    expect(await findDigestAddresses(db, [])).toEqual(new Map());
  });

  test('DG4 a mark is moved once, and back only from where it was moved to', async () => {
    const db = await scene();
    const from = await readDigest(db, 'ben');
    expect(from).toEqual({ frequency: 'soon', mark: '', sentAt: null });
    const move = { user: 'ben', from, to: { mark: 'm1', sentAt: AT } };
    const moves = await Promise.all([moveMark(db, move), moveMark(db, move)]);
    expect(moves.filter(Boolean)).toHaveLength(1);
    expect(await readDigest(db, 'ben')).toEqual({ frequency: 'soon', mark: 'm1', sentAt: AT });
    await moveMarkBack(db, move);
    expect(await readDigest(db, 'ben')).toEqual(from);
    expect(await moveMark(db, move)).toBe(true);
    const next = { user: 'ben', from: move.to, to: { mark: 'm2', sentAt: AT + 1 } };
    expect(await moveMark(db, next)).toBe(true);
    await moveMarkBack(db, move);
    expect((await readDigest(db, 'ben')).mark).toBe('m2');
    await chooseFrequency(db, { user: 'ben', frequency: 'never' });
    const late = { user: 'ben', from: next.to, to: { mark: 'm3', sentAt: AT + 2 } };
    expect(await moveMark(db, late)).toBe(false);
  });

  test('DG5 what is unread has what may be read now, after a mark and a time', async () => {
    const db = await scene();
    const ids = [await share(db, 'tides'), await share(db, 'locks'), await share(db, 'ferries')];
    const titles = async (after = '', since = 0) =>
      (await readUnread(db, 'ben', { after, since })).map(({ title }) => title);
    expect(await titles()).toEqual(['ferries', 'locks', 'tides']);
    expect(await titles(ids[0])).toEqual(['ferries', 'locks']);
    expect(await titles('', AT + 1)).toEqual([]);
    await markSeen(db, { user: 'ben', at: AT }, { ids: [ids[1]!] });
    await takeRole(db, { document: 'ferries', user: 'ben' });
    expect(await titles()).toEqual(['tides']);
    await changeLink(db, 'ferries', 'view');
    expect(await titles()).toEqual(['ferries', 'tides']);
    expect(NOTIFICATIONS.maxKept).toBeGreaterThan(ids.length);
  });

  test('DG5 what happened without mails is not mailed later', async () => {
    const db = await scene();
    await share(db, 'tides');
    await chooseFrequency(db, { user: 'ben', frequency: 'daily' });
    expect((await readDigest(db, 'ben')).mark).toBe('');
    await chooseFrequency(db, { user: 'ben', frequency: 'never' });
    const last = await share(db, 'locks');
    await chooseFrequency(db, { user: 'ben', frequency: 'soon' });
    expect(await readDigest(db, 'ben')).toEqual({ frequency: 'soon', mark: last, sentAt: null });
    await chooseFrequency(db, { user: 'ada', frequency: 'never' });
    await chooseFrequency(db, { user: 'ada', frequency: 'soon' });
    expect((await readDigest(db, 'ada')).mark).toBe('');
  });
}
