import { expect, test } from 'vitest';
import type { User } from '@tandem/protocol';
import { createSession, deleteSession, sessionId } from '../storage/sessions.ts';
import type { Database } from '../storage/tables.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { updateProfile } from '../storage/users.ts';
import { People } from './people.ts';

const EXPIRES_AT = Number.MAX_SAFE_INTEGER;

/** As the command worker and the effects of its commands do. */
async function end(
  db: Database,
  people: People,
  ended: { readonly user: string; readonly session: string },
): Promise<void> {
  await deleteSession(db, ended.session);
  people.sessionEnded(ended);
}

test('W36 an ended session invalidates its cookie and its tokens, and is announced', async () => {
  const db = await temporaryDatabase();
  const people = new People(db);
  const { user, session, cookie } = await people.createGuest('');
  const claim = { user: user.id, session, expiresAt: EXPIRES_AT };
  const ended: string[] = [];
  people.onSessionEnded((id) => ended.push(id));
  expect(await people.findByCookie(cookie)).toEqual({ user, isGuest: true, session });
  expect(await people.findByClaim(claim)).toMatchObject({ user, isGuest: true });

  await end(db, people, { user: user.id, session });
  expect(ended).toEqual([session]);
  expect(await people.findByCookie(cookie)).toBeNull();
  expect(await people.findByClaim(claim)).toBeNull();
  expect(await people.find(user.id)).toEqual(user);
});

test('a token of one person’s session does not speak for another', async () => {
  const people = new People(await temporaryDatabase());
  const ada = await people.createGuest('');
  const bob = await people.createGuest('');
  const expiresAt = EXPIRES_AT;
  const stolen = { user: bob.user.id, session: ada.session, expiresAt };
  expect(await people.findByClaim(stolen)).toBeNull();
  const own = { user: bob.user.id, session: null, expiresAt };
  expect((await people.findByClaim(own))?.user).toEqual(bob.user);
});

test('W36 a session that ends while its person is looked up is over', async () => {
  const db = await temporaryDatabase();
  const people = new People(db);
  const { user, session } = await people.createGuest('');
  const claim = { user: user.id, session, expiresAt: EXPIRES_AT };
  const ending = end(db, people, { user: user.id, session });
  const found = people.findByClaim(claim);
  await ending;
  expect(await found).toBeNull();
  expect(await people.findByClaim(claim)).toBeNull();
});

test('one person is one object, until they have another name', async () => {
  const db = await temporaryDatabase();
  const people = new People(db);
  const { user, session } = await people.createGuest('');
  const claim = { user: user.id, session, expiresAt: EXPIRES_AT };
  const found = await people.findByClaim(claim);
  expect(await people.findByClaim({ ...claim, session: null })).toBe(found);
  await updateProfile(db, user.id, { name: 'Augusta' });
  await people.renamed(user.id);
  expect((await people.findByClaim(claim))?.user).toEqual({ ...user, name: 'Augusta' });
});

test('a session that begins later, or was extended, leads to its person at once', async () => {
  const db = await temporaryDatabase();
  const people = new People(db);
  const { user, session } = await people.createGuest('');
  const claim = { user: user.id, expiresAt: EXPIRES_AT };
  await db
    .updateTable('session')
    .set({ expires_at: Date.now() - 1 })
    .execute();
  expect(await people.findByClaim({ ...claim, session })).toBeNull();
  await db.updateTable('session').set({ expires_at: EXPIRES_AT }).execute();
  expect((await people.findByClaim({ ...claim, session }))?.user).toEqual(user);
  const at = Date.now();
  await createSession(db, { id: sessionId('another'), user: user.id, at, expiresAt: at + 1_000 });
  const other = await people.findByClaim({ ...claim, session: sessionId('another') });
  expect(other?.user).toEqual(user);
});

test('a rename announces the name of the database', async () => {
  const db = await temporaryDatabase();
  const people = new People(db);
  const { user } = await people.createGuest('');
  const renames: User[] = [];
  people.onRename((renamed) => renames.push(renamed));
  await updateProfile(db, user.id, { name: 'Augusta' });
  await people.renamed(user.id);
  await people.renamed('nobody');
  expect(renames).toEqual([{ ...user, name: 'Augusta' }]);
});

test('AC8 a session that ended without a word is found when sessions are checked again', async () => {
  const db = await temporaryDatabase();
  const people = new People(db);
  const [one, other] = [await people.createGuest(''), await people.createGuest('')];
  const ended: string[] = [];
  people.onSessionEnded((id) => ended.push(id));
  const claim = { user: one.user.id, session: one.session, expiresAt: EXPIRES_AT };
  expect(await people.findByClaim(claim)).not.toBeNull();
  await deleteSession(db, one.session);
  await people.recheckSessions(new Set([one.session, other.session]));
  expect(ended).toEqual([one.session]);
  expect(await people.findByClaim(claim)).toBeNull();
});
