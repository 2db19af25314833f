/** The contract of stored passkeys, and of used challenges. Each database runs it. */
import { expect, test } from 'vitest';
import { addIdentity } from './identities.ts';
import { deleteExpiredOneTime, useUpSealed } from './one-time-tokens.ts';
import {
  addPasskey,
  deletePasskey,
  deletePasskeysOf,
  findPasskey,
  hasWay,
  listPasskeys,
  markPasskeyUsed,
  removeWay,
  renamePasskey,
  transportsOf,
  wayOfPasskey,
} from './passkeys.ts';
import type { Database } from './tables.ts';

const AT = 1_800_000_000_000;

export function testPasskeys(open: () => Promise<Database>): void {
  const add = (db: Database, id: string, user = 'ada', at = AT) =>
    addPasskey(db, {
      ...{ id, user, at, name: `Name of ${id}`, host: 'docs.example.org', publicKey: 'key' },
      ...{ counter: 4_294_967_295, transports: ['usb', 'internal', 'usb'] },
    });

  test('PK10 a credential is one person’s', async () => {
    const db = await open();
    expect(await add(db, 'one')).toBe(true);
    expect(await add(db, 'one')).toBe(false);
    expect(await add(db, 'one', 'ben')).toBe(false);
    const row = await findPasskey(db, 'one');
    expect(row).toMatchObject({ user: 'ada', counter: 4_294_967_295, used_at: null });
    expect(transportsOf(row!)).toEqual(['internal', 'usb']);
    expect(transportsOf({ transports: '' })).toEqual([]);
  });

  test('PK1 they are listed, the newest first, renamed and removed by their person', async () => {
    const db = await open();
    for (const [i, id] of ['one', 'two'].entries()) await add(db, id, 'ada', AT + i);
    await add(db, 'of ben', 'ben');
    expect(await renamePasskey(db, { user: 'ben', id: 'one', name: 'Mine' })).toBe(false);
    expect(await renamePasskey(db, { user: 'ada', id: 'one', name: 'First' })).toBe(true);
    await markPasskeyUsed(db, { id: 'two', counter: 7, at: AT + 9 });
    expect(await listPasskeys(db, 'ada')).toMatchObject([
      { id: 'two', counter: 7, used_at: AT + 9 },
      { id: 'one', name: 'First' },
    ]);
    expect(await deletePasskey(db, { user: 'ben', id: 'one' })).toBe(false);
    expect(await deletePasskey(db, { user: 'ada', id: 'one' })).toBe(true);
    expect((await listPasskeys(db, 'ada'))[0]).not.toHaveProperty('public_key');
    expect(await deletePasskeysOf(db, 'ada')).toBe(1);
    expect(await deletePasskeysOf(db, 'ada')).toBe(0);
    expect(await listPasskeys(db, 'ada')).toEqual([]);
    expect(await listPasskeys(db, 'ben')).toHaveLength(1);
  });

  test('PK9 they are a way to sign in', async () => {
    const db = await open();
    await add(db, 'one');
    const way = wayOfPasskey({ id: 'one' });
    expect([await hasWay(db, 'ada', way), await hasWay(db, 'ben', way)]).toEqual([true, false]);
    const address = { issuer: 'email', subject: 'ada@example.org' };
    await addIdentity(db, { ...address, user: 'ada', credential: null, at: AT });
    expect(await hasWay(db, 'ada', address)).toBe(false);
    expect(await removeWay(db, 'ben', way)).toBe(false);
    expect(await removeWay(db, 'ada', way)).toBe(true);
    expect(await hasWay(db, 'ada', way)).toBe(false);
  });

  test('PK3 a token that was sealed is used up once, in time, also by two at the same moment', async () => {
    const db = await open();
    const token = { hash: 'digest', expiresAt: AT + 10 };
    const useUp = (at: number) => useUpSealed(db, { ...token, purpose: 'passkey-challenge', at });
    expect(await useUp(AT + 10)).toBe(false);
    expect((await Promise.all([useUp(AT), useUp(AT)])).filter(Boolean)).toHaveLength(1);
    await deleteExpiredOneTime(db, AT + 9);
    expect(await useUp(AT + 9)).toBe(false);
    await deleteExpiredOneTime(db, AT + 10);
    expect(await db.selectFrom('one_time').selectAll().execute()).toEqual([]);
  });
}
