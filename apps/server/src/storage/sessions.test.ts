import { expect, test } from 'vitest';
import {
  createSession,
  deleteExpiredSessions,
  deleteSession,
  extendSession,
  findSessionUser,
  sessionId,
} from './sessions.ts';
import type { Database } from './tables.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';
import { createUser } from './users.ts';

async function signedIn(): Promise<Database> {
  const db = await temporaryDatabase();
  await createUser(db, { id: 'u1', name: 'Ada', color: 3, at: 0 });
  await createSession(db, { id: sessionId('secret'), user: 'u1', at: 0, expiresAt: 100 });
  return db;
}

test('a cookie leads to its user until it expires', async () => {
  const db = await signedIn();
  expect(await findSessionUser(db, { id: sessionId('secret'), at: 99 })).toMatchObject({
    id: 'u1',
    name: 'Ada',
  });
  expect(await findSessionUser(db, { id: sessionId('secret'), at: 100 })).toBeUndefined();
  expect(await findSessionUser(db, { id: sessionId('guess'), at: 0 })).toBeUndefined();
});

test('the database does not store the cookie', async () => {
  const db = await signedIn();
  const rows = await db.selectFrom('session').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('secret');
});

test('a session can be extended while it lasts', async () => {
  const db = await signedIn();
  await extendSession(db, { id: sessionId('secret'), at: 50, expiresAt: 200 });
  expect(await findSessionUser(db, { id: sessionId('secret'), at: 150 })).toBeDefined();
  await extendSession(db, { id: sessionId('secret'), at: 250, expiresAt: 300 });
  expect(await findSessionUser(db, { id: sessionId('secret'), at: 260 })).toBeUndefined();
});

test('a deleted session ends at once, and others continue', async () => {
  const db = await signedIn();
  await createSession(db, { id: sessionId('phone'), user: 'u1', at: 0, expiresAt: 100 });
  await deleteSession(db, sessionId('secret'));
  expect(await findSessionUser(db, { id: sessionId('secret'), at: 1 })).toBeUndefined();
  expect(await findSessionUser(db, { id: sessionId('phone'), at: 1 })).toBeDefined();
});

test('expired sessions are deleted, others stay', async () => {
  const db = await signedIn();
  await createSession(db, { id: sessionId('newer'), user: 'u1', at: 0, expiresAt: 200 });
  await deleteExpiredSessions(db, 100);
  expect(await db.selectFrom('session').select('expires_at').execute()).toEqual([
    { expires_at: 200 },
  ]);
});
