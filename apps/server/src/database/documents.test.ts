import { expect, test } from 'vitest';
import {
  createDocument,
  findDocument,
  forgetVisit,
  listDocuments,
  MAX_LISTED_DOCUMENTS,
  refreshDocument,
  renameDocument,
  visitDocument,
} from './documents.ts';
import { SAME_VISIT_MS } from '../limits.ts';
import type { Database } from './tables.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

const create = (db: Database, id: string, at: number) =>
  createDocument(db, { id, kind: 'page', title: `Title of ${id}`, owner: 'ada', at });

const listed = async (db: Database, user: string) =>
  (await listDocuments(db, user)).map((document) => document.id);

test('whoever has the link may edit a new document', async () => {
  const db = await temporaryDatabase();
  const { kind, document } = await create(db, 'a', 5);
  expect(kind).toBe('created');
  expect(document).toEqual({
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

test('creating it again changes nothing', async () => {
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

test('a list has what its user visited, last changed first', async () => {
  const db = await temporaryDatabase();
  for (const [id, at] of [
    ['old', 1],
    ['new', 3],
    ['middle', 2],
    ['foreign', 4],
  ] as const)
    await create(db, id, at);
  for (const document of ['old', 'new', 'middle'])
    await visitDocument(db, { user: 'ada', document, at: 10 });
  await visitDocument(db, { user: 'bob', document: 'foreign', at: 10 });
  expect(await listed(db, 'ada')).toEqual(['new', 'middle', 'old']);
  await refreshDocument(db, 'old', { excerpt: 'words', at: 20 });
  expect(await listed(db, 'ada')).toEqual(['old', 'new', 'middle']);
  expect(await listed(db, 'bob')).toEqual(['foreign']);
  expect(await listed(db, 'eve')).toEqual([]);
});

test('a list has an end', async () => {
  const db = await temporaryDatabase();
  const numbers = Array.from({ length: MAX_LISTED_DOCUMENTS + 1 }, (_, i) => i);
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
    .values(numbers.map((i) => ({ ...document, id: `d${i}`, updated_at: i })))
    .execute();
  await db
    .insertInto('visit')
    .values(numbers.map((i) => ({ user: 'ada', document: `d${i}`, opened_at: i })))
    .execute();
  const ids = await listed(db, 'ada');
  expect(ids).toHaveLength(MAX_LISTED_DOCUMENTS);
  expect(ids[0]).toBe(`d${MAX_LISTED_DOCUMENTS}`);
});

test('a second visit is the same entry, and it can be taken off', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  const openedAt = async () => await db.selectFrom('visit').select('opened_at').execute();
  await visitDocument(db, { user: 'ada', document: 'a', at: 1 });
  await visitDocument(db, { user: 'ada', document: 'a', at: SAME_VISIT_MS });
  expect(await openedAt()).toEqual([{ opened_at: 1 }]);
  await visitDocument(db, { user: 'ada', document: 'a', at: 1 + SAME_VISIT_MS });
  expect(await openedAt()).toEqual([{ opened_at: 1 + SAME_VISIT_MS }]);
  await visitDocument(db, { user: 'bob', document: 'a', at: 2 });
  await forgetVisit(db, { user: 'ada', document: 'a' });
  expect(await listed(db, 'ada')).toEqual([]);
  expect(await listed(db, 'bob')).toEqual(['a']);
  expect(await findDocument(db, 'a')).toBeDefined();
});

test('a new title counts as a change', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  expect(await renameDocument(db, 'a', { title: 'Other', at: 7 })).toMatchObject({
    title: 'Other',
    updated_at: 7,
    created_at: 1,
  });
  expect(await renameDocument(db, 'b', { title: 'Other', at: 7 })).toBeUndefined();
});

test('a refresh that comes late does not set the time back', async () => {
  const db = await temporaryDatabase();
  await create(db, 'a', 1);
  await renameDocument(db, 'a', { title: 'Other', at: 9 });
  await refreshDocument(db, 'a', { excerpt: 'first words', at: 5 });
  expect(await findDocument(db, 'a')).toMatchObject({ excerpt: 'first words', updated_at: 9 });
});
