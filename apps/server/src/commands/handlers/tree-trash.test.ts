/** The trash, and what is inside the documents in it. */
import { describe, expect, test } from 'vitest';
import { libraryKey, trashKey } from '../../storage/channel-key.ts';
import { readAncestors } from '../../storage/document-tree.ts';
import { findDocument } from '../../storage/documents.ts';
import { findExpiredTrash, listTrash } from '../../storage/trash.ts';
import type { Fixture } from './testing/command-fixture.ts';
import {
  childrenOf,
  create,
  ebb,
  fixtureWithTree,
  idOf,
  plan,
  roleIn,
  tide,
} from './testing/tree-fixture.ts';

describe('TR8 the trash', () => {
  const run = (fixture: Fixture, user: string, name: 'trash' | 'restore' | 'purge', id: string) =>
    fixture.do(user, { name: `document:${name}`, input: { document: id } });

  const visitsOf = async ({ db }: Fixture, ...documents: string[]) =>
    await db.selectFrom('visit').selectAll().where('document', 'in', documents).execute();

  test('takes what is inside the document, and gives it back', async () => {
    const fixture = await fixtureWithTree();
    const { db } = fixture;
    await run(fixture, 'ada', 'trash', plan);
    expect(await roleIn(fixture, 'vi', ebb)).toBe(null);
    expect((await listTrash(db, 'ada')).map(({ id }) => id)).toEqual([plan]);
    await run(fixture, 'ada', 'restore', plan);
    expect(await roleIn(fixture, 'vi', ebb)).toBe('viewer');
    expect(await childrenOf(fixture, 'vi', tide)).toEqual([ebb]);
    expect(
      fixture
        .library('ed')
        .map(({ name }) => name)
        .slice(-2),
    ).toContain('document:listed');
  });

  test('shows each person what they created in a document of others', async () => {
    const fixture = await fixtureWithTree();
    const inside = idOf('inside');
    await create(fixture, 'ed', inside, ebb);
    const titles = async () => (await listTrash(fixture.db, 'ed')).map(({ id }) => id);
    const last = () => fixture.events.get(trashKey('ed'))?.at(-1);
    await run(fixture, 'ada', 'trash', plan);
    expect(await titles()).toEqual([ebb]);
    expect(last()).toMatchObject({ name: 'document:trashed', document: { id: ebb } });
    await run(fixture, 'ada', 'restore', plan);
    expect(await titles()).toEqual([]);
    expect(last()).toMatchObject({ name: 'document:restored', document: ebb });
    await run(fixture, 'ada', 'trash', plan);
    await run(fixture, 'ed', 'restore', ebb);
    expect(await titles()).toEqual([]);
    expect(await readAncestors(fixture.db, inside)).toEqual([ebb]);
    expect(await roleIn(fixture, 'ed', inside)).toBe('owner');
  });

  test('keeps what others created from a purge, for the time that is left', async () => {
    const fixture = await fixtureWithTree();
    const { db } = fixture;
    const [inside, beside] = [idOf('inside'), idOf('beside')];
    await create(fixture, 'ada', inside, ebb);
    await create(fixture, 'ada', beside, tide);
    await run(fixture, 'ada', 'trash', plan);
    const before = await listTrash(db, 'ed');
    await run(fixture, 'ada', 'purge', plan);
    expect(await listTrash(db, 'ed')).toEqual(before);
    expect(await roleIn(fixture, 'ada', ebb)).toBe(null);
    const expired = async () => (await findExpiredTrash(db, 1, 10)).map(({ id }) => id).toSorted();
    expect(await expired()).toEqual([tide, beside].toSorted());
    // One document inside another is purged after the other.
    for (const document of [tide, beside])
      await fixture.do('ada', { name: 'document:expire', input: { document, before: 1 } });
    expect(await expired()).toEqual([]);
    await run(fixture, 'ed', 'restore', ebb);
    expect(await readAncestors(db, ebb)).toEqual([]);
    expect(await readAncestors(db, inside)).toEqual([ebb]);
    expect(await roleIn(fixture, 'ed', inside)).toBe('owner');
    expect(await roleIn(fixture, 'ada', inside)).toBe('owner');
  });

  test('keeps what was in it before', async () => {
    const fixture = await fixtureWithTree();
    await run(fixture, 'ed', 'trash', ebb);
    expect(fixture.events.get(trashKey('ada'))?.at(-1)).toMatchObject({
      document: { id: ebb },
    });
    await run(fixture, 'ada', 'trash', plan);
    await run(fixture, 'ada', 'restore', plan);
    expect(await roleIn(fixture, 'vi', ebb)).toBe(null);
    expect((await listTrash(fixture.db, 'ed')).map(({ id }) => id)).toEqual([ebb]);
  });

  test('gives back a document at the top when the one around it stays there', async () => {
    const fixture = await fixtureWithTree();
    await run(fixture, 'ada', 'trash', plan);
    await run(fixture, 'ada', 'restore', tide);
    expect((await findDocument(fixture.db, tide))?.parent).toBe(null);
    expect(await readAncestors(fixture.db, ebb)).toEqual([tide]);
    expect(await roleIn(fixture, 'ed', ebb)).toBe('owner');
    expect(await roleIn(fixture, 'vi', tide)).toBe(null);
    expect(await childrenOf(fixture, 'ada', null)).toContain(tide);
    expect(fixture.events.get(libraryKey('ada'))?.at(-1)).toMatchObject({
      name: 'document:listed',
    });
  });

  test('gives a document that another person created back only with the one around it', async () => {
    const fixture = await fixtureWithTree();
    await run(fixture, 'ada', 'trash', ebb);
    await run(fixture, 'ada', 'trash', tide);
    const restore = { name: 'document:restore', input: { document: ebb } } as const;
    expect(await fixture.run('ada', restore)).toMatchObject({ error: { code: 'forbidden' } });
    expect((await findDocument(fixture.db, ebb))?.parent).toBe(tide);
    await run(fixture, 'ada', 'restore', tide);
    await run(fixture, 'ada', 'restore', ebb);
    expect(await childrenOf(fixture, 'ada', tide)).toEqual([ebb]);
  });

  test('no longer has what a purge leaves to the person who created it', async () => {
    const fixture = await fixtureWithTree();
    await run(fixture, 'ed', 'trash', ebb);
    await run(fixture, 'ada', 'trash', plan);
    const from = fixture.effects.length;
    await run(fixture, 'ada', 'purge', plan);
    expect(await roleIn(fixture, 'ada', ebb)).toBe(null);
    expect((await listTrash(fixture.db, 'ed')).map(({ id }) => id)).toEqual([ebb]);
    expect(await listTrash(fixture.db, 'ada')).toEqual([]);
    expect(fixture.effects.slice(from)).toContainEqual({ kind: 'access-changed', document: ebb });
    expect(
      fixture.events
        .get(trashKey('ada'))
        ?.map((event) => ('document' in event ? [event.name, event.document] : [])),
    ).toContainEqual(['document:purged', ebb]);
  });

  test('PO4 leaves no title of what was inside, on whosever list it was', async () => {
    const fixture = await fixtureWithTree();
    const { db } = fixture;
    const input = { document: idOf('inside'), title: 'a secret', parent: tide };
    await fixture.do('ada', { name: 'document:create', input });
    expect(JSON.stringify(fixture.library('vi'))).toContain('a secret');
    await run(fixture, 'ada', 'trash', plan);
    await run(fixture, 'ada', 'purge', plan);
    for (const { id, owner } of await findExpiredTrash(db, 1, 10))
      await fixture.do(owner ?? '', {
        name: 'document:expire',
        input: { document: id, before: 1 },
      });
    const events = await db.selectFrom('event').select('data').execute();
    expect(events.filter(({ data }) => data.includes('a secret'))).toEqual([]);
    expect(await visitsOf(fixture, plan, tide)).toEqual([]);
  });

  test('PO4 forgets who read a purged document with the last one that leaves it', async () => {
    const fixture = await fixtureWithTree();
    await run(fixture, 'ada', 'trash', plan);
    await run(fixture, 'ada', 'purge', plan);
    expect(await visitsOf(fixture, plan)).not.toEqual([]);
    await run(fixture, 'ada', 'restore', tide);
    expect(await visitsOf(fixture, plan)).toEqual([]);
    expect(await childrenOf(fixture, 'ada', tide)).toEqual([]);
    expect((await listTrash(fixture.db, 'ed')).map(({ id }) => id)).toEqual([ebb]);
  });

  test('purges what went there with the document, by the next sweep', async () => {
    const fixture = await fixtureWithTree();
    const { db } = fixture;
    await run(fixture, 'ed', 'trash', ebb);
    await create(fixture, 'ada', idOf('other'), plan);
    await run(fixture, 'ada', 'trash', plan);
    await run(fixture, 'ada', 'purge', plan);
    expect((await findExpiredTrash(db, 1, 10)).map(({ id }) => id).toSorted()).toEqual(
      [tide, idOf('other')].toSorted(),
    );
    for (const { id, owner } of await findExpiredTrash(db, 1, 10))
      await fixture.do(owner ?? '', {
        name: 'document:expire',
        input: { document: id, before: 1 },
      });
    expect((await findDocument(db, tide))?.purged_at).not.toBe(null);
    // Ed had moved it there before: it stays for its own time, at the top.
    expect((await listTrash(db, 'ed')).map(({ id }) => id)).toEqual([ebb]);
    await run(fixture, 'ed', 'restore', ebb);
    expect((await findDocument(db, ebb))?.parent).toBe(null);
    expect(await roleIn(fixture, 'ada', ebb)).toBe(null);
  });
});
