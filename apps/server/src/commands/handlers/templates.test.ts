/** Templates: who makes a document one, and who sees that it is. */
import { expect, test } from 'vitest';
import { MAX_LIBRARY_PAGE, MAX_TEMPLATES } from '@tandem/protocol';
import { libraryKey } from '../../storage/channel-key.ts';
import { loadState } from '../../storage/channel-states.ts';
import { createDocument } from '../../storage/documents.ts';
import { readTemplates, readTreePage } from '../../storage/library.ts';
import type { Fixture } from './testing/command-fixture.ts';
import { create, ebb, fixtureWithTree, idOf, plan, tide } from './testing/tree-fixture.ts';

const mark = (fixture: Fixture, user: string, document: string, isTemplate = true) =>
  fixture.run(user, { name: 'document:template', input: { document, isTemplate } });

const templatesOf = async ({ db }: Fixture, user: string) =>
  (await readTemplates(db, user)).map(({ id }) => id);

test('TM1 an owner makes a document a template and back, wherever it is in the tree', async () => {
  const fixture = await fixtureWithTree();
  expect(await mark(fixture, 'ed', tide)).toMatchObject({ error: { code: 'forbidden' } });
  expect(await mark(fixture, 'vi', tide)).toMatchObject({ error: { code: 'forbidden' } });
  expect(await mark(fixture, 'lin', tide)).toMatchObject({ error: { code: 'not-found' } });
  expect(await templatesOf(fixture, 'ada')).toEqual([]);
  expect(await mark(fixture, 'ada', tide)).toMatchObject({ kind: 'done' });
  // Ed created it, in a document of Ada's: both own it (TR5).
  expect(await mark(fixture, 'ed', ebb)).toMatchObject({ kind: 'done' });
  expect(await templatesOf(fixture, 'ada')).toEqual([ebb, tide]);
  expect(await mark(fixture, 'ada', tide, false)).toMatchObject({ kind: 'done' });
  expect(await templatesOf(fixture, 'ada')).toEqual([ebb]);
  const { documents } = await readTreePage(fixture.db, 'ada', { parent: tide });
  expect(documents).toMatchObject([{ id: ebb, isTemplate: true }]);
});

test('TM1 only a page is a template', async () => {
  const fixture = await fixtureWithTree();
  const id = idOf('data');
  await createDocument(fixture.db, { id, kind: 'data', title: 'Data', owner: 'ada', at: 1 });
  expect(await mark(fixture, 'ada', id)).toMatchObject({ error: { code: 'forbidden' } });
});

test('TM2 everyone who has it on their list hears of it once, and nobody else', async () => {
  const fixture = await fixtureWithTree();
  const before = fixture.library('lin').length;
  await mark(fixture, 'ada', plan);
  for (const user of ['ada', 'ed', 'vi'])
    expect(fixture.library(user).at(-1)).toMatchObject({
      name: 'document:templated',
      document: plan,
      isTemplate: true,
    });
  expect(fixture.library('lin')).toHaveLength(before);
  expect(await templatesOf(fixture, 'lin')).toEqual([]);
  const { length } = fixture.library('vi');
  await mark(fixture, 'ada', plan);
  expect(fixture.library('vi')).toHaveLength(length);
});

test('TM2 who may not read it any more does not see it', async () => {
  const fixture = await fixtureWithTree();
  await mark(fixture, 'ada', tide);
  expect(await templatesOf(fixture, 'vi')).toEqual([tide]);
  await fixture.do('ada', {
    name: 'document:restrict',
    input: { document: tide, isRestricted: true },
  });
  expect(await templatesOf(fixture, 'vi')).toEqual([]);
  expect(await templatesOf(fixture, 'ada')).toEqual([tide]);
});

test('TM2 the state of the library has the last templates, wherever they are on the list', async () => {
  const fixture = await fixtureWithTree();
  for (let i = 0; i <= MAX_TEMPLATES; i++) {
    await create(fixture, 'ada', idOf(`template-${i}`));
    await mark(fixture, 'ada', idOf(`template-${i}`));
  }
  for (let i = 0; i < MAX_LIBRARY_PAGE; i++) await create(fixture, 'ada', idOf(`later-${i}`));
  const { state } = (await loadState(fixture.db, libraryKey('ada')))!;
  if (state.type !== 'library') throw new Error('another state');
  const templates = state.documents.filter(({ isTemplate }) => isTemplate);
  expect(templates).toHaveLength(MAX_TEMPLATES);
  expect(templates.map(({ id }) => id)).not.toContain(idOf('template-0'));
});

test('TM4 a template that was moved to the trash is one again when it is restored', async () => {
  const fixture = await fixtureWithTree();
  await mark(fixture, 'ada', plan);
  await fixture.do('ada', { name: 'document:trash', input: { document: plan } });
  expect(await templatesOf(fixture, 'ada')).toEqual([]);
  await fixture.do('ada', { name: 'document:restore', input: { document: plan } });
  expect(await templatesOf(fixture, 'ada')).toEqual([plan]);
  expect(fixture.library('vi')).toContainEqual(
    expect.objectContaining({
      name: 'document:listed',
      document: expect.objectContaining({ id: plan, isTemplate: true }) as object,
    }),
  );
});
