/** What groups do to the lists of people: GR3 to GR6 of PROTOCOL.md. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  reduceLibrary,
  type LibraryEvent,
  type LibraryState,
  type ListedDocument,
  type User,
} from '@tandem/protocol';
import { libraryKey } from '../../storage/channel-key.ts';
import { listDocuments, readFavourites, toListed } from '../../storage/library.ts';
import { isInGroup } from '../../storage/groups.ts';
import { readInbox } from '../../storage/notifications.ts';
import { VISITS } from '../../storage/limits.ts';
import { readSharing } from '../../storage/sharing.ts';
import { registerUser } from '../../storage/users.ts';
import { DOCUMENT as document, Fixture, fixtureWithRoles } from './testing/command-fixture.ts';
import { createGroup, joinGroup, leaveGroup, shareWithGroup } from './testing/group-calls.ts';
import { ebb, fixtureWithTree, plan, roleIn, tide } from './testing/tree-fixture.ts';

const GROUP = '01JD0000000000000000000001';
const OTHER = '01JD0000000000000000000002';
const group = GROUP;

const visit = async (fixture: Fixture, user: string, id = document) => {
  fixture.now += VISITS.sameVisitMs;
  await fixture.do(user, { name: 'document:visit', input: { document: id } });
};
const setLink = (fixture: Fixture, link: 'off' | 'view', id = document) =>
  fixture.do('ada', { name: 'link:change', input: { document: id, link } });
const listOf = async ({ db }: Fixture, user: string) =>
  (await listDocuments(db, user)).map(({ document: { id }, isNew }) => [id, isNew]);
const toldLast = (fixture: Fixture, user: string) => fixture.library(user).at(-1);

test.each(['off', 'view'] as const)(
  'GR6 who leaves a group loses what they never opened; with a link that is %s',
  async (link) => {
    const fixture = await fixtureWithTree();
    await setLink(fixture, link, plan);
    await createGroup(fixture, group, ['ned']);
    await shareWithGroup(fixture, { group, role: 'editor', document: plan });
    await fixture.do('ned', {
      name: 'document:favourite',
      input: { document: plan, isFavourite: true },
    });
    // What is inside it is named to them, too.
    await fixture.do('ada', {
      name: 'document:rename',
      input: { document: tide, title: 'Secret' },
    });
    await leaveGroup(fixture, { group, person: 'ned' });
    expect(await listOf(fixture, 'ned')).toEqual([]);
    expect(await readFavourites(fixture.db, 'ned')).toEqual([]);
    expect(await readInbox(fixture.db, 'ned')).toEqual([]);
    expect(toldLast(fixture, 'ned')).toMatchObject({ name: 'document:unlisted', document: plan });
    expect(fixture.effects).toContainEqual({ kind: 'access-changed', document: plan });
    // A purge still finds the list whose events name it, and what is inside it (PO4).
    await fixture.do('ada', { name: 'document:trash', input: { document: plan } });
    await fixture.do('ada', { name: 'document:purge', input: { document: plan } });
    await fixture.do('ada', { name: 'document:purge', input: { document: tide } });
    const events = await fixture.db
      .selectFrom('event')
      .select('data')
      .where('channel', '=', libraryKey('ned'))
      .execute();
    expect(events.map(({ data }) => data).join()).not.toMatch(/Secret|"Plan"/);
    expect(await fixture.db.selectFrom('former_listing').selectAll().execute()).toEqual([]);
  },
);

test('GR6 what a person may still read stays on the list, with its title, its place and its star', async () => {
  const fixture = await fixtureWithTree();
  await createGroup(fixture, group, ['ned']);
  await shareWithGroup(fixture, { group, role: 'editor', document: plan });
  await fixture.do('ada', {
    name: 'member:change',
    input: { document: tide, user: 'ned', role: 'viewer' },
  });
  await visit(fixture, 'ned', tide);
  await fixture.do('ned', {
    name: 'document:favourite',
    input: { document: tide, isFavourite: true },
  });
  await leaveGroup(fixture, { group, person: 'ned' });
  expect(await roleIn(fixture, 'ned', plan)).toBeNull();
  expect(await roleIn(fixture, 'ned', tide)).toBe('viewer');
  expect(await readFavourites(fixture.db, 'ned')).toMatchObject([{ id: tide, parent: null }]);
  expect(toldLast(fixture, 'ned')).toMatchObject({
    ...{ name: 'document:listed', document: { id: tide, title: tide, parent: null } },
  });
});

test.each([
  ['the same group', GROUP],
  ['another group', OTHER],
  ['a role of their own', null],
] as const)(
  'GR5 GR6 what is inside a document, and is theirs by %s, stays on the list when the outer role ends',
  async (_by, inner) => {
    const fixture = await fixtureWithTree();
    await setLink(fixture, 'off', plan);
    await createGroup(fixture, GROUP, ['ned']);
    await createGroup(fixture, OTHER, ['ned']);
    await shareWithGroup(fixture, { group, role: 'viewer', document: plan });
    if (inner === null)
      await fixture.do('ada', {
        ...{ name: 'member:change', input: { document: tide, user: 'ned', role: 'editor' } },
      });
    else await shareWithGroup(fixture, { group: inner, role: 'editor', document: tide });
    await shareWithGroup(fixture, { group, role: null, document: plan });
    expect(await roleIn(fixture, 'ned', tide)).toBe('editor');
    expect(await listOf(fixture, 'ned')).toContainEqual([tide, true]);
    const listed = { name: 'document:listed', document: expect.objectContaining({ id: tide }) };
    expect(fixture.library('ned').slice(-3)).toContainEqual(expect.objectContaining(listed));
    // As when they leave the group of the outer one.
    await shareWithGroup(fixture, { group, role: 'viewer', document: plan });
    await leaveGroup(fixture, { group, person: 'ned' });
    const kept = inner === GROUP ? [] : [[tide, true]];
    expect((await listOf(fixture, 'ned')).filter(([id]) => id === tide)).toEqual(kept);
  },
);

test('GR6 what a person took off their list stays off it when the role around it ends', async () => {
  const fixture = await fixtureWithTree();
  await createGroup(fixture, group, ['ned']);
  await shareWithGroup(fixture, { group, role: 'viewer', document: plan });
  await fixture.do('ada', {
    ...{ name: 'member:change', input: { document: tide, user: 'ned', role: 'editor' } },
  });
  await fixture.do('ned', { name: 'document:unlist', input: { document: plan } });
  expect(await listOf(fixture, 'ned')).toEqual([]);
  await leaveGroup(fixture, { group, person: 'ned' });
  expect(await listOf(fixture, 'ned')).toEqual([]);
});

test('GR6 what is inside a document that was opened stays in open lists when the outer role ends', async () => {
  const fixture = await fixtureWithTree();
  await setLink(fixture, 'off', plan);
  await createGroup(fixture, group, ['ned']);
  await shareWithGroup(fixture, { group, role: 'viewer', document: plan });
  await visit(fixture, 'ned', plan);
  await fixture.do('ada', {
    ...{ name: 'member:change', input: { document: tide, user: 'ned', role: 'editor' } },
  });
  await leaveGroup(fixture, { group, person: 'ned' });
  expect((await listOf(fixture, 'ned')).map(([id]) => id)).toContain(tide);
  expect(toldLast(fixture, 'ned')).toMatchObject({
    ...{ name: 'document:listed', document: { id: tide, role: 'editor', parent: null } },
  });
});

test('GR3 GR4 the dialog shows the role that counts, be it given here or around, by a group or to the person', async () => {
  const fixture = await fixtureWithTree();
  await createGroup(fixture, group, ['ned', 'vi']);
  await fixture.do('ada', {
    ...{ name: 'member:change', input: { document: tide, user: 'ned', role: 'viewer' } },
  });
  await shareWithGroup(fixture, { group, role: 'editor', document: plan });
  const shown = async (user: string) =>
    (await readSharing(fixture.db, tide))?.members.find((of) => of.user.id === user);
  expect(await shown('ned')).toMatchObject({ role: 'editor', isOwn: true });
  expect(await shown('vi')).toMatchObject({ role: 'editor', isOwn: true, from: 1 });
});

test('GR6 who comes back later is not told of a document that they lost before', async () => {
  const fixture = await fixtureWithRoles();
  await createGroup(fixture, group, ['ned', 'vi']);
  await shareWithGroup(fixture, { group, role: 'editor' });
  await fixture.do('ada', { name: 'document:rename', input: { document, title: 'Secret' } });
  await shareWithGroup(fixture, { group, role: null });
  const stored = async (user: string) =>
    (
      await fixture.db
        .selectFrom('event')
        .select('data')
        .where('channel', '=', libraryKey(user))
        .execute()
    )
      .map(({ data }) => data)
      .join();
  expect(await stored('ned')).not.toMatch(/Secret|"Plan"/);
  // Vi has it on her list by a role of her own.
  expect(await stored('vi')).toContain('Secret');
});

test('GR3 GR6 a role of their own, and that of another group, hold after a group’s has ended', async () => {
  const fixture = await fixtureWithRoles();
  await setLink(fixture, 'off');
  await createGroup(fixture, group, ['ned', 'vi']);
  await createGroup(fixture, OTHER, ['ned']);
  await shareWithGroup(fixture, { group, role: 'editor' });
  await shareWithGroup(fixture, { group: OTHER, role: 'commenter' });
  expect(await roleIn(fixture, 'vi', document)).toBe('editor');
  const shown = async () =>
    (await readSharing(fixture.db, document))?.members.find(({ user }) => user.id === 'vi');
  expect(await shown()).toMatchObject({ role: 'editor', isOwn: true });
  await shareWithGroup(fixture, { group, role: null });
  expect(await shown()).toMatchObject({ role: 'viewer', isOwn: true });
  expect(await roleIn(fixture, 'ned', document)).toBe('commenter');
  expect(await roleIn(fixture, 'vi', document)).toBe('viewer');
  expect(await listOf(fixture, 'ned')).toEqual([[document, true]]);
  await shareWithGroup(fixture, { group, role: 'editor' });
  await fixture.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
  expect(await roleIn(fixture, 'vi', document)).toBe('editor');
  expect(await listOf(fixture, 'vi')).toEqual([[document, false]]);
});

const PEOPLE = ['ned', 'ed', 'vi'];
const person = fc.constantFrom(...PEOPLE);
const some = fc.constantFrom(plan, tide, ebb);
const groups = fc.constantFrom(GROUP, OTHER);
const given = fc.option(fc.constantFrom('editor' as const, 'viewer' as const), { freq: 2 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('part' as const), person, groups }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('share' as const), some, groups, given }) },
  fc.record({ kind: fc.constant('give' as const), some, person, given }),
  fc.record({ kind: fc.constant('visit' as const), some, person }),
  fc.record({ kind: fc.constant('unlist' as const), some, person }),
  fc.record({ kind: fc.constant('link' as const), some, link: fc.constantFrom('off', 'view') }),
  fc.record({ kind: fc.constant('restrict' as const), some, isRestricted: fc.boolean() }),
);

/** Whether or not it is refused: both leave pages and database the same. */
async function take(
  fixture: Fixture,
  change: typeof step extends fc.Arbitrary<infer S> ? S : never,
) {
  switch (change.kind) {
    case 'part': {
      const input = { group: change.groups, person: change.person };
      const { db } = fixture;
      const isIn = await isInGroup(db, { group: input.group, user: input.person });
      return await (isIn ? leaveGroup : joinGroup)(fixture, input);
    }
    case 'share':
      return await shareWithGroup(fixture, {
        ...{ group: change.groups, role: change.given, document: change.some },
      });
    case 'give': {
      const { some: id, person: user, given: role } = change;
      const call =
        role === null
          ? ({ name: 'member:remove', input: { document: id, user } } as const)
          : ({ name: 'member:change', input: { document: id, user, role } } as const);
      return void (await fixture.run('ada', call));
    }
    case 'visit':
      return await visit(fixture, change.person, change.some);
    case 'unlist':
      return void (await fixture.run(change.person, {
        ...{ name: 'document:unlist', input: { document: change.some } },
      }));
    case 'link': {
      const input = { document: change.some, link: change.link };
      return void (await fixture.run('ada', { name: 'link:change', input }));
    }
    case 'restrict': {
      const input = { document: change.some, isRestricted: change.isRestricted };
      return void (await fixture.run('ada', { name: 'document:restrict', input }));
    }
  }
}

test('GR3 GR5 GR6 open lists show what the database says, after any changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const fixture = await fixtureWithTree();
      const { db } = fixture;
      await createGroup(fixture, GROUP);
      await createGroup(fixture, OTHER);
      for (const id of PEOPLE) await registerUser(db, { id, at: 0 });
      const read = async (user: string) =>
        (await listDocuments(db, user)).map((entry) => toListed(entry));
      const pages = new Map<string, { from: number; state: LibraryState }>();
      for (const id of PEOPLE) {
        const user: User = { id, name: id, color: 0 };
        const documents = [...(await read(id))];
        const state: LibraryState = { type: 'library', user, documents, next: null };
        pages.set(id, { from: fixture.library(id).length, state });
      }
      for (const change of steps) await take(fixture, change);
      for (const [id, { from, state }] of pages) {
        const shown = fixture
          .library(id)
          .slice(from)
          .reduce((now, event) => reduceLibrary(now, event as LibraryEvent), state).documents;
        const visits = await db
          .selectFrom('visit')
          .select('document')
          .where('user', '=', id)
          .execute();
        const visited = new Set(visits.map((of) => of.document));
        // What is inside them is read when its branch of the tree is opened.
        const opened = (documents: readonly ListedDocument[]) =>
          documents
            .filter((of) => visited.has(of.id))
            .map(({ id: of, role, title }) => `${of} ${role} ${title}`)
            .toSorted();
        expect(opened(shown)).toEqual(opened(await read(id)));
      }
    }),
    { seed: 20_261_130, numRuns: 60 },
  );
});
