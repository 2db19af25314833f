import { MAX_LIBRARY_PAGE, type LibraryPage, type LibraryPlace } from '@tandem/protocol';
import { expect, test } from 'vitest';
import {
  addVisit,
  findListing,
  findVisitors,
  forgetVisits,
  NEVER_OPENED,
  renewVisit,
} from './visits.ts';
import { createDocument, findDocument, refreshDocuments, renameDocument } from './documents.ts';
import { listDocuments, readLibraryPage, toListed } from './library.ts';
import { LIBRARY, VISITS } from './limits.ts';
import { appendMessage } from './messages.ts';
import type { Database } from './tables.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

const create = (db: Database, id: string, at: number) =>
  createDocument(db, { id, kind: 'page', title: `Title of ${id}`, owner: 'ada', at });

const listed = async (db: Database, user: string) =>
  (await listDocuments(db, user)).map(({ document }) => document.id);

test('the link lets everyone edit a new document', async () => {
  const db = await temporaryDatabase();
  const { kind, document } = await create(db, 'a', 5);
  expect(kind).toBe('created');
  expect(document).toMatchObject({
    id: 'a',
    kind: 'page',
    title: 'Title of a',
    owner: 'ada',
    link_access: 'edit',
    excerpt: '',
    created_at: 5,
    updated_at: 5,
  });
  expect(await findDocument(db, 'a')).toEqual(document);
  expect(await findDocument(db, 'b')).toBeUndefined();
});

test('creating a document again changes nothing', async () => {
  const db = await temporaryDatabase();
  const first = await create(db, 'a', 5);
  const second = await createDocument(db, {
    id: 'a',
    kind: 'data',
    title: 'Mine now',
    owner: 'eve',
    linkAccess: 'off',
    at: 9,
  });
  expect(second).toEqual({ kind: 'exists', document: first.document });
});

test('a list has the documents its user visited, last changed first', async () => {
  const db = await temporaryDatabase();
  for (const [id, at] of [
    ['old', 1],
    ['new', 3],
    ['middle', 2],
    ['foreign', 4],
  ] as const)
    await create(db, id, at);
  for (const document of ['old', 'new', 'middle'])
    await addVisit(db, { user: 'ada', document, at: 10 });
  await addVisit(db, { user: 'bob', document: 'foreign', at: 10 });
  expect(await listed(db, 'ada')).toEqual(['new', 'middle', 'old']);
  await refreshDocuments(db, [{ id: 'old', excerpt: 'words', at: 20 }]);
  expect(await listed(db, 'ada')).toEqual(['old', 'new', 'middle']);
  expect(await listed(db, 'bob')).toEqual(['foreign']);
  expect(await listed(db, 'eve')).toEqual([]);
});

test('W41 a list has pages without a gap, also when many documents changed at the same time', async () => {
  const db = await temporaryDatabase();
  const numbers = Array.from({ length: 2 * MAX_LIBRARY_PAGE + 1 }, (_, i) => i);
  const document = {
    kind: 'page',
    title: '',
    owner: 'ada',
    link_access: 'edit',
    excerpt: '',
    created_at: 0,
  } as const;
  await db
    .insertInto('document')
    .values(numbers.map((i) => ({ ...document, id: `d${i}`, updated_at: i - (i % 7) })))
    .execute();
  await db
    .insertInto('visit')
    .values(numbers.map((i) => ({ user: 'ada', document: `d${i}`, opened_at: i })))
    .execute();
  const ids: string[] = [];
  let next: LibraryPlace | null = null;
  do {
    const page: LibraryPage = await readLibraryPage(db, 'ada', { after: next });
    expect(page.documents.length).toBeLessThanOrEqual(MAX_LIBRARY_PAGE);
    ids.push(...page.documents.map(({ id }) => id));
    ({ next } = page);
  } while (next !== null);
  expect(ids).toHaveLength(numbers.length);
  expect(new Set(ids).size).toBe(numbers.length);
});

test('W42 a search finds words of title and excerpt in any script, only on the user’s list', async () => {
  const db = await temporaryDatabase();
  const texts = {
    a: ['Élan vital', ''],
    b: ['潮汐记录', ''],
    c: ['', 'Прилив и отлив'],
    d: ['Elan', ''],
  };
  for (const [at, [id, [title = '', excerpt = '']]] of Object.entries(texts).entries())
    await createDocument(db, { id, kind: 'page', title, excerpt, owner: 'ada', at });
  for (const document of ['a', 'b', 'c']) await addVisit(db, { user: 'ada', document, at: 10 });
  const found = async (search: string) =>
    (await listDocuments(db, 'ada', { search })).map(({ document }) => document.id);
  expect(await found('elan')).toEqual(['a']);
  expect(await found('VIT éla')).toEqual(['a']);
  expect(await found('汐')).toEqual(['b']);
  expect(await found('ОТЛ')).toEqual(['c']);
  expect(await found('%')).toEqual([]);
  expect(await found(' ')).toHaveLength(3);
  await renameDocument(db, 'a', { title: 'Ebb', at: 20 });
  await refreshDocuments(db, [{ id: 'b', excerpt: 'Low Water', at: 21 }]);
  expect(await found('elan')).toEqual([]);
  expect(await found('ebb')).toEqual(['a']);
  expect(await found('water')).toEqual(['b']);
});

test('a second visit keeps the entry, which can be removed', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  const ada = { user: 'ada', document: 'a' };
  const openedAt = () => db.selectFrom('visit').select('opened_at').execute();
  expect(await renewVisit(db, { ...ada, at: 1 })).toBe('none');
  await addVisit(db, { ...ada, at: 1 });
  expect(await renewVisit(db, { ...ada, at: VISITS.sameVisitMs })).toBe('again');
  expect(await openedAt()).toEqual([{ opened_at: 1 }]);
  expect(await renewVisit(db, { ...ada, at: 1 + VISITS.sameVisitMs })).toBe('again');
  expect(await openedAt()).toEqual([{ opened_at: 1 + VISITS.sameVisitMs }]);
  await addVisit(db, { user: 'bob', document: 'a', at: 2 });
  expect(await forgetVisits(db, ada)).toBe(true);
  expect(await forgetVisits(db, ada)).toBe(false);
  expect(await renewVisit(db, { ...ada, at: 9 })).toBe('none');
  expect(await listed(db, 'ada')).toEqual([]);
  expect(await listed(db, 'bob')).toEqual(['a']);
  expect(await findDocument(db, 'a')).toBeDefined();
});

test('a new title counts as a change', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  await renameDocument(db, 'a', { title: 'Other', at: 7 });
  expect(await findDocument(db, 'a')).toMatchObject({
    title: 'Other',
    updated_at: 7,
    created_at: 1,
  });
});

test('a late refresh does not move the time back', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  await create(db, 'b', 1);
  await renameDocument(db, 'a', { title: 'Other', at: 9 });
  const changes = ['a', 'b', 'gone'].map((id) => ({ id, excerpt: `first words of ${id}`, at: 5 }));
  const refreshed = [...(await refreshDocuments(db, changes))];
  expect(refreshed.toSorted((one, other) => one.id.localeCompare(other.id))).toEqual([
    { id: 'a', at: 9 },
    { id: 'b', at: 5 },
  ]);
  expect(await findDocument(db, 'a')).toMatchObject({
    excerpt: 'first words of a',
    updated_at: 9,
  });
  expect(await refreshDocuments(db, [])).toEqual([]);
});

test('a list has the documents its user may see, with the user’s role', async () => {
  const db = await temporaryDatabase();
  for (const [id, linkAccess] of [
    ['open', 'edit'],
    ['readable', 'view'],
    ['closed', 'off'],
    ['given', 'off'],
  ] as const) {
    await createDocument(db, { id, kind: 'page', title: '', owner: 'ada', linkAccess, at: 1 });
    for (const user of ['ada', 'bob']) await addVisit(db, { user, document: id, at: 1 });
  }
  await db
    .insertInto('member')
    .values({ document: 'given', user: 'bob', role: 'viewer', own_role: 'viewer' })
    .execute();
  const roles = async (user: string) =>
    (await listDocuments(db, user)).map(({ document, role }) => [document.id, role]);
  expect(await roles('ada')).toEqual([
    ['closed', 'owner'],
    ['given', 'owner'],
    ['open', 'owner'],
    ['readable', 'owner'],
  ]);
  expect(await roles('bob')).toEqual([
    ['given', 'viewer'],
    ['open', 'editor'],
    ['readable', 'viewer'],
  ]);
});

test('a first visit marks the chat as read', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  await addVisit(db, { user: 'ada', document: 'a', at: 1 });
  const message = {
    document: 'a',
    author: 'ada',
    text: 'Hi',
    channel: 'chat' as const,
    thread: null,
    mentions: [],
    replyTo: null,
    at: 1,
  };
  await appendMessage(db, { ...message, id: 'm1' });
  await appendMessage(db, { ...message, id: 'm2' });
  expect(await addVisit(db, { user: 'bob', document: 'a', at: 1 })).toEqual({
    chatRead: 2,
    commentsRead: 0,
    favouriteAt: null,
    follows: null,
  });
  const read = (user: string) => findListing(db, { user, document: 'a' });
  expect([await read('ada'), await read('bob'), await read('eve')]).toEqual([
    { chatRead: 0, commentsRead: 0, favouriteAt: null, follows: null, isNew: false },
    { chatRead: 2, commentsRead: 0, favouriteAt: null, follows: null, isNew: false },
    undefined,
  ]);
  expect(await listDocuments(db, 'ada')).toMatchObject([{ chatRead: 0, chatHead: 2 }]);
});

test('a shared document is new until its user opens it', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  const bob = { user: 'bob', document: 'a' };
  await addVisit(db, { ...bob, at: NEVER_OPENED });
  const [listed] = (await listDocuments(db, 'bob')).map(toListed);
  expect(listed).toMatchObject({ id: 'a', isNew: true });
  expect(await findListing(db, bob)).toMatchObject({ isNew: true });
  const now = 10 * VISITS.sameVisitMs;
  expect(await renewVisit(db, { ...bob, at: now })).toBe('first');
  expect(await renewVisit(db, { ...bob, at: now + 1 })).toBe('again');
  expect((await listDocuments(db, 'bob')).map(toListed)[0]).not.toHaveProperty('isNew');
});

test('visitors are returned last visit first, up to a limit', async () => {
  const db = await temporaryDatabase();
  await db
    .insertInto('visit')
    .values(
      Array.from({ length: LIBRARY.maxNotifiedLibraries + 1 }, (_, i) => ({
        user: `u${i}`,
        document: 'a',
        opened_at: i,
      })),
    )
    .execute();
  const visitors = await findVisitors(db, 'a');
  expect(visitors).toHaveLength(LIBRARY.maxNotifiedLibraries);
  expect(visitors[0]?.user).toBe(`u${LIBRARY.maxNotifiedLibraries}`);
});
