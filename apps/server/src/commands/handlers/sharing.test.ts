import { describe, expect, test } from 'vitest';
import type { LinkAccess } from '@tandem/protocol';
import { listDocuments } from '../../storage/library.ts';
import { standingsIn } from '../../storage/roles.ts';
import { mergeGuest } from '../../storage/guest-merge.ts';
import { findLinkPassword } from '../../storage/link-terms.ts';
import { readSharing } from '../../storage/sharing.ts';
import { createUser, findUser } from '../../storage/users.ts';
import { LIBRARY, SHARING, VISITS } from '../../storage/limits.ts';
import {
  DOCUMENT as document,
  meet,
  fixtureWithRoles,
  type Fixture,
} from './testing/command-fixture.ts';

const setLink = (fixture: Fixture, link: LinkAccess) =>
  fixture.do('ada', { name: 'link:change', input: { document, link } });

const give = (fixture: Fixture, user: string, role: 'editor' | 'viewer') =>
  fixture.do('ada', { name: 'member:change', input: { document, user, role } });

const told = (fixture: Fixture, user: string) => {
  const { at: _at, command: _command, ...event } = fixture.library(user).at(-1)!;
  return event;
};

const rolesNow = async (fixture: Fixture) => {
  const standingOf = await standingsIn(fixture.db, document);
  return ['ada', 'ed', 'vi', 'lin'].map((user) => standingOf(user)?.role ?? null);
};

describe('a link', () => {
  test('changes the role of users without their own role', async () => {
    const fixture = await fixtureWithRoles();
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'editor']);
    await setLink(fixture, 'comment');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'commenter']);
    await setLink(fixture, 'view');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'viewer']);
    await setLink(fixture, 'off');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', null]);
  });

  test('publishes the new role to the libraries of affected users', async () => {
    const fixture = await fixtureWithRoles();
    const before = ['ada', 'ed', 'vi'].map((user) => fixture.library(user).length);
    await setLink(fixture, 'view');
    expect(told(fixture, 'lin')).toMatchObject({
      name: 'document:listed',
      document: { id: document, title: 'Plan', role: 'viewer' },
    });
    await setLink(fixture, 'off');
    expect(told(fixture, 'lin')).toEqual({ name: 'document:unlisted', document });
    await setLink(fixture, 'edit');
    expect(told(fixture, 'lin')).toMatchObject({
      name: 'document:listed',
      document: { role: 'editor' },
    });
    expect(['ada', 'ed', 'vi'].map((user) => fixture.library(user).length)).toEqual(before);
    expect(fixture.effects.slice(-5)).toEqual([
      { kind: 'access-changed', document },
      { kind: 'access-changed', document },
      { kind: 'unlisted', document, user: 'lin' },
      { kind: 'access-changed', document },
      { kind: 'listed', document, user: 'lin' },
    ]);
  });

  test('publishes to a limited number of libraries', async () => {
    const fixture = await fixtureWithRoles();
    await fixture.db
      .insertInto('visit')
      .values(
        Array.from({ length: LIBRARY.maxNotifiedLibraries }, (_, i) => ({
          user: `u${i}`,
          document,
          opened_at: fixture.now + 1 + i,
        })),
      )
      .execute();
    const before = fixture.library('lin').length;
    await setLink(fixture, 'view');
    expect(fixture.library('lin')).toHaveLength(before);
    expect(fixture.library('u0')).toHaveLength(1);
    await fixture.do('ada', { name: 'document:rename', input: { document, title: 'Plan B' } });
    expect(fixture.library('lin')).toHaveLength(before);
    expect(told(fixture, `u${LIBRARY.maxNotifiedLibraries - 1}`)).toMatchObject({
      name: 'document:renamed',
    });
  });

  test('without a change does nothing', async () => {
    const fixture = await fixtureWithRoles();
    const events = fixture.sharing().length;
    await setLink(fixture, 'edit');
    expect(fixture.sharing()).toHaveLength(events);
  });
});

describe('PO11 a link that ends', () => {
  const endAt = (fixture: Fixture, expiresAt: number | null, link: LinkAccess = 'edit') =>
    fixture.run('ada', { name: 'link:change', input: { document, link, expiresAt } });
  const expire = (fixture: Fixture) =>
    fixture.do('ada', { name: 'link:expire', input: { document } });
  const sharing = async (fixture: Fixture) => await readSharing(fixture.db, document);

  test('is off from then on, as if its owner had turned it off', async () => {
    const fixture = await fixtureWithRoles();
    const expiresAt = fixture.now + 1_000;
    await endAt(fixture, expiresAt);
    expect(await sharing(fixture)).toMatchObject({ link: 'edit', expiresAt });
    await expire(fixture);
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'editor']);
    fixture.now = expiresAt;
    const before = fixture.effects.length;
    await expire(fixture);
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', null]);
    expect(told(fixture, 'lin')).toEqual({ name: 'document:unlisted', document });
    expect(fixture.sharing().at(-1)).toMatchObject({
      name: 'link:changed',
      ...{ link: 'off', expiresAt },
    });
    expect(await sharing(fixture)).toMatchObject({ link: 'off', expiresAt });
    expect(fixture.effects.slice(before)).toContainEqual({ kind: 'access-changed', document });
    // Each node says so.
    const events = fixture.sharing().length;
    await expire(fixture);
    expect(fixture.sharing()).toHaveLength(events);
  });

  test('keeps its time when what it allows changes, and loses it when it is turned off', async () => {
    const fixture = await fixtureWithRoles();
    const expiresAt = fixture.now + 1_000;
    await endAt(fixture, expiresAt);
    await setLink(fixture, 'view');
    expect(await sharing(fixture)).toMatchObject({ link: 'view', expiresAt });
    await setLink(fixture, 'off');
    await setLink(fixture, 'view');
    expect(await sharing(fixture)).toMatchObject({ link: 'view', expiresAt: null });
    await endAt(fixture, expiresAt);
    await endAt(fixture, null);
    fixture.now = expiresAt;
    await expire(fixture);
    expect(await sharing(fixture)).toMatchObject({ link: 'edit', expiresAt: null });
  });

  test('does not end in the past, and is opened again without its old time', async () => {
    const fixture = await fixtureWithRoles();
    expect(await endAt(fixture, fixture.now)).toMatchObject({ error: { code: 'forbidden' } });
    const expiresAt = fixture.now + 1_000;
    await endAt(fixture, expiresAt);
    fixture.now = expiresAt;
    await expire(fixture);
    await setLink(fixture, 'off');
    expect(await sharing(fixture)).toMatchObject({ link: 'off', expiresAt: null });
    await setLink(fixture, 'edit');
    await expire(fixture);
    expect(await sharing(fixture)).toMatchObject({ link: 'edit', expiresAt: null });
  });

  test('gets another time with what it allows by then, and is not opened by one', async () => {
    const fixture = await fixtureWithRoles();
    const [soon, later] = [fixture.now + 1_000, fixture.now + 9_000];
    const end = (expiresAt: number | null) =>
      fixture.run('ada', { name: 'link:change', input: { document, expiresAt } });
    await setLink(fixture, 'view');
    expect(await end(soon)).toMatchObject({ kind: 'done' });
    expect(await sharing(fixture)).toMatchObject({ link: 'view', expiresAt: soon });
    fixture.now = soon;
    await expire(fixture);
    const events = fixture.sharing().length;
    for (const expiresAt of [later, null])
      expect(await end(expiresAt)).toMatchObject({ error: { code: 'forbidden' } });
    expect(await sharing(fixture)).toMatchObject({ link: 'off', expiresAt: soon });
    await setLink(fixture, 'off');
    expect(await end(later)).toMatchObject({ error: { code: 'forbidden' } });
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', null]);
    expect(fixture.sharing()).toHaveLength(events + 1);
  });
});

describe('PO12 a link with a password', () => {
  const protect = (fixture: Fixture, passwordHash: string | null, user = 'ada') =>
    fixture.run(user, { name: 'link:protect', input: { document, passwordHash } });
  const enter = (fixture: Fixture, user: string, verifiedHash: string) =>
    fixture.run(user, { name: 'link:enter', input: { document, verifiedHash } });
  const byLink = async (fixture: Fixture) =>
    (await readSharing(fixture.db, document))?.members
      .filter(({ isOwn }) => !isOwn)
      .map(({ user }) => user.id);

  test('sends away who came by the link, and lets in who has entered it', async () => {
    const fixture = await fixtureWithRoles();
    expect(await byLink(fixture)).toEqual(['lin']);
    await protect(fixture, 'first');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', null]);
    expect(told(fixture, 'lin')).toEqual({ name: 'document:unlisted', document });
    expect(fixture.effects).toContainEqual({ kind: 'access-changed', document });
    expect(await readSharing(fixture.db, document)).toMatchObject({ hasPassword: true });
    expect(fixture.sharing().slice(-2)).toMatchObject([
      { name: 'link:changed', link: 'edit', hasPassword: true },
      { name: 'inheritance:changed' },
    ]);
    expect(await byLink(fixture)).toEqual([]);
    expect(JSON.stringify(await readSharing(fixture.db, document))).not.toContain('first');

    await enter(fixture, 'lin', 'first');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'editor']);
    expect(told(fixture, 'lin')).toMatchObject({ name: 'document:listed' });
    expect(await byLink(fixture)).toEqual(['lin']);
    await setLink(fixture, 'view');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'viewer']);
    await protect(fixture, 'second');
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', null]);
    await protect(fixture, null);
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'viewer']);
  });

  test('is not entered with a password that was changed meanwhile', async () => {
    const fixture = await fixtureWithRoles();
    await protect(fixture, 'first');
    await protect(fixture, 'second');
    expect(await enter(fixture, 'lin', 'first')).toMatchObject({ error: { code: 'forbidden' } });
    await protect(fixture, null);
    expect(await enter(fixture, 'lin', 'second')).toMatchObject({ error: { code: 'forbidden' } });
    await setLink(fixture, 'off');
    expect(await protect(fixture, 'third')).toMatchObject({ error: { code: 'forbidden' } });
    expect(await enter(fixture, 'lin', 'third')).toMatchObject({ error: { code: 'forbidden' } });
  });

  test('forgets the password and who entered it when it is turned off, or ends', async () => {
    const fixture = await fixtureWithRoles();
    for (const end of ['off', 'over'] as const) {
      await setLink(fixture, 'edit');
      await protect(fixture, 'first');
      await enter(fixture, 'lin', 'first');
      const expiresAt = fixture.now + 1_000;
      const input = { document, link: 'edit', expiresAt } as const;
      await fixture.do('ada', { name: 'link:change', input });
      expect((await rolesNow(fixture))[3]).toBe('editor');
      if (end === 'off') await setLink(fixture, 'off');
      else {
        fixture.now = expiresAt;
        await fixture.do('ada', { name: 'link:expire', input: { document } });
      }
      expect((await rolesNow(fixture))[3]).toBeNull();
      expect(await fixture.db.selectFrom('link_entry').selectAll().execute()).toEqual([]);
      expect(await fixture.db.selectFrom('link_terms').select('password').execute()).toEqual(
        end === 'off' ? [] : [{ password: null }],
      );
    }
  });

  test('has at most so many people, who may enter it again', async () => {
    const fixture = await fixtureWithRoles();
    await protect(fixture, 'first');
    const others = Array.from({ length: SHARING.maxEntered - 1 }, (_, i) => ({
      ...{ document, user: `u${i}`, at: 1 },
    }));
    for (let from = 0; from < others.length; from += 200)
      await fixture.db
        .insertInto('link_entry')
        .values(others.slice(from, from + 200))
        .execute();
    expect(await enter(fixture, 'lin', 'first')).toMatchObject({ kind: 'done' });
    expect(await enter(fixture, 'ned', 'first')).toMatchObject({ error: { code: 'forbidden' } });
    expect(await enter(fixture, 'lin', 'first')).toMatchObject({ kind: 'done' });
    expect((await rolesNow(fixture))[3]).toBe('editor');
  });

  test('of the document around it holds inside, too', async () => {
    const fixture = await fixtureWithRoles();
    const inside = 'a-document-inside-the-plan';
    const place = { document: inside, parent: document };
    await fixture.do('ada', { name: 'document:create', input: place });
    const roleInside = async () => (await standingsIn(fixture.db, inside))('lin')?.role ?? null;
    expect(await roleInside()).toBe('editor');
    await protect(fixture, 'first');
    expect(await roleInside()).toBeNull();
    expect(await findLinkPassword(fixture.db, inside)).toEqual({ document, password: 'first' });
    expect(await findLinkPassword(fixture.db, 'nowhere')).toBeNull();
    await enter(fixture, 'lin', 'first');
    expect(await roleInside()).toBe('editor');
  });

  test('entered as a guest holds for the account', async () => {
    const fixture = await fixtureWithRoles();
    await protect(fixture, 'first');
    await enter(fixture, 'lin', 'first');
    const account = (await findUser(fixture.db, 'ned'))!;
    await mergeGuest(fixture.db, { guest: 'lin', account });
    expect((await standingsIn(fixture.db, document))('ned')?.role).toBe('editor');
  });
});

describe('a role', () => {
  test('given to a user counts, whatever the link gives', async () => {
    const fixture = await fixtureWithRoles();
    await fixture.do('ada', {
      name: 'member:change',
      input: { document, user: 'lin', role: 'viewer' },
    });
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', 'viewer', 'viewer']);
    expect(told(fixture, 'lin')).toMatchObject({ document: { role: 'viewer' } });
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'lin' } });
    expect(told(fixture, 'lin')).toMatchObject({ document: { role: 'editor' } });
    expect(fixture.sharing().at(-1)).toMatchObject({
      name: 'member:changed',
      member: { user: { id: 'lin' }, role: 'editor', isOwn: false },
    });
  });

  test('that is removed unlists the document when the link gives none', async () => {
    const fixture = await fixtureWithRoles();
    await setLink(fixture, 'off');
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
    expect(told(fixture, 'vi')).toEqual({ name: 'document:unlisted', document });
    expect(fixture.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'vi' });
    expect(await rolesNow(fixture)).toEqual(['owner', 'editor', null, null]);
  });

  test('lists the document for a user who never opened it, as new until the first visit', async () => {
    const fixture = await fixtureWithRoles();
    await give(fixture, 'ned', 'editor');
    const listed = { name: 'document:listed', document: { id: document, role: 'editor' } };
    expect(told(fixture, 'ned')).toMatchObject({ ...listed, document: { isNew: true } });
    expect(fixture.effects).toContainEqual({ kind: 'listed', document, user: 'ned' });
    await give(fixture, 'ned', 'viewer');
    expect(told(fixture, 'ned')).toMatchObject({ document: { role: 'viewer', isNew: true } });
    fixture.now += VISITS.sameVisitMs;
    await fixture.do('ned', { name: 'document:visit', input: { document } });
    expect(told(fixture, 'ned')).toMatchObject({ document: { role: 'viewer' } });
    expect(told(fixture, 'ned')).not.toHaveProperty('document.isNew');
    expect(fixture.library('ned')).toHaveLength(3);
    await give(fixture, 'lin', 'editor');
    expect(fixture.library('lin')).toHaveLength(1);
  });

  test('that is removed unlists a document that was never opened, whatever the link gives', async () => {
    const fixture = await fixtureWithRoles();
    await give(fixture, 'ned', 'editor');
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'ned' } });
    expect(told(fixture, 'ned')).toEqual({ name: 'document:unlisted', document });
    expect(fixture.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'ned' });
    expect(fixture.effects.at(-1)).toEqual({ kind: 'unlisted', document, user: 'ned' });
    expect(await listDocuments(fixture.db, 'ned')).toEqual([]);
  });

  test('that changes does not list a document that its user unlisted', async () => {
    const fixture = await fixtureWithRoles();
    await fixture.do('vi', { name: 'document:unlist', input: { document } });
    await give(fixture, 'vi', 'editor');
    expect(told(fixture, 'vi')).toEqual({ name: 'document:unlisted', document });
    await meet(fixture.db, ['ada', 'vi']);
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
    await give(fixture, 'vi', 'viewer');
    expect(told(fixture, 'vi')).toMatchObject({ document: { role: 'viewer', isNew: true } });
  });

  test('PE2 cannot be given to a user the owner has not met, with the same answer as for a missing user', async () => {
    const fixture = await fixtureWithRoles();
    await createUser(fixture.db, { id: 'eve', name: 'Eve', color: 0, at: 0 });
    const giveTo = (user: string) =>
      fixture.run('ada', { name: 'member:change', input: { document, user, role: 'editor' } });
    const answer = await giveTo('eve');
    expect(answer).toMatchObject({ kind: 'refused', error: { code: 'not-found' } });
    expect(await giveTo('nobody')).toEqual(answer);
    await meet(fixture.db, ['eve', 'ada']);
    expect(await giveTo('eve')).toMatchObject({ kind: 'done' });
    expect(told(fixture, 'eve')).toMatchObject({ document: { id: document, isNew: true } });
    expect(fixture.library('eve')).toHaveLength(1);
  });

  test('can be given to a limited number of users', async () => {
    const fixture = await fixtureWithRoles();
    const giveOne = (user: string, role: 'editor' | 'viewer' = 'viewer') =>
      fixture.run('ada', { name: 'member:change', input: { document, user, role } });
    for (let i = 0; i <= SHARING.maxMembers; i++) {
      await createUser(fixture.db, { id: `u${i}`, name: 'Somebody', color: 0, at: 0 });
      await meet(fixture.db, ['ada', `u${i}`]);
    }
    const answers = [];
    for (let i = 0; i <= SHARING.maxMembers; i++) answers.push((await giveOne(`u${i}`)).kind);
    expect(answers.filter((kind) => kind === 'done')).toHaveLength(SHARING.maxMembers - 3);
    expect(await giveOne('u0', 'editor')).toMatchObject({ kind: 'done' });
  });
});

describe('a list', () => {
  test('has a document opened by link once, with the read mark of its chat', async () => {
    const fixture = await fixtureWithRoles();
    const { effects } = fixture;
    expect(fixture.library('lin')).toHaveLength(1);
    expect(told(fixture, 'lin')).toMatchObject({
      name: 'document:listed',
      document: { id: document, role: 'editor', chatRead: 0 },
    });
    expect(effects).toContainEqual({ kind: 'listed', document, user: 'lin' });
    await fixture.do('lin', { name: 'document:visit', input: { document } });
    expect(fixture.library('lin')).toHaveLength(1);
    expect(fixture.sharing()).toContainEqual(
      expect.objectContaining({
        name: 'member:changed',
        member: { user: expect.objectContaining({ id: 'lin' }), role: 'editor', isOwn: false },
      }),
    );
  });

  test('loses a document that its user unlists, and other lists keep it', async () => {
    const fixture = await fixtureWithRoles();
    await fixture.do('lin', { name: 'document:unlist', input: { document } });
    expect(told(fixture, 'lin')).toEqual({ name: 'document:unlisted', document });
    expect(fixture.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'lin' });
    const { length } = fixture.library('lin');
    await fixture.do('lin', { name: 'document:unlist', input: { document } });
    await fixture.do('ada', { name: 'document:rename', input: { document, title: 'Plan B' } });
    expect(fixture.library('lin')).toHaveLength(length);
    expect(told(fixture, 'ed')).toMatchObject({ name: 'document:renamed', title: 'Plan B' });
  });

  test('gets no new title of a document that its user may no longer see', async () => {
    const fixture = await fixtureWithRoles();
    await setLink(fixture, 'off');
    await fixture.do('ada', { name: 'document:rename', input: { document, title: 'Secret' } });
    expect(JSON.stringify(fixture.library('lin'))).not.toContain('Secret');
    expect(fixture.effects.at(-1)).toEqual({ kind: 'renamed', document, title: 'Secret' });
  });
});
