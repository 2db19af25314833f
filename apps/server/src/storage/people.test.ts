import { MAX_MET_PEOPLE, type LinkAccess } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { addVisit, NEVER_OPENED } from './visits.ts';
import { createDocument } from './documents.ts';
import { SHARING } from './limits.ts';
import { enterLink, setLinkPassword } from './link-terms.ts';
import { findMetPeople, hasMet } from './people.ts';
import { giveRole } from './member-roles.ts';
import type { Database } from './tables.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';
import { createUser } from './users.ts';

async function share(
  db: Database,
  id: string,
  { link = 'edit', visitors = [] }: { link?: LinkAccess; visitors?: readonly string[] } = {},
): Promise<void> {
  await createDocument(db, {
    id,
    kind: 'page',
    title: `Title of ${id}`,
    owner: 'ada',
    linkAccess: link,
    at: 1,
  });
  for (const [index, user] of visitors.entries())
    await addVisit(db, { user, document: id, at: index + 1 });
}

async function people(...names: readonly string[]): Promise<Database> {
  const db = await temporaryDatabase();
  for (const name of names) await createUser(db, { id: name.toLowerCase(), name, color: 2, at: 0 });
  return db;
}

const found = async (db: Database, user: string, search = '') =>
  (await findMetPeople(db, user, search)).map((person) => person.user.id);

test('PE1 users who share a document have met, last seen first; others have not', async () => {
  const db = await people('Ada', 'Bob', 'Cy', 'Eve');
  await share(db, 'plan', { visitors: ['bob', 'cy'] });
  await share(db, 'diary', { link: 'off' });
  expect(await findMetPeople(db, 'ada', '')).toEqual([
    {
      user: { id: 'cy', name: 'Cy', color: 2 },
      document: { id: 'plan', title: 'Title of plan' },
      seenAt: 2,
    },
    {
      user: { id: 'bob', name: 'Bob', color: 2 },
      document: { id: 'plan', title: 'Title of plan' },
      seenAt: 1,
    },
  ]);
  expect(await found(db, 'bob')).toEqual(['cy', 'ada']);
  expect(await found(db, 'eve')).toEqual([]);
  expect(await hasMet(db, { user: 'ada', other: 'bob' })).toBe(true);
  expect(await hasMet(db, { user: 'ada', other: 'eve' })).toBe(false);
  expect(await hasMet(db, { user: 'ada', other: 'ada' })).toBe(false);
});

test('PE1 a user who may no longer see a document neither meets people in it nor is met', async () => {
  const db = await people('Ada', 'Bob', 'Cy');
  await share(db, 'plan', { link: 'off', visitors: ['bob', 'cy'] });
  expect(await found(db, 'ada')).toEqual([]);
  expect(await found(db, 'bob')).toEqual([]);
  await giveRole(db, { document: 'plan', user: 'cy', role: 'viewer' });
  expect(await found(db, 'ada')).toEqual(['cy']);
  expect(await found(db, 'cy')).toEqual(['ada']);
  expect(await found(db, 'bob')).toEqual([]);
});

test('PE1 a user who was added and never came is met and was never seen', async () => {
  const db = await people('Ada', 'Bob');
  await share(db, 'plan', { link: 'off' });
  await giveRole(db, { document: 'plan', user: 'bob', role: 'editor' });
  await addVisit(db, { user: 'bob', document: 'plan', at: NEVER_OPENED });
  expect(await findMetPeople(db, 'ada', '')).toMatchObject([{ user: { id: 'bob' }, seenAt: null }]);
});

test('PE1 a search finds names by each of its words, without regard to case and marks', async () => {
  const db = await people('Ada', 'Zoë Ångström', 'Zoe_Berg', 'Bob');
  await share(db, 'plan', { visitors: ['zoë ångström', 'zoe_berg', 'bob'] });
  expect(await found(db, 'ada', 'ZOE')).toHaveLength(2);
  expect(await found(db, 'ada', 'ang zoe')).toEqual(['zoë ångström']);
  expect(await found(db, 'ada', '%')).toEqual([]);
  expect(await found(db, 'ada', 'zoe_')).toEqual(['zoe_berg']);
});

test('PE1 a limited number of people is found', async () => {
  const names = Array.from({ length: MAX_MET_PEOPLE + 5 }, (_, i) => `P${i}`);
  const db = await people('Ada', ...names);
  await share(db, 'plan', { visitors: names.map((name) => name.toLowerCase()) });
  expect(await found(db, 'ada')).toHaveLength(MAX_MET_PEOPLE);
  expect(await found(db, 'ada', 'p3')).toEqual(['p3']);
});

test('PE1 people are found in the documents that changed last, up to a limit', async () => {
  const db = await people('Ada', 'Bob');
  await share(db, 'plan', { visitors: ['bob'] });
  await db.updateTable('document').set({ updated_at: 0 }).execute();
  for (let number = 1; number < SHARING.maxMetDocuments; number++)
    await share(db, `note ${number}`);
  expect(await found(db, 'ada')).toEqual(['bob']);
  await share(db, 'one more');
  expect(await found(db, 'ada')).toEqual([]);
});

test('PE1 so many openings are looked through, the last ones', async () => {
  const visitors = Array.from(
    { length: SHARING.maxMetRows / SHARING.maxMetDocuments },
    (_, i) => `p${i}`,
  );
  const db = await people('Ada', 'Bob', ...visitors);
  const ids = Array.from({ length: SHARING.maxMetDocuments }, (_, i) => `note ${i}`);
  await share(db, ids[0]!, { visitors: ['bob'] });
  for (const id of ids.slice(1)) await share(db, id);
  const visits = ids.flatMap((document) =>
    visitors.map((user) => ({ document, user, opened_at: 9 })),
  );
  await db.insertInto('visit').values(visits.slice(1)).execute();
  expect(await found(db, 'ada', 'bob')).toEqual(['bob']);
  await db.insertInto('visit').values(visits[0]!).execute();
  expect(await found(db, 'ada', 'bob')).toEqual([]);
  expect(await found(db, 'ada')).toHaveLength(visitors.length);
});

test('PE1 PO12 who has not entered the password of a link is met by nobody through it', async () => {
  const db = await people('Ada', 'Bob', 'Cy');
  await share(db, 'plan', { visitors: ['bob', 'cy'] });
  await setLinkPassword(db, 'plan', 'a hash');
  await enterLink(db, { document: 'plan', user: 'cy', at: 3 });
  expect(await found(db, 'ada')).toEqual(['cy']);
  expect(await found(db, 'cy')).toEqual(['ada']);
  expect(await found(db, 'bob')).toEqual([]);
});
