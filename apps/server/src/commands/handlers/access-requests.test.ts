import { describe, expect, test } from 'vitest';
import type { InboxState, MemberRole, Notification } from '@tandem/protocol';
import { ACCESS_REQUESTS } from '../../storage/limits.ts';
import { inboxKey } from '../../storage/channel-key.ts';
import { loadState } from '../../storage/channel-states.ts';
import { mergeGuest } from '../../storage/guest-merge.ts';
import { standingsIn } from '../../storage/roles.ts';
import { createUser, findUser } from '../../storage/users.ts';
import { DOCUMENT as document, fixtureWithRoles, type Fixture } from './testing/command-fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The link is off; Lin and Zoe, whom nobody has met, have no role. */
async function scene(): Promise<Fixture> {
  const fixture = await fixtureWithRoles();
  await createUser(fixture.db, { id: 'zoe', name: 'Zoe', color: 1, at: 0 });
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
  await fixture.db.deleteFrom('notification').execute();
  return fixture;
}

const request = (fixture: Fixture, user: string, { message = '', to = document } = {}) =>
  fixture.run(user, { name: 'access:request', input: { document: to, message } });

const answer = (
  fixture: Fixture,
  owner: string,
  { user = 'zoe', role = null as MemberRole | null } = {},
) => fixture.run(owner, { name: 'access:answer', input: { document, user, role } });

async function inbox(fixture: Fixture, user: string): Promise<readonly Notification[]> {
  const loaded = await loadState(fixture.db, inboxKey(user));
  return (loaded!.state as InboxState).notifications;
}

const roleOf = async (fixture: Fixture, user: string) =>
  (await standingsIn(fixture.db, document))(user)?.role ?? null;

/** What the person who asks could notice. */
async function noticed(fixture: Fixture, user: string, to: string) {
  const before = fixture.inbox(user).length + fixture.library(user).length;
  const effects = fixture.effects.length;
  const answer = await request(fixture, user, { to, message: 'May I?' });
  // How many events there were is not sent, and such a command costs nothing (W27).
  const reply = answer.kind === 'done' ? { ...answer, events: 0 } : answer;
  return {
    reply,
    events: fixture.inbox(user).length + fixture.library(user).length - before,
    effects: fixture.effects.length - effects,
  };
}

describe('PO7 a request', () => {
  test('reaches those who may share, with its words', async () => {
    const fixture = await scene();
    await request(fixture, 'zoe', { message: 'We met at\tthe harbour.' });
    const [notification, ...others] = await inbox(fixture, 'ada');
    expect(others).toEqual([]);
    expect(notification).toMatchObject({
      ...{ kind: 'request', document, title: 'Plan', source: null, isRead: false },
      ...{ by: { id: 'zoe', name: 'Zoe' }, excerpt: 'We met at the harbour.' },
    });
    expect(fixture.inbox('ada').at(-1)).toMatchObject({
      name: 'notification:listed',
      notifications: [notification],
    });
    for (const user of ['ed', 'coe', 'vi', 'lin']) expect(await inbox(fixture, user)).toEqual([]);
  });

  test('reaches owners who took the document off their list, or want to hear nothing of it', async () => {
    const fixture = await scene();
    const follows = { document, follows: 'none' } as const;
    await fixture.do('ada', { name: 'document:follow', input: follows });
    await fixture.do('ada', { name: 'document:unlist', input: { document } });
    await request(fixture, 'zoe');
    expect(await inbox(fixture, 'ada')).toMatchObject([{ kind: 'request' }]);
  });

  test('reaches the owners of the documents around it', async () => {
    const fixture = await scene();
    const inside = 'a-document-inside-the-plan';
    const place = { document: inside, parent: document, title: 'Tide' };
    await fixture.do('ed', { name: 'document:create', input: place });
    await request(fixture, 'zoe', { to: inside });
    for (const owner of ['ada', 'ed'])
      expect(await inbox(fixture, owner)).toMatchObject([{ kind: 'request', title: 'Tide' }]);
  });

  test('of a person who may read the document does nothing', async () => {
    const fixture = await scene();
    for (const user of ['ada', 'ed', 'vi']) await request(fixture, user);
    expect(await inbox(fixture, 'ada')).toEqual([]);
    expect(await fixture.db.selectFrom('access_request').selectAll().execute()).toEqual([]);
  });

  test('is not in an inbox while the document is in the trash, and gone after a purge', async () => {
    const fixture = await scene();
    await request(fixture, 'zoe', { message: 'Secret words' });
    await fixture.do('ada', { name: 'document:trash', input: { document } });
    expect(fixture.inbox('ada').at(-1)).toMatchObject({ name: 'notification:removed' });
    expect(await inbox(fixture, 'ada')).toEqual([]);
    await request(fixture, 'lin');
    await fixture.do('ada', { name: 'document:restore', input: { document } });
    expect(await inbox(fixture, 'ada')).toMatchObject([{ by: { id: 'zoe' } }]);
    await request(fixture, 'lin');
    expect(await inbox(fixture, 'ada')).toHaveLength(2);
    await fixture.do('ada', { name: 'document:trash', input: { document } });
    await fixture.do('ada', { name: 'document:purge', input: { document } });
    expect(await fixture.db.selectFrom('access_request').selectAll().execute()).toEqual([]);
    const events = await fixture.db.selectFrom('event').select('data').execute();
    expect(events.some(({ data }) => data.includes('Secret words'))).toBe(false);
  });

  test('of a guest becomes that of the account', async () => {
    const fixture = await scene();
    await request(fixture, 'zoe', { message: 'Me' });
    const account = (await findUser(fixture.db, 'lin'))!;
    await mergeGuest(fixture.db, { guest: 'zoe', account });
    expect(await inbox(fixture, 'ada')).toMatchObject([{ by: { id: 'lin' }, excerpt: 'Me' }]);
    // An inbox that is open still names the guest.
    expect(await answer(fixture, 'ada', { user: 'zoe', role: 'viewer' })).toMatchObject({
      kind: 'done',
    });
    expect(await roleOf(fixture, 'lin')).toBe('viewer');
    expect(await inbox(fixture, 'ada')).toEqual([]);
  });

  test('of a guest goes with the merge when the account was declined', async () => {
    const fixture = await scene();
    await request(fixture, 'lin');
    await answer(fixture, 'ada', { user: 'lin' });
    await request(fixture, 'zoe');
    const account = (await findUser(fixture.db, 'lin'))!;
    const { withdrawn } = await mergeGuest(fixture.db, { guest: 'zoe', account });
    expect(withdrawn).toMatchObject([{ user: 'ada' }]);
    expect(await inbox(fixture, 'ada')).toEqual([]);
    expect(await fixture.db.selectFrom('notification').selectAll().execute()).toEqual([]);
  });

  test.each(['viewer', 'editor'] as const)(
    'of an account whose guest was given a role is answered by that of a %s',
    async (role) => {
      const fixture = await scene();
      await request(fixture, 'lin');
      await request(fixture, 'zoe');
      await answer(fixture, 'ada', { user: 'zoe', role: 'viewer' });
      const account = (await findUser(fixture.db, 'lin'))!;
      await mergeGuest(fixture.db, { guest: 'zoe', account });
      expect(await inbox(fixture, 'ada')).toMatchObject([{ by: { id: 'lin' } }]);
      expect(await answer(fixture, 'ada', { user: 'lin', role })).toMatchObject({ kind: 'done' });
      expect(await inbox(fixture, 'ada')).toEqual([]);
      expect(fixture.inbox('ada').at(-1)).toMatchObject({ name: 'notification:removed' });
      expect(await fixture.db.selectFrom('access_request').selectAll().execute()).toEqual([]);
      expect(await roleOf(fixture, 'lin')).toBe(role);
    },
  );

  test('of an owner who was a guest when asking goes with the merge', async () => {
    const fixture = await scene();
    await request(fixture, 'zoe');
    await mergeGuest(fixture.db, { guest: 'zoe', account: (await findUser(fixture.db, 'ada'))! });
    expect(await inbox(fixture, 'ada')).toEqual([]);
  });
});

describe('PO8 who asks learns nothing', () => {
  test('of whether a document is there, in the trash, purged, or was declined', async () => {
    const fixture = await scene();
    const [trashed, purged] = ['a-document-in-the-trash', 'a-document-that-is-purged'] as const;
    for (const id of [trashed, purged]) {
      await fixture.do('ada', { name: 'document:create', input: { document: id } });
      const off = { document: id, link: 'off' } as const;
      await fixture.do('ada', { name: 'link:change', input: off });
      await fixture.do('ada', { name: 'document:trash', input: { document: id } });
    }
    await fixture.do('ada', { name: 'document:purge', input: { document: purged } });
    const nowhere = await noticed(fixture, 'zoe', 'no-document-has-this-id');
    expect(nowhere).toEqual({
      reply: { kind: 'done', repeated: false, positions: [], events: 0 },
      ...{ events: 0, effects: 0 },
    });
    for (const id of [document, trashed, purged, document])
      expect(await noticed(fixture, 'zoe', id)).toEqual(nowhere);
    await answer(fixture, 'ada');
    expect(await noticed(fixture, 'zoe', document)).toEqual(nowhere);
  });

  test('from the limit, which counts requests to documents that do not exist', async () => {
    for (const to of [(i: number) => `no-document-${i}`, (i: number) => `document-of-ada-${i}`]) {
      const fixture = await scene();
      for (let i = 0; i < ACCESS_REQUESTS.perPerson; i++) {
        const of = `document-of-ada-${i}`;
        await fixture.do('ada', { name: 'document:create', input: { document: of } });
        const off = { document: of, link: 'off' } as const;
        await fixture.do('ada', { name: 'link:change', input: off });
        expect(await request(fixture, 'zoe', { to: to(i) })).toMatchObject({ kind: 'done' });
      }
      // A repeated one is not another one.
      expect(await request(fixture, 'zoe', { to: to(0) })).toMatchObject({ kind: 'done' });
      for (const another of [document, 'nothing'])
        expect(await request(fixture, 'zoe', { to: another })).toMatchObject({
          kind: 'refused',
          error: { code: 'forbidden', temporary: false },
        });
      fixture.now += DAY_MS;
      expect(await request(fixture, 'zoe')).toMatchObject({ kind: 'done' });
    }
  });
});

test('PO8 the limit of a day is the same for a request that was declined as for one that is open', async () => {
  const answers: unknown[] = [];
  for (const isDeclined of [false, true]) {
    const fixture = await scene();
    await request(fixture, 'zoe');
    fixture.now += DAY_MS - 1;
    if (isDeclined) await answer(fixture, 'ada');
    fixture.now += 1;
    for (let i = 1; i < ACCESS_REQUESTS.perPerson; i++)
      await request(fixture, 'zoe', { to: `no-document-${i}` });
    // It counts again after a day.
    const of = [await request(fixture, 'zoe')];
    of.push(await request(fixture, 'zoe', { to: 'no-document-more' }));
    of.push(await request(fixture, 'zoe'));
    fixture.now += DAY_MS;
    for (let i = 0; i < ACCESS_REQUESTS.perPerson; i++)
      await request(fixture, 'zoe', { to: `no-document-${i}` });
    of.push(await request(fixture, 'zoe'));
    answers.push(of.map((each) => ({ ...each, events: 0 })));
    expect(of.map(({ kind }) => kind)).toEqual(['done', 'refused', 'done', 'refused']);
  }
  expect(answers[1]).toEqual(answers[0]);
});

describe('PO9 a flood of requests', () => {
  test('of one person notifies once, and again a day after it was declined', async () => {
    const fixture = await scene();
    for (const message of ['First', 'Second']) await request(fixture, 'zoe', { message });
    expect(await inbox(fixture, 'ada')).toMatchObject([{ excerpt: 'First' }]);
    await answer(fixture, 'ada');
    expect(await inbox(fixture, 'ada')).toEqual([]);
    fixture.now += DAY_MS / 2;
    await request(fixture, 'zoe', { message: 'Third' });
    expect(await inbox(fixture, 'ada')).toEqual([]);
    fixture.now += DAY_MS / 2;
    await request(fixture, 'zoe', { message: 'Fourth' });
    expect(await inbox(fixture, 'ada')).toMatchObject([{ excerpt: 'Fourth' }]);
  });

  test('of many people to one document stops at its limit, until some are answered', async () => {
    const fixture = await scene();
    const people = Array.from({ length: ACCESS_REQUESTS.perDocument + 1 }, (_, i) => `guest${i}`);
    for (const id of people) {
      await createUser(fixture.db, { id, name: id, color: 0, at: 0 });
      await request(fixture, id);
    }
    expect(await inbox(fixture, 'ada')).toHaveLength(ACCESS_REQUESTS.perDocument);
    await answer(fixture, 'ada', { user: 'guest0' });
    await answer(fixture, 'ada', { user: 'guest1' });
    await request(fixture, people.at(-1)!);
    expect((await inbox(fixture, 'ada'))[0]).toMatchObject({ by: { id: people.at(-1) } });
  });

  test('to many documents of one owner stops at the limit of an inbox', async () => {
    const fixture = await scene();
    for (let i = 0; i <= ACCESS_REQUESTS.perInbox; i++) {
      const [of, guest] = [`document-of-ada-number-${i}`, `guest${i}`];
      await fixture.do('ada', { name: 'document:create', input: { document: of } });
      const off = { document: of, link: 'off' } as const;
      await fixture.do('ada', { name: 'link:change', input: off });
      await createUser(fixture.db, { id: guest, name: guest, color: 0, at: 0 });
      await request(fixture, guest, { to: of });
    }
    expect(await inbox(fixture, 'ada')).toHaveLength(ACCESS_REQUESTS.perInbox);
  });
});

describe('PO10 an answer', () => {
  test.each(['viewer', 'commenter', 'editor'] as const)('gives the role of a %s', async (role) => {
    const fixture = await scene();
    await request(fixture, 'zoe');
    expect(await answer(fixture, 'ada', { role })).toMatchObject({ kind: 'done' });
    expect(await roleOf(fixture, 'zoe')).toBe(role);
    expect(await inbox(fixture, 'ada')).toEqual([]);
    expect(fixture.inbox('ada').at(-1)).toMatchObject({ name: 'notification:removed' });
    expect(await inbox(fixture, 'zoe')).toMatchObject([{ kind: 'share', title: 'Plan' }]);
    // By this the page of the person opens.
    expect(fixture.library('zoe').at(-1)).toMatchObject({ name: 'document:listed' });
    expect(fixture.effects).toContainEqual({ kind: 'access-changed', document });
  });

  test('of two owners: the first counts, and both inboxes are empty', async () => {
    const fixture = await scene();
    const inside = 'a-document-inside-the-plan';
    const place = { document: inside, parent: document };
    await fixture.do('ed', { name: 'document:create', input: place });
    await request(fixture, 'zoe', { to: inside });
    const of = (role: MemberRole | null) =>
      ({ name: 'access:answer', input: { document: inside, user: 'zoe', role } }) as const;
    await fixture.do('ada', of('viewer'));
    for (const owner of ['ada', 'ed']) expect(await inbox(fixture, owner)).toEqual([]);
    expect(await fixture.run('ed', of('viewer'))).toMatchObject({ kind: 'done' });
    for (const role of ['editor', null] as const)
      expect(await fixture.run('ed', of(role))).toMatchObject({
        kind: 'refused',
        error: { code: 'forbidden' },
      });
    expect((await standingsIn(fixture.db, inside))('zoe')?.role).toBe('viewer');
  });

  test('to nobody’s request gives nothing', async () => {
    const fixture = await scene();
    expect(await answer(fixture, 'ada', { role: 'editor' })).toMatchObject({ kind: 'refused' });
    expect(await roleOf(fixture, 'zoe')).toBeNull();
    await request(fixture, 'zoe');
    await answer(fixture, 'ada');
    expect(await answer(fixture, 'ada')).toMatchObject({ kind: 'done' });
    expect(await answer(fixture, 'ada', { role: 'editor' })).toMatchObject({ kind: 'refused' });
    expect(await roleOf(fixture, 'zoe')).toBeNull();
  });

  test('is also a role that the owner gives by name', async () => {
    const fixture = await scene();
    await request(fixture, 'lin');
    const given = { document, user: 'lin', role: 'viewer' } as const;
    await fixture.do('ada', { name: 'member:change', input: given });
    expect(await inbox(fixture, 'ada')).toEqual([]);
    expect(await fixture.db.selectFrom('access_request').selectAll().execute()).toEqual([]);
  });
});
