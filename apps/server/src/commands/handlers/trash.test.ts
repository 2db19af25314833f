import { describe, expect, test } from 'vitest';
import { TRASH_MS } from '@tandem/protocol';
import { libraryKey, trashKey } from '../../storage/channel-key.ts';
import { listDocuments } from '../../storage/library.ts';
import { findExpiredTrash, listTrash } from '../../storage/trash.ts';
import { DOCUMENT as document, fixtureWithRoles, type Fixture } from './testing/command-fixture.ts';

type Name = 'document:trash' | 'document:restore' | 'document:purge';

const run = (fixture: Fixture, name: Name) => fixture.do('ada', { name, input: { document } });

const listOf = async ({ db }: Fixture, user: string) =>
  (await listDocuments(db, user)).map(({ document: { id } }) => id);

const namesOf = (events: readonly { readonly name: string }[]) => events.map(({ name }) => name);

describe('PO3 the trash', () => {
  test('takes the document off every list, and gives it to the owner’s trash', async () => {
    const fixture = await fixtureWithRoles();
    await run(fixture, 'document:trash');
    for (const user of ['ada', 'ed', 'vi', 'lin']) {
      expect(await listOf(fixture, user)).not.toContain(document);
      expect(fixture.library(user).at(-1)).toMatchObject({ name: 'document:unlisted', document });
      expect(fixture.effects).toContainEqual({ kind: 'unlisted', document, user });
    }
    expect(fixture.effects).toContainEqual({ kind: 'access-changed', document });
    const [trashed] = await listTrash(fixture.db, 'ada');
    expect(trashed).toMatchObject({ id: document, title: 'Plan', kind: 'page' });
    expect(fixture.events.get(trashKey('ada'))?.at(-1)).toMatchObject({
      name: 'document:trashed',
      document: trashed,
    });
  });

  test('gives it back as it was, with each role and reading mark', async () => {
    const fixture = await fixtureWithRoles();
    const rolesOf = async () =>
      await Promise.all(
        ['ada', 'ed', 'vi', 'lin'].map(async (user) =>
          (await listDocuments(fixture.db, user)).filter((entry) => entry.document.id === document),
        ),
      );
    const before = await rolesOf();
    await run(fixture, 'document:trash');
    await run(fixture, 'document:restore');
    expect(await rolesOf()).toEqual(before);
    expect(fixture.library('vi').at(-1)).toMatchObject({
      name: 'document:listed',
      document: { id: document, role: 'viewer' },
    });
    expect(await listTrash(fixture.db, 'ada')).toEqual([]);
  });

  test('the owner gets a restored document on their list, also if it was not there', async () => {
    const fixture = await fixtureWithRoles();
    await fixture.do('ada', { name: 'document:unlist', input: { document } });
    await run(fixture, 'document:trash');
    await run(fixture, 'document:restore');
    expect(await listOf(fixture, 'ada')).toContain(document);
  });

  test('a person whose role was taken meanwhile does not get it back', async () => {
    const fixture = await fixtureWithRoles();
    await run(fixture, 'document:trash');
    await fixture.db.deleteFrom('member').where('user', '=', 'ed').execute();
    await fixture.db.updateTable('document').set({ link_access: 'off' }).execute();
    await run(fixture, 'document:restore');
    expect(await listOf(fixture, 'ed')).not.toContain(document);
    expect(fixture.library('ed').at(-1)).toMatchObject({ name: 'document:unlisted' });
  });
});

describe('PO4 a purge', () => {
  test('leaves nothing but the id', async () => {
    const fixture = await fixtureWithRoles();
    const input = { document, text: 'Hello', mentions: [], replyTo: null };
    await fixture.do('ed', { name: 'chat:send', input });
    await run(fixture, 'document:trash');
    await run(fixture, 'document:purge');
    expect(namesOf(fixture.events.get(trashKey('ada')) ?? [])).toEqual([
      'document:trashed',
      'document:purged',
    ]);
    for (const table of ['visit', 'member', 'message', 'participant'] as const)
      expect(
        await fixture.db.selectFrom(table).selectAll().where('document', '=', document).execute(),
      ).toEqual([]);
    const [row] = await fixture.db
      .selectFrom('document')
      .selectAll()
      .where('id', '=', document)
      .execute();
    expect(row).toMatchObject({ title: '', excerpt: '', folded_title: '', link_access: 'off' });
  });

  test('leaves none of its words in events, and those of others as they are', async () => {
    const fixture = await fixtureWithRoles();
    const other = 'another-document-of-ada';
    const { db } = fixture;
    await fixture.do('ada', { name: 'document:create', input: { document: other, title: 'Keep' } });
    await db.updateTable('document').set({ excerpt: 'first words' }).execute();
    await run(fixture, 'document:trash');
    await run(fixture, 'document:restore');
    await fixture.do('ada', { name: 'document:rename', input: { document, title: 'Secret' } });
    await run(fixture, 'document:trash');
    await run(fixture, 'document:purge');
    const rows = await db.selectFrom('event').select('data').execute();
    const about = rows.filter(({ data }) => data.includes(`"${document}"`));
    expect(about.length).toBeGreaterThan(5);
    for (const { data } of about) expect(data).not.toMatch(/Plan|Secret|first words/);
    expect(rows.some(({ data }) => data.includes('Keep'))).toBe(true);
  });

  test('PO4 reaches the lists of those who removed it from them', async () => {
    const fixture = await fixtureWithRoles();
    await fixture.do('vi', { name: 'document:unlist', input: { document } });
    await run(fixture, 'document:trash');
    await run(fixture, 'document:purge');
    const rows = await fixture.db
      .selectFrom('event')
      .select('data')
      .where('channel', '=', libraryKey('vi'))
      .execute();
    expect(rows.length).toBeGreaterThan(1);
    for (const { data } of rows) expect(data).not.toContain('Plan');
  });

  test('reaches the lists of very many visitors', async () => {
    const fixture = await fixtureWithRoles();
    const { db } = fixture;
    const visitors = Array.from({ length: 250 }, (_, at) => `visitor-${at}`);
    const event = { name: 'document:renamed', at: 1, document, title: 'Secret' };
    await db
      .insertInto('visit')
      .values(visitors.map((user) => ({ user, document, opened_at: 1 })))
      .execute();
    await db
      .insertInto('event')
      .values(
        visitors.map((user) => ({
          channel: libraryKey(user),
          offset: 1,
          data: JSON.stringify(event),
          at: 1,
        })),
      )
      .execute();
    await db.updateTable('document').set({ trashed_at: 1 }).where('id', '=', document).execute();
    await run(fixture, 'document:purge');
    const secrets = db.selectFrom('event').select('data').where('data', 'like', '%Secret%');
    expect(await secrets.execute()).toEqual([]);
  });

  test('by time does not meet what was restored and moved there again', async () => {
    const fixture = await fixtureWithRoles();
    await run(fixture, 'document:trash');
    const trashedAt = (await listTrash(fixture.db, 'ada'))[0]!.trashedAt;
    const expire = (before: number) =>
      fixture.do('ada', { name: 'document:expire', input: { document, before } });
    await expire(trashedAt);
    expect(await listTrash(fixture.db, 'ada')).toHaveLength(1);
    await expire(trashedAt + 1);
    expect(await listTrash(fixture.db, 'ada')).toEqual([]);
  });

  test('is due 30 days after the document was moved to the trash', async () => {
    const fixture = await fixtureWithRoles();
    await run(fixture, 'document:trash');
    const [trashed] = await listTrash(fixture.db, 'ada');
    const due = trashed!.trashedAt + TRASH_MS;
    const expired = (at: number) => findExpiredTrash(fixture.db, at - TRASH_MS, 10);
    expect(await expired(due)).toEqual([]);
    expect(await expired(due + 1)).toEqual([{ id: document, owner: 'ada' }]);
    await run(fixture, 'document:purge');
    expect(await expired(due + 1)).toEqual([]);
  });
});
