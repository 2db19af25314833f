import { expect, test } from 'vitest';
import { WELCOME_TITLE } from '@tandem/document/welcome';
import { ACCOUNTS } from '../limits.ts';
import { appendMessage } from './chat.ts';
import { createDocument, renameDocument, addVisit } from './documents.ts';
import { forgetGuests } from './guests.ts';
import { createSession } from './sessions.ts';
import type { Database } from './tables.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';
import { createUser } from './users.ts';

const NOW = ACCOUNTS.guestGraceMs + 1_000;

/** A guest whose session is over, with the page that welcomed them. */
async function guest(db: Database, id: string): Promise<string> {
  await createUser(db, { id, name: 'Guest', color: 0, at: 1_000 });
  await createSession(db, { cookie: id, user: id, at: 0, expiresAt: NOW });
  const page = `page-of-${id}`;
  const document = { id: page, kind: 'page', title: WELCOME_TITLE, owner: id, at: 0 } as const;
  await createDocument(db, document);
  await addVisit(db, { user: id, document: page, at: 0 });
  await db
    .insertInto('journal')
    .values({ document: page, epoch: 'i', kind: 'page', head: 1, snapshot_offset: 0 })
    .execute();
  await db
    .insertInto('update')
    .values({ document: page, offset: 1, data: new Uint8Array([0, 0]), user: id, at: 0 })
    .execute();
  return page;
}

/** What makes somebody stay. */
const TRACES: Record<string, (db: Database, id: string, page: string) => Promise<unknown>> = {
  session: (db, id) => createSession(db, { cookie: 'new', user: id, at: 0, expiresAt: NOW + 1 }),
  membership: (db, id) =>
    db.insertInto('member').values({ document: 'd', user: id, role: 'viewer' }).execute(),
  message: (db, id) =>
    appendMessage(db, {
      document: 'd',
      id: 'm',
      author: id,
      text: 'Hi',
      mentions: [],
      replyTo: null,
      at: 0,
    }),
  reaction: (db, id) =>
    db
      .insertInto('chat_reaction')
      .values({ document: 'd', message: 'm', emoji: '🎉', place: 1, user: id })
      .execute(),
  'a visit elsewhere': async (db, id) => {
    await createDocument(db, { id: 'd', kind: 'page', title: '', owner: null, at: 0 });
    await addVisit(db, { user: id, document: 'd', at: 0 });
  },
  'a document': (db, id) =>
    createDocument(db, { id: 'own', kind: 'page', title: '', owner: id, at: 0 }),
  'a title': (db, _id, page) => renameDocument(db, page, { title: 'Mine', at: 0 }),
  'a written page': (db, _id, page) =>
    db.updateTable('journal').set({ head: 2 }).where('document', '=', page).execute(),
  'a page that somebody else has': (db, _id, page) =>
    addVisit(db, { user: 'else', document: page, at: 0 }),
  youth: (db, id) =>
    db.updateTable('user').set({ created_at: 1_001 }).where('id', '=', id).execute(),
};

const people = async (db: Database) =>
  (await db.selectFrom('user').select('id').orderBy('id').execute()).map(({ id }) => id);

test('a guest of whom nothing is left goes, with the page and all that was of it', async () => {
  const db = await temporaryDatabase();
  await guest(db, 'robot');
  expect(await forgetGuests(db, { after: '', at: NOW })).toBeNull();
  expect(await people(db)).toEqual([]);
  for (const table of ['document', 'visit', 'session', 'journal', 'update'] as const)
    expect(await db.selectFrom(table).selectAll().execute(), table).toEqual([]);
});

test.each(Object.keys(TRACES))('a guest stays who left %s, and others go', async (trace) => {
  const db = await temporaryDatabase();
  const page = await guest(db, 'ada');
  await guest(db, 'robot');
  await TRACES[trace]!(db, 'ada', page);
  await forgetGuests(db, { after: '', at: NOW });
  expect(await people(db)).toEqual(['ada']);
  const rows = await db.selectFrom('update').select('document').execute();
  expect(rows).toEqual([{ document: page }]);
});

test('so many people are looked at in one step', async () => {
  const db = await temporaryDatabase();
  const ids = Array.from(
    { length: ACCOUNTS.guestsPerSweep + 1 },
    (_, i) => `g${String(i).padStart(4, '0')}`,
  );
  await db
    .insertInto('user')
    .values(ids.map((id) => ({ id, name: 'Guest', color: 0, created_at: 0 })))
    .execute();
  const next = await forgetGuests(db, { after: '', at: NOW });
  expect(next).toBe(ids[ACCOUNTS.guestsPerSweep - 1]);
  expect(await people(db)).toEqual(ids.slice(-1));
  expect(await forgetGuests(db, { after: next!, at: NOW })).toBeNull();
  expect(await people(db)).toEqual([]);
});
