/** The tree of documents: who may put what where, and what lists hear of it. */
import { describe, expect, test } from 'vitest';
import { MAX_DOCUMENTS_INSIDE, MAX_TREE_DEPTH, positionBetween } from '@tandem/protocol';
import type { CommandAnswer } from '../command-runner.ts';
import { readAncestors } from '../../storage/document-tree.ts';
import { findDocument } from '../../storage/documents.ts';
import { listDocuments, readFavourites, readPath } from '../../storage/library.ts';
import { readSharing } from '../../storage/sharing.ts';
import type { Fixture } from './testing/command-fixture.ts';
import {
  childrenOf,
  create,
  ebb,
  fixtureWithTree,
  idOf,
  moon,
  move,
  plan,
  roleIn,
  tide,
} from './testing/tree-fixture.ts';

describe('TR5 what is inside a document', () => {
  test('inherits the roles of the documents around it, the strongest of each person', async () => {
    const fixture = await fixtureWithTree();
    expect(await roleIn(fixture, 'ada', ebb)).toBe('owner');
    expect(await roleIn(fixture, 'ed', tide)).toBe('editor');
    expect(await roleIn(fixture, 'ed', ebb)).toBe('owner');
    expect(await roleIn(fixture, 'vi', ebb)).toBe('viewer');
    expect(await roleIn(fixture, 'lin', ebb)).toBe(null);
    await fixture.do('ada', {
      name: 'member:change',
      input: { document: tide, user: 'vi', role: 'editor' },
    });
    expect(await roleIn(fixture, 'vi', plan)).toBe('viewer');
    expect(await roleIn(fixture, 'vi', ebb)).toBe('editor');
  });

  test('has the link access of the nearest document that says it', async () => {
    const fixture = await fixtureWithTree();
    await fixture.do('ada', { name: 'link:change', input: { document: plan, link: 'view' } });
    expect(await roleIn(fixture, 'lin', ebb)).toBe('viewer');
    await fixture.do('ada', { name: 'link:change', input: { document: tide, link: 'edit' } });
    expect(await roleIn(fixture, 'lin', ebb)).toBe('editor');
    await fixture.do('ada', { name: 'link:change', input: { document: ebb, link: 'off' } });
    expect(await roleIn(fixture, 'lin', ebb)).toBe(null);
  });

  test('goes with a role that ends', async () => {
    const fixture = await fixtureWithTree();
    await fixture.do('ada', { name: 'member:remove', input: { document: plan, user: 'vi' } });
    expect(await roleIn(fixture, 'vi', ebb)).toBe(null);
    expect(fixture.library('vi').at(-1)).toMatchObject({
      name: 'document:unlisted',
      document: plan,
    });
    expect(fixture.effects).toContainEqual({ kind: 'access-changed', document: plan });
  });
});

describe('TR2 lists', () => {
  test('have what is inside a listed document, and hear of it', async () => {
    const fixture = await fixtureWithTree();
    expect(await childrenOf(fixture, 'vi', plan)).toEqual([tide]);
    expect(await childrenOf(fixture, 'vi', tide)).toEqual([ebb]);
    expect(await childrenOf(fixture, 'lin', tide)).toEqual([]);
    const { db } = fixture;
    const ids = (await listDocuments(db, 'vi')).map(({ document }) => document.id);
    expect(ids).toEqual(expect.arrayContaining([plan, tide, ebb]));
    expect(fixture.library('vi').at(-1)).toMatchObject({
      name: 'document:listed',
      document: { id: ebb, parent: tide, role: 'viewer' },
    });
    expect((await readPath(db, 'vi', ebb)).map(({ id }) => id)).toEqual([plan, tide, ebb]);
  });

  test('lose with a document what is inside it, also where that is at the top of them', async () => {
    const fixture = await fixtureWithTree();
    // Between Vi's plan and ebb is one that Vi may not read; ebb was never opened.
    await fixture.do('ada', { name: 'member:remove', input: { document: plan, user: 'vi' } });
    await fixture.do('ada', { name: 'link:change', input: { document: plan, link: 'view' } });
    await fixture.do('ada', { name: 'link:change', input: { document: tide, link: 'off' } });
    await fixture.do('ada', { name: 'link:change', input: { document: ebb, link: 'view' } });
    await fixture.do('vi', { name: 'document:visit', input: { document: plan } });
    expect((await childrenOf(fixture, 'vi', null)).toSorted()).toEqual([plan, ebb].toSorted());
    await fixture.do('vi', { name: 'document:unlist', input: { document: plan } });
    expect(await listDocuments(fixture.db, 'vi')).toEqual([]);
    expect(fixture.library('vi').slice(-2)).toMatchObject([
      { name: 'document:unlisted', document: plan },
      { name: 'document:unlisted', document: ebb },
    ]);
  });

  test('show a document at the top for those who do not have the one around it', async () => {
    const fixture = await fixtureWithTree();
    await fixture.do('ada', { name: 'link:change', input: { document: ebb, link: 'view' } });
    await fixture.do('lin', { name: 'document:visit', input: { document: ebb } });
    expect(fixture.library('lin').at(-1)).toMatchObject({
      name: 'document:listed',
      document: { id: ebb, parent: null },
    });
    expect(await childrenOf(fixture, 'lin', null)).toContain(ebb);
    await fixture.do('ada', { name: 'link:change', input: { document: plan, link: 'view' } });
    await fixture.do('lin', { name: 'document:visit', input: { document: tide } });
    const events = fixture.library('lin').slice(-2);
    expect(events).toMatchObject([
      { name: 'document:listed', document: { id: tide, parent: plan } },
      { name: 'document:listed', document: { id: ebb, parent: tide } },
    ]);
  });

  test('lose what is inside a document together with it', async () => {
    const fixture = await fixtureWithTree();
    await fixture.do('vi', { name: 'document:visit', input: { document: ebb } });
    await fixture.do('vi', { name: 'document:unlist', input: { document: ebb } });
    expect(await childrenOf(fixture, 'vi', tide)).toEqual([ebb]);
    await fixture.do('vi', { name: 'document:unlist', input: { document: plan } });
    expect(await listDocuments(fixture.db, 'vi')).toEqual([]);
  });
});

test('TR9 favourites are of the person alone, and in the state of the library wherever they are', async () => {
  const fixture = await fixtureWithTree();
  const favour = (user: string, isFavourite: boolean) =>
    fixture.run(user, { name: 'document:favourite', input: { document: ebb, isFavourite } });
  expect(await favour('lin', true)).toMatchObject({ error: { code: 'not-found' } });
  const { length } = fixture.library('ada');
  await favour('vi', true);
  expect(fixture.library('vi').at(-1)).toMatchObject({ document: ebb, isFavourite: true });
  expect(fixture.library('ada')).toHaveLength(length);
  const [favourite] = await readFavourites(fixture.db, 'vi');
  expect(favourite).toMatchObject({ id: ebb, favouriteAt: expect.any(Number) as number });
  await fixture.do('ada', { name: 'member:remove', input: { document: plan, user: 'vi' } });
  expect(await readFavourites(fixture.db, 'vi')).toEqual([]);
});

describe('TR3 TR4 TR7 a move', () => {
  test('takes along what is inside, and everyone hears of it', async () => {
    const fixture = await fixtureWithTree();
    await create(fixture, 'ada', idOf('shelf'), plan);
    expect(await move(fixture, 'ed', tide, idOf('shelf'))).toMatchObject({ kind: 'done' });
    expect(await readAncestors(fixture.db, ebb)).toEqual([tide, idOf('shelf'), plan]);
    for (const user of ['ada', 'ed', 'vi'])
      expect(fixture.library(user).at(-1)).toMatchObject({
        name: 'document:moved',
        document: tide,
        parent: idOf('shelf'),
        position: 'a5',
      });
    expect(fixture.effects).toContainEqual({ kind: 'access-changed', document: tide });
  });

  test('that changes a role is for an owner of the document alone', async () => {
    const fixture = await fixtureWithTree();
    await create(fixture, 'ed', idOf('eds'), moon);
    expect(await move(fixture, 'ed', tide, moon)).toMatchObject({
      kind: 'refused',
      error: { code: 'forbidden' },
    });
    expect(await roleIn(fixture, 'vi', tide)).toBe('viewer');
    expect(await move(fixture, 'ed', ebb, moon)).toMatchObject({ kind: 'done' });
    expect(await roleIn(fixture, 'vi', ebb)).toBe(null);
    expect(await roleIn(fixture, 'ada', ebb)).toBe(null);
    expect(fixture.library('vi').at(-1)).toMatchObject({
      name: 'document:unlisted',
      document: ebb,
    });
  });

  test('needs the right to write in both documents', async () => {
    const fixture = await fixtureWithTree();
    expect(await move(fixture, 'vi', tide, plan)).toMatchObject({ error: { code: 'forbidden' } });
    expect(await move(fixture, 'ada', tide, moon)).toMatchObject({ error: { code: 'not-found' } });
    await fixture.do('ed', {
      name: 'member:change',
      input: { document: moon, user: 'ada', role: 'viewer' },
    });
    expect(await move(fixture, 'ada', tide, moon)).toMatchObject({ error: { code: 'forbidden' } });
  });

  test('into the document itself, or into one that is inside it, is refused', async () => {
    const fixture = await fixtureWithTree();
    for (const parent of [plan, tide, ebb])
      expect(await move(fixture, 'ada', plan, parent)).toMatchObject({
        error: { code: 'forbidden' },
      });
  });

  test('below the last level is refused, with everything inside', async () => {
    const fixture = await fixtureWithTree();
    let parent = moon;
    for (let depth = 1; depth <= MAX_TREE_DEPTH; depth++) {
      await create(fixture, 'ed', idOf(`level-${depth}`), parent);
      parent = idOf(`level-${depth}`);
    }
    const tooDeep = { kind: 'refused', error: { code: 'forbidden' } };
    const input = { document: idOf('deepest'), parent };
    expect(await fixture.run('ed', { name: 'document:create', input })).toMatchObject(tooDeep);
    expect(await findDocument(fixture.db, idOf('deepest'))).toBeUndefined();
    await create(fixture, 'ed', idOf('above'));
    expect(await move(fixture, 'ed', moon, idOf('above'))).toMatchObject(tooDeep);
  });

  test('to a position that is taken comes after the document that has it', async () => {
    const fixture = await fixtureWithTree();
    for (const name of ['one', 'two', 'three']) await create(fixture, 'ada', idOf(name), plan);
    for (const name of ['one', 'two', 'three']) await move(fixture, 'ada', idOf(name), plan, 'a5');
    const children = await childrenOf(fixture, 'ada', plan);
    expect(children).toEqual([tide, idOf('one'), idOf('three'), idOf('two')]);
    const positions = await Promise.all(
      children.map(async (id) => (await findDocument(fixture.db, id))?.position),
    );
    expect(new Set(positions).size).toBe(positions.length);
    expect(positionBetween(null, 'a0')).not.toBeNull();
  });
});

describe('TR10 the documents inside one', () => {
  /** As commands would create them, in a moment. */
  async function fill({ db }: Fixture, parent: string, count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, index) => idOf(`filler-${parent}-${index}`));
    const around = [parent, ...(await readAncestors(db, parent))];
    const facts = { kind: 'page', title: '', owner: 'ed', link_access: null, excerpt: '' } as const;
    const at = { created_at: 0, updated_at: 0 };
    for (let from = 0; from < count; from += 500) {
      const some = ids.slice(from, from + 500);
      await db
        .insertInto('document')
        .values(some.map((id) => ({ id, parent, ...facts, ...at })))
        .execute();
      for (const [index, ancestor] of around.entries())
        await db
          .insertInto('document_ancestor')
          .values(some.map((document) => ({ document, ancestor, depth: index + 1, inherits: 1 })))
          .execute();
    }
  }

  const expectTooMany = (answer: CommandAnswer) => {
    expect(answer).toMatchObject({ kind: 'refused', error: { code: 'forbidden' } });
    expect(JSON.stringify(answer)).toContain('2,000 others');
  };

  test('are as many as there may be, on all levels', async () => {
    const fixture = await fixtureWithTree();
    // With tide and ebb.
    await fill(fixture, ebb, MAX_DOCUMENTS_INSIDE - 3);
    await create(fixture, 'ada', idOf('last'), tide);
    const input = { document: idOf('one-more'), parent: tide };
    expectTooMany(await fixture.run('ada', { name: 'document:create', input }));
    await create(fixture, 'ada', idOf('outside'));
    expectTooMany(await move(fixture, 'ada', idOf('outside'), plan));
    await create(fixture, 'ada', idOf('of-ada'));
    expectTooMany(await move(fixture, 'ada', plan, idOf('of-ada')));
    // Inside the same document, nothing comes to them.
    expect(await move(fixture, 'ada', ebb, plan)).toMatchObject({ kind: 'done' });
  });

  test('change their order without a change to any of them', async () => {
    const fixture = await fixtureWithTree();
    await fill(fixture, tide, 50);
    await create(fixture, 'ada', idOf('beside'), plan);
    const closure = () => fixture.db.selectFrom('document_ancestor').selectAll().execute();
    const before = await closure();
    const [heard, effects] = [fixture.library('vi').length, fixture.effects.length];
    expect(await move(fixture, 'ada', tide, plan, 'b1')).toMatchObject({ kind: 'done' });
    expect(await childrenOf(fixture, 'vi', plan)).toEqual([idOf('beside'), tide]);
    expect(await closure()).toEqual(before);
    expect(fixture.library('vi').slice(heard)).toMatchObject([
      { name: 'document:moved', document: tide, parent: plan, position: 'b1' },
    ]);
    expect(fixture.effects.length).toBe(effects);
  });
});

describe('TR6 a restricted document', () => {
  const restrict = (fixture: Fixture, user: string, isRestricted: boolean) =>
    fixture.run(user, { name: 'document:restrict', input: { document: tide, isRestricted } });

  test('has nothing from the documents around it but their owners', async () => {
    const fixture = await fixtureWithTree();
    expect(await restrict(fixture, 'ed', true)).toMatchObject({ error: { code: 'forbidden' } });
    expect(await restrict(fixture, 'ada', true)).toMatchObject({ kind: 'done' });
    expect(await roleIn(fixture, 'vi', tide)).toBe(null);
    expect(await roleIn(fixture, 'vi', ebb)).toBe(null);
    expect(await roleIn(fixture, 'ed', tide)).toBe(null);
    expect(await roleIn(fixture, 'ed', ebb)).toBe('owner');
    expect(await roleIn(fixture, 'ada', ebb)).toBe('owner');
    expect(fixture.library('vi').at(-1)).toMatchObject({
      name: 'document:unlisted',
      document: tide,
    });
    // What he owns inside it is at the top of his tree.
    expect(await childrenOf(fixture, 'ed', null)).toContain(ebb);
    await restrict(fixture, 'ada', false);
    expect(await roleIn(fixture, 'vi', ebb)).toBe('viewer');
    expect(await childrenOf(fixture, 'ed', tide)).toEqual([ebb]);
  });

  test('shows where roles come from', async () => {
    const fixture = await fixtureWithTree();
    const { db } = fixture;
    const shownIn = async (document: string) =>
      (await readSharing(db, document))?.members.map(({ user, role, from }) => [
        user.id,
        role,
        from,
      ]);
    expect(await shownIn(ebb)).toEqual([
      ['ada', 'owner', 1],
      ['ed', 'owner', undefined],
      ['coe', 'commenter', 2],
      ['vi', 'viewer', 2],
    ]);
    await restrict(fixture, 'ada', true);
    expect(fixture.sharing(tide).at(-1)).toMatchObject({
      name: 'inheritance:changed',
      link: 'off',
      around: { link: 'off', isRestricted: true },
    });
    expect(await shownIn(tide)).toEqual([['ada', 'owner', undefined]]);
  });
});
