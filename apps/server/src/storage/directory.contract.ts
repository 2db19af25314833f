/** The contract of whom people find by name (PE3), and of what was given to addresses (IA1, IA2, IA4). Each database runs it. */
import { expect, test } from 'vitest';
import { SHARING } from './limits.ts';
import { setBlocked } from './administered-people.ts';
import { directoryOf, isInDirectory, searchDirectory } from './directory.ts';
import { addVisit } from './visits.ts';
import { createDocument } from './documents.ts';
import { addIdentity, setVerifiedAddress } from './identities.ts';
import {
  countInvited,
  countInvitedBy,
  deleteExpiredInvited,
  findClaimable,
  findClaimableAround,
  listInvited,
  putInvited,
  takeInvited,
  type ClaimableQuery,
} from './invited-addresses.ts';
import { findAccess } from './roles.ts';
import type { Database } from './tables.ts';
import type { InvitedAddressRow } from './tables/documents.ts';
import { createUser, registerUser, updateProfile } from './users.ts';

const AT = 1_000;

export function testDirectory(open: () => Promise<Database>): void {
  const addPeople = async (db: Database, people: Readonly<Record<string, string>>) => {
    for (const [id, name] of Object.entries(people)) {
      await createUser(db, { id, name, color: 1, at: AT });
      if (!id.startsWith('guest')) await registerUser(db, { id, at: AT });
    }
  };
  const find = async (
    db: Database,
    search: string,
    {
      user = 'ada',
      directory = 'accounts' as const,
    }: { user?: string; directory?: 'accounts' | 'contacts' | 'off' } = {},
  ) => (await searchDirectory(db, { user, directory, search })).map((of) => of.user.id);

  test('PE3 accounts are found by the beginnings of words, without case and marks', async () => {
    const db = await open();
    await addPeople(db, {
      ada: 'Ada',
      oren: 'Ören Çelik',
      anne: 'Anne-Marie O’Brien',
      tanaka: '田中太郎',
      kim: '김민준',
      percent: '100% _real_',
      guest: 'Oren the guest',
    });
    for (const [search, found] of [
      ['ore', ['oren']],
      ['CEL', ['oren']],
      ['celik öre', ['oren']],
      ['elik', []],
      ['marie', ['anne']],
      ['bri', ['anne']],
      ['anne-ma', ['anne']],
      ['rie', []],
      ['太郎', ['tanaka']],
      ['田中', ['tanaka']],
      ['민', ['kim']],
      ['100%', ['percent']],
      ['_', []],
      ['%', []],
      ['real', ['percent']],
      ['', []],
      ['ada', []],
      ['guest', []],
    ] as const)
      expect(await find(db, search), search).toEqual(found);
    await updateProfile(db, 'oren', { name: 'Zoë' });
    expect(await find(db, 'ore')).toEqual([]);
    expect(await find(db, 'zoe')).toEqual(['oren']);
  });

  test('PE3 contacts come first, and are all that guests and other settings find', async () => {
    const db = await open();
    await addPeople(db, { ada: 'Ada', ben: 'Ben', bea: 'Bea', guest: 'Bo', bob: 'Bob' });
    const id = 'plan';
    const facts = {
      id,
      kind: 'page',
      title: 'Plan',
      owner: 'ada',
      linkAccess: 'edit',
      at: 1,
    } as const;
    await createDocument(db, facts);
    for (const user of ['ben', 'guest']) await addVisit(db, { user, document: id, at: 5 });
    expect(await find(db, 'b')).toEqual(['ben', 'guest', 'bea', 'bob']);
    expect(await find(db, 'b', { directory: 'contacts' })).toEqual(['ben', 'guest']);
    expect(await find(db, 'b', { directory: 'off' })).toEqual([]);
    expect(await find(db, 'b', { user: 'guest' })).toEqual(['ben']);
    expect(await directoryOf(db, { user: 'guest', directory: 'accounts' })).toBe('contacts');
    const [met, , other] = await searchDirectory(db, {
      user: 'ada',
      directory: 'accounts',
      search: 'b',
    });
    expect(met).toEqual({
      user: { id: 'ben', name: 'Ben', color: 1 },
      met: { document: { id, title: 'Plan' }, seenAt: 5 },
    });
    expect(other).toEqual({ user: { id: 'bea', name: 'Bea', color: 1 }, met: null });
    const may = async (user: string, other: string, directory: 'accounts' | 'contacts' | 'off') =>
      await isInDirectory(db, { user, other, directory });
    expect(await may('ada', 'bea', 'accounts')).toBe(true);
    expect(await may('ada', 'bea', 'contacts')).toBe(false);
    expect(await may('ada', 'ben', 'contacts')).toBe(true);
    expect(await may('ada', 'ben', 'off')).toBe(false);
    expect(await may('guest', 'bea', 'accounts')).toBe(false);
    expect(await may('guest', 'ada', 'accounts')).toBe(true);
    expect(await may('bea', 'guest', 'accounts')).toBe(false);
    await setBlocked(db, 'bea', AT);
    expect(await find(db, 'bea')).toEqual([]);
    expect(await may('ada', 'bea', 'accounts')).toBe(false);
    expect(await find(db, 'b', { user: 'bea' })).toEqual([]);
  });

  test('PE3 at most ten are found', async () => {
    const db = await open();
    const many = Array.from({ length: 25 }, (_, i) => [`p${i}`, `Pat ${i}`]);
    await addPeople(db, { ada: 'Ada', ...Object.fromEntries(many) });
    expect(await find(db, 'pat')).toHaveLength(10);
  });

  const invited = (more: Partial<InvitedAddressRow> = {}): InvitedAddressRow => ({
    ...{ document: 'plan', address: 'ned@example.org', role: 'viewer', invited_by: 'ada' },
    ...{ at: AT, expires_at: AT + 10, ...more },
  });
  const issuers = ['https://id.example.org/'];
  const claimable = async (db: Database, user = 'ned', more: Partial<ClaimableQuery> = {}) =>
    (await findClaimable(db, { user, document: 'plan', issuers, at: AT, ...more })).map(
      ({ document }) => document,
    );

  test('IA2 only verified addresses claim, of a mailed link or of a provider', async () => {
    const db = await open();
    await putInvited(db, invited());
    const email = { issuer: 'email', subject: 'ned@example.org', credential: 'hash' };
    await addIdentity(db, { ...email, user: 'ned', at: AT });
    expect(await claimable(db)).toEqual([]);
    await db.updateTable('identity').set({ verified_at: AT }).execute();
    expect(await claimable(db)).toEqual(['plan']);
    expect(await claimable(db, 'ned', { at: AT + 10 })).toEqual([]);
    expect(await claimable(db, 'eve')).toEqual([]);
    // A provider may name its people by addresses: that is not one which it has verified.
    const provider = { issuer: 'https://id.example.org', subject: 'ned@example.org' };
    await addIdentity(db, { ...provider, credential: null, user: 'eve', at: AT, verifiedAt: AT });
    expect(await claimable(db, 'eve')).toEqual([]);
    await setVerifiedAddress(db, provider, { address: 'ned@example.org', at: AT });
    expect(await claimable(db, 'eve')).toEqual(['plan']);
    await setVerifiedAddress(db, provider, { address: null, at: AT });
    expect(await claimable(db, 'eve')).toEqual([]);
  });

  test('IA2 what waits is not asked for at each opening: in the trash, and of who is blocked', async () => {
    const db = await open();
    await addPeople(db, { ada: 'Ada', ned: 'Ned' });
    const plan = { kind: 'page', title: '', owner: 'ada', linkAccess: 'off' } as const;
    await createDocument(db, { id: 'plan', at: AT, ...plan });
    await putInvited(db, invited());
    const email = { issuer: 'email', subject: 'ned@example.org', credential: 'hash' };
    await addIdentity(db, { ...email, user: 'ned', at: AT, verifiedAt: AT });
    const around = async () =>
      await findClaimableAround(db, { user: 'ned', document: 'plan', issuers, at: AT });
    expect(await around()).toEqual(['plan']);
    await db.updateTable('document').set({ trashed_at: AT }).execute();
    expect(await around()).toEqual([]);
    await db.updateTable('document').set({ trashed_at: null }).execute();
    await setBlocked(db, 'ada', AT);
    expect(await around()).toEqual([]);
    await setBlocked(db, 'ada', null);
    expect(await around()).toEqual(['plan']);
  });

  test('IA2 a provider verifies for a while, and as long as the server has it', async () => {
    const db = await open();
    const forMs = SHARING.providerAddressMs;
    await putInvited(db, invited({ expires_at: AT + 2 * forMs }));
    const provider = { issuer: 'https://id.example.org', subject: 'n1' };
    const verifiedAddress = 'ned@example.org';
    await addIdentity(db, { ...provider, credential: null, user: 'ned', at: AT, verifiedAddress });
    expect(await claimable(db, 'ned', { issuers: ['https://other.example.org'] })).toEqual([]);
    expect(await claimable(db, 'ned', { issuers: [] })).toEqual([]);
    expect(await claimable(db, 'ned', { at: AT + forMs - 1 })).toEqual(['plan']);
    expect(await claimable(db, 'ned', { at: AT + forMs })).toEqual([]);
    await setVerifiedAddress(db, provider, { address: verifiedAddress, at: AT + 5 });
    expect(await claimable(db, 'ned', { at: AT + forMs })).toEqual(['plan']);
  });

  test('IA2 a document inside claims what was given around it, as far as roles hold there', async () => {
    const db = await open();
    const email = { issuer: 'email', subject: 'ned@example.org', credential: 'hash' };
    await addIdentity(db, { ...email, user: 'ned', at: AT, verifiedAt: AT });
    await putInvited(db, invited());
    for (const [document, inherits] of [
      ['inside', 1],
      ['restricted', 0],
    ] as const) {
      await createDocument(db, { id: document, kind: 'page', title: '', owner: 'ada', at: 1 });
      await db
        .insertInto('document_ancestor')
        .values({ document, ancestor: 'plan', depth: 1, inherits })
        .execute();
    }
    const around = (document: string) =>
      findClaimableAround(db, { user: 'ned', document, issuers, at: AT });
    expect(await around('plan')).toEqual(['plan']);
    expect(await around('inside')).toEqual(['plan']);
    expect(await around('restricted')).toEqual([]);
    expect((await findAccess(db, 'inside'))?.hasInvited).toBe(true);
    expect((await findAccess(db, 'restricted'))?.hasInvited).toBe(false);
    expect(await around('other')).toEqual([]);
  });

  test('IA1 IA4 invited addresses are listed, counted, replaced, taken once, and expire', async () => {
    const db = await open();
    await createDocument(db, { id: 'plan', kind: 'page', title: '', owner: 'ada', at: 1 });
    expect((await findAccess(db, 'plan'))?.hasInvited).toBe(false);
    await putInvited(db, invited());
    await putInvited(db, invited({ role: 'editor', expires_at: AT + 20 }));
    await putInvited(db, invited({ address: 'cy@example.org' }));
    await putInvited(db, invited({ document: 'other', invited_by: 'ben' }));
    expect((await findAccess(db, 'plan'))?.hasInvited).toBe(true);
    const listed = async (at: number) =>
      (await listInvited(db, { document: 'plan', at })).map(({ address, role }) => [address, role]);
    expect(await listed(AT)).toEqual([
      ['cy@example.org', 'viewer'],
      ['ned@example.org', 'editor'],
    ]);
    expect(await listed(AT + 10)).toEqual([['ned@example.org', 'editor']]);
    expect(await countInvited(db, { document: 'plan', at: AT })).toBe(2);
    expect(await countInvited(db, { document: 'plan', at: AT + 10 })).toBe(1);
    expect(await countInvitedBy(db, { user: 'ada', at: AT })).toBe(2);
    expect(await takeInvited(db, invited())).toMatchObject({ role: 'editor' });
    expect(await takeInvited(db, invited())).toBeUndefined();
    expect(await deleteExpiredInvited(db, AT + 10)).toBe(false);
    expect(await db.selectFrom('invited_address').selectAll().execute()).toEqual([]);
  });
}
