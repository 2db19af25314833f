/** The contract of what administrators see of people, and of how much there is. Each database runs it. */
import { MAX_PEOPLE_PAGE, type PeopleKind } from '@tandem/protocol/administration';
import { expect, test } from 'vitest';
import { listPeople, setBlocked } from './administered-people.ts';
import { createDocument } from './documents.ts';
import { addIdentity, setAdministrator } from './identities.ts';
import { addPasskey } from './passkeys.ts';
import type { DatabaseKind } from './schema/schema-parts.ts';
import { readServerFigures } from './server-figures.ts';
import { createSession } from './sessions.ts';
import type { Database } from './tables.ts';
import { createUser, registerUser } from './users.ts';

const AT = 1_800_000_000_000;

export function testAdministeredPeople(open: () => Promise<Database>, kind: DatabaseKind): void {
  const addPerson = async (
    db: Database,
    {
      id,
      name = id,
      email,
    }: { readonly id: string; readonly name?: string; readonly email?: string },
  ): Promise<void> => {
    await createUser(db, { id, name, color: 1, at: AT });
    if (email === undefined) return;
    await registerUser(db, { id, at: AT + 1 });
    const identity = { issuer: 'email', subject: email, credential: 'hash' };
    await addIdentity(db, { ...identity, user: id, at: AT + 1 });
  };
  const addPeople = async (db: Database): Promise<void> => {
    await addPerson(db, { id: '1', name: 'Ada Lovelace', email: 'ada@example.org' });
    await addPerson(db, { id: '2', name: 'Ören Çelik', email: 'oc@example.com' });
    await addPerson(db, { id: '3', name: 'Grace', email: 'hopper@example.org' });
    await addPerson(db, { id: '4', name: 'Quiet Heron' });
    await addPerson(db, { id: '5', name: 'Quiet Ada' });
    await setAdministrator(db, '1', true);
    await setBlocked(db, '3', AT);
  };
  const ids = async (db: Database, of: PeopleKind, search = '') =>
    (await listPeople(db, { kind: of, search, at: AT })).people.map(({ id }) => id);

  test('AD2 people by kind, the newest first', async () => {
    const db = await open();
    await addPeople(db);
    expect(await ids(db, 'accounts')).toEqual(['3', '2', '1']);
    expect(await ids(db, 'administrators')).toEqual(['1']);
    expect(await ids(db, 'blocked')).toEqual(['3']);
    expect(await ids(db, 'guests')).toEqual(['5', '4']);
  });

  test('AD2 a search finds parts of names and addresses, without case and accents', async () => {
    const db = await open();
    await addPeople(db);
    expect(await ids(db, 'accounts', 'oren cel')).toEqual(['2']);
    expect(await ids(db, 'accounts', 'EXAMPLE.org')).toEqual(['3', '1']);
    expect(await ids(db, 'accounts', 'love ada@')).toEqual(['1']);
    expect(await ids(db, 'guests', 'ada')).toEqual(['5']);
    expect(await ids(db, 'accounts', '%')).toEqual([]);
  });

  test('AD2 in how many browsers people are signed in, with how many passkeys, and when they were last seen', async () => {
    const db = await open();
    await addPeople(db);
    const session = (id: string, at: number, expiresAt: number) =>
      createSession(db, { id, user: '1', at, expiresAt });
    await session('laptop', AT + 5, AT + 100);
    await session('phone', AT + 7, AT + 100);
    await session('over', AT + 9, AT + 10);
    const document = 'document-of-grace';
    await createDocument(db, { id: document, kind: 'page', title: '', owner: '3', at: AT });
    await db
      .insertInto('visit')
      .values({ user: '3', document, opened_at: AT + 3 })
      .execute();
    for (const id of ['one', 'two'])
      await addPasskey(db, {
        ...{ id, user: '2', name: id, at: AT, host: 'localhost', publicKey: 'key' },
        ...{ counter: 0, transports: [] },
      });
    const { people } = await listPeople(db, { kind: 'accounts', search: '', at: AT + 50 });
    expect(people).toMatchObject([
      { id: '3', sessions: 0, passkeys: 0, seenAt: AT + 3 },
      { id: '2', sessions: 0, passkeys: 2, seenAt: null },
      { id: '1', sessions: 2, passkeys: 0, seenAt: AT + 7 },
    ]);
  });

  test('pages follow each other without a gap, and the last one says so', async () => {
    const db = await open();
    const all = Array.from({ length: 2 * MAX_PEOPLE_PAGE }, (_, at) => `${1_000 + at}`);
    for (const id of all) await addPerson(db, { id, email: `${id}@example.org` });
    const found: string[] = [];
    let after: string | undefined;
    const sizes: number[] = [];
    do {
      const page = await listPeople(db, { kind: 'accounts', search: 'example', after, at: AT });
      found.push(...page.people.map(({ id }) => id));
      sizes.push(page.people.length);
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(found).toEqual(all.toReversed());
    expect(sizes).toEqual([MAX_PEOPLE_PAGE, MAX_PEOPLE_PAGE]);
  });

  test('AD6 how much there is, and who has uploaded the most', async () => {
    const db = await open();
    await addPeople(db);
    const none = await readServerFigures(db, kind);
    expect(none).toMatchObject({
      people: { accounts: 3, administrators: 1, blocked: 1, guests: 2 },
      ...{ documents: { active: 0, trashed: 0 }, files: { count: 0, bytes: 0 }, largest: [] },
    });
    expect(none.databaseBytes).toBeGreaterThan(10_000);
    for (const id of ['plan', 'log', 'old', 'gone'])
      await createDocument(db, { id, kind: 'page', title: '', owner: '1', at: AT });
    await db.updateTable('document').set({ trashed_at: AT }).where('id', '=', 'old').execute();
    await db.updateTable('document').set({ purged_at: AT }).where('id', '=', 'gone').execute();
    const file = (key: string, user: string, size: number, state: 'stored' | 'tombstone') =>
      db
        .insertInto('file')
        .values({
          ...{ key, document: 'plan', id: key, state, name: '', size, created_by: user },
          ...{ hash: null, type: null, width: null, height: null },
          ...{ created_at: AT, unreferenced_at: null },
        })
        .execute();
    await file('a', '1', 100, 'stored');
    await file('b', '3', 5_000_000_000, 'stored');
    await file('c', '1', 200, 'stored');
    await file('d', '1', 9_000, 'tombstone');
    const some = await readServerFigures(db, kind);
    expect(some.documents).toEqual({ active: 2, trashed: 1 });
    expect(some.files).toEqual({ count: 3, bytes: 5_000_000_300 });
    expect(some.largest.map(({ user, ...rest }) => ({ id: user.id, ...rest }))).toEqual([
      { id: '3', files: 1, bytes: 5_000_000_000 },
      { id: '1', files: 2, bytes: 300 },
    ]);
  });
}
