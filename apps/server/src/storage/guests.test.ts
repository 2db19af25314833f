import { expect, test } from 'vitest';
import { WELCOME_TITLE } from '@tandem/document/welcome';
import { ACCOUNTS } from './limits.ts';
import { putAccessRequest, requestCause } from './access-requests.ts';
import { addParticipant, appendMessage } from './messages.ts';
import { createDocument, renameDocument } from './documents.ts';
import { addVisit } from './visits.ts';
import { deleteAbandonedGuests } from './guests.ts';
import { MemoryJournal } from './journal/memory-journal.ts';
import { addNotifications } from './notifications.ts';
import { createSession, sessionId } from './sessions.ts';
import type { Database } from './tables.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';
import { createUser } from './users.ts';

const NOW = ACCOUNTS.guestGraceMs + 1_000;

interface Fixture {
  readonly db: Database;
  readonly journal: MemoryJournal;
}

async function fixture(): Promise<Fixture> {
  return { db: await temporaryDatabase(), journal: new MemoryJournal() };
}

const sweep = ({ db, journal }: Fixture, after = '') =>
  deleteAbandonedGuests(db, {
    after,
    at: NOW,
    deleteContent: (document, options) => journal.delete(document, options),
  });

async function guest({ db, journal }: Fixture, id: string): Promise<string> {
  await createUser(db, { id, name: 'Guest', color: 0, at: 1_000 });
  await createSession(db, { id: sessionId(id), user: id, at: 0, expiresAt: NOW });
  const page = `page-of-${id}`;
  const document = { id: page, kind: 'page', title: WELCOME_TITLE, owner: id, at: 0 } as const;
  await createDocument(db, document);
  await addVisit(db, { user: id, document: page, at: 0 });
  const seed = { update: new Uint8Array([0, 0]), user: id, at: 0, owners: new Map() };
  await journal.create({ document: page, epoch: 'i', kind: 'page', seed });
  return page;
}

const TRACES: Record<string, (on: Fixture, id: string, page: string) => Promise<unknown>> = {
  session: ({ db }, id) =>
    createSession(db, { id: sessionId('new'), user: id, at: 0, expiresAt: NOW + 1 }),
  membership: ({ db }, id) =>
    db.insertInto('member').values({ document: 'd', user: id, role: 'viewer' }).execute(),
  message: ({ db }, id) =>
    appendMessage(db, {
      document: 'd',
      channel: 'chat',
      thread: null,
      id: 'm',
      author: id,
      text: 'Hi',
      mentions: [],
      replyTo: null,
      at: 0,
    }),
  'a reaction': ({ db }, id) =>
    addParticipant(db, { user: id, document: 'd', channel: 'comments' }),
  'a visit elsewhere': async ({ db }, id) => {
    await createDocument(db, { id: 'd', kind: 'page', title: '', owner: null, at: 0 });
    await addVisit(db, { user: id, document: 'd', at: 0 });
  },
  'a document': ({ db }, id) =>
    createDocument(db, { id: 'own', kind: 'page', title: '', owner: id, at: 0 }),
  'a title': ({ db }, _id, page) => renameDocument(db, page, { title: 'Mine', at: 0 }),
  'a written page': ({ journal }, id, document) =>
    journal.append([
      {
        document,
        epoch: 'i',
        id: 'batch',
        base: 1,
        tail: null,
        rows: [
          { offset: 2, update: new Uint8Array([0, 0]), user: id, subscription: 1, cseq: 1, at: 0 },
        ],
        owners: new Map(),
        bytes: 2,
      },
    ]),
  'a page that another user has on their list': ({ db }, _id, page) =>
    addVisit(db, { user: 'else', document: page, at: 0 }),
  'an account younger than the grace period': ({ db }, id) =>
    db.updateTable('user').set({ created_at: 1_001 }).where('id', '=', id).execute(),
};

const people = async (db: Database) =>
  (await db.selectFrom('user').select('id').orderBy('id').execute()).map(({ id }) => id);

test('an abandoned guest is deleted with the welcome page', async () => {
  const on = await fixture();
  const page = await guest(on, 'robot');
  expect(await sweep(on)).toBeNull();
  expect(await people(on.db)).toEqual([]);
  for (const table of ['document', 'visit', 'session'] as const)
    expect(await on.db.selectFrom(table).selectAll().execute(), table).toEqual([]);
  expect(await on.journal.load(page)).toBeNull();
});

test('PO9 what a guest asked for goes with the guest, so that the inboxes of owners are not full of it', async () => {
  const on = await fixture();
  await guest(on, 'robot');
  for (const user of ['robot', 'ben']) {
    await putAccessRequest(on.db, { document: 'd', user, message: '', at: 0 });
    const about = { document: 'd', cause: requestCause(user), message: null, actor: user, at: 0 };
    await addNotifications(on.db, about, [{ user: 'ada', kind: 'request' }]);
  }
  await sweep(on);
  for (const table of ['access_request', 'notification'] as const)
    expect(await on.db.selectFrom(table).selectAll().execute(), table).toHaveLength(1);
});

test('a guest whose page’s content is gone is deleted by the next sweep', async () => {
  const on = await fixture();
  const page = await guest(on, 'robot');
  await on.journal.delete(page, { maxHead: 1 });
  await sweep(on);
  expect(await people(on.db)).toEqual([]);
});

test.each(Object.keys(TRACES))('a guest with %s stays, and others are deleted', async (trace) => {
  const on = await fixture();
  const page = await guest(on, 'ada');
  const other = await guest(on, 'robot');
  await TRACES[trace]!(on, 'ada', page);
  await sweep(on);
  expect(await people(on.db)).toEqual(['ada']);
  expect(await on.journal.load(page)).not.toBeNull();
  expect(await on.journal.load(other)).toBeNull();
});

test('a sweep checks users in batches of a limited size', async () => {
  const on = await fixture();
  const ids = Array.from(
    { length: ACCOUNTS.guestsPerSweep + 1 },
    (_, i) => `g${String(i).padStart(4, '0')}`,
  );
  await on.db
    .insertInto('user')
    .values(ids.map((id) => ({ id, name: 'Guest', color: 0, created_at: 0 })))
    .execute();
  const next = await sweep(on);
  expect(next).toBe(ids[ACCOUNTS.guestsPerSweep - 1]);
  expect(await people(on.db)).toEqual(ids.slice(-1));
  expect(await sweep(on, next!)).toBeNull();
  expect(await people(on.db)).toEqual([]);
});
