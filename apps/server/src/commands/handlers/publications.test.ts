/** Publishing: PB1, PB4, PB6 and PB9 of PROTOCOL.md. */
import { expect, test } from 'vitest';
import { PUBLIC_PAGES } from '../../limits.ts';
import { listAudit } from '../../storage/audit/audit-log.ts';
import { addPublication, findPublished, readPublication } from '../../storage/publications.ts';
import { readSharing } from '../../storage/sharing.ts';
import { registerUser } from '../../storage/users.ts';
import {
  BY_SETTING,
  DOCUMENT as document,
  fixtureWithRoles,
  type AnyCall,
  type Fixture,
} from './testing/command-fixture.ts';

const publish = (fixture: Fixture, of = document) =>
  fixture.do('ada', { name: 'document:publish', input: { document: of } });
const unpublish = (fixture: Fixture) =>
  fixture.do('ada', { name: 'document:unpublish', input: { document } });
const takeDown = (publication: string): AnyCall => ({
  ...{ name: 'publication:take-down', input: { publication, by: BY_SETTING } },
});

/** Ada has an account. */
async function scene(): Promise<Fixture> {
  const fixture = await fixtureWithRoles();
  await registerUser(fixture.db, { id: 'ada', at: 0 });
  return fixture;
}

async function refusal(fixture: Fixture, user: string, call: AnyCall): Promise<string> {
  const answer = await fixture.run(user, call);
  return answer.kind === 'refused' ? answer.error.message : 'done';
}

const idOf = async ({ db }: Fixture, of = document): Promise<string> =>
  (await readPublication(db, of))?.id ?? 'nothing';

test('PB1 a published document has an id that its people see, and keeps it', async () => {
  const fixture = await scene();
  await publish(fixture);
  const publication = await readPublication(fixture.db, document);
  expect(publication).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), isIndexed: false });
  expect(fixture.sharing().at(-1)).toMatchObject({ name: 'publication:changed', publication });
  expect((await readSharing(fixture.db, document))?.publication).toEqual(publication);
  const events = fixture.sharing().length;
  await publish(fixture);
  expect(await readPublication(fixture.db, document)).toEqual(publication);
  expect(fixture.sharing()).toHaveLength(events);
});

test('PB1 what is published again has another id', async () => {
  const fixture = await scene();
  await publish(fixture);
  const first = await idOf(fixture);
  await unpublish(fixture);
  expect(fixture.sharing().at(-1)).toMatchObject({
    name: 'publication:changed',
    publication: null,
  });
  await unpublish(fixture);
  await publish(fixture);
  const second = await idOf(fixture);
  expect(second).not.toBe(first);
  expect(await findPublished(fixture.db, first)).toBeNull();
  expect(await findPublished(fixture.db, second)).toMatchObject({ document, title: 'Plan' });
});

test('PB1 guests publish nothing', async () => {
  const fixture = await fixtureWithRoles();
  const call = { name: 'document:publish', input: { document } } as const;
  expect(await refusal(fixture, 'ada', call)).toMatch(/Create an account first/);
  expect(await readPublication(fixture.db, document)).toBeNull();
});

test('PB1 a person publishes as many documents as the limit says', async () => {
  const fixture = await scene();
  for (let i = 0; i < PUBLIC_PAGES.maxPerPerson; i++) {
    const id = String(i).padStart(32, '0');
    await addPublication(fixture.db, { document: `other-document-${i}`, id, by: 'ada', at: 0 });
  }
  const call = { name: 'document:publish', input: { document } } as const;
  expect(await refusal(fixture, 'ada', call)).toMatch(/reached the limit/);
  await fixture.db.deleteFrom('publication').where('document', '=', 'other-document-7').execute();
  expect(await refusal(fixture, 'ada', call)).toBe('done');
  // It is published already.
  expect(await refusal(fixture, 'ada', call)).toBe('done');
});

test('PB4 a late change for search engines does not publish again', async () => {
  const fixture = await scene();
  const change = { name: 'publication:change', input: { document, isIndexed: true } } as const;
  await publish(fixture);
  await fixture.do('ada', change);
  expect(await readPublication(fixture.db, document)).toMatchObject({ isIndexed: true });
  await unpublish(fixture);
  expect(await fixture.run('ada', change)).toMatchObject({ kind: 'refused' });
  expect(await readPublication(fixture.db, document)).toBeNull();
});

test('PB6 the trash takes a document and what is inside it off for good', async () => {
  const fixture = await scene();
  const inside = 'document-inside-the-other';
  await fixture.do('ada', {
    ...{ name: 'document:create', input: { document: inside, title: 'In', parent: document } },
  });
  await publish(fixture);
  await publish(fixture, inside);
  const ids = [await idOf(fixture), await idOf(fixture, inside)];
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  for (const each of [document, inside])
    expect(fixture.sharing(each).at(-1)).toMatchObject({
      ...{ name: 'publication:changed', publication: null },
    });
  await fixture.do('ada', { name: 'document:restore', input: { document } });
  for (const id of ids) expect(await findPublished(fixture.db, id)).toBeNull();
  expect((await readSharing(fixture.db, document))?.publication).toBeNull();
});

test('PB6 what was published while it was moved to the trash is not shown again', async () => {
  const fixture = await scene();
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  // As on Postgres, where the two may be executed at once.
  const id = '0'.repeat(32);
  await addPublication(fixture.db, { document, id, by: 'ada', at: 0 });
  await fixture.do('ada', { name: 'document:restore', input: { document } });
  expect(await findPublished(fixture.db, id)).toBeNull();
});

test('PB6 an administrator takes a page off by its address, and that is recorded', async () => {
  const fixture = await scene();
  await publish(fixture);
  const id = await idOf(fixture);
  const by = { isNamed: false, session: '' };
  const call = { name: 'publication:take-down', input: { publication: id, by } } as const;
  expect(await refusal(fixture, 'ada', call)).toMatch(/Only administrators/);
  await fixture.do('ned', takeDown(id));
  expect(await findPublished(fixture.db, id)).toBeNull();
  expect(fixture.sharing().at(-1)).toMatchObject({ publication: null });
  const [entry] = (await listAudit(fixture.db, {}, 1)).entries;
  expect(entry).toMatchObject({
    ...{ action: 'publication:taken-down', actor: 'ned', document, person: 'ada', detail: {} },
  });
  expect(await refusal(fixture, 'ned', takeDown(id))).toMatch(/No page is on the web/);
});
