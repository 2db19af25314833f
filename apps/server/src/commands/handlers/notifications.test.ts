import { describe, expect, test } from 'vitest';
import type { ChannelEvent, InboxState, Notification } from '@tandem/protocol';
import { NOTIFICATIONS } from '../../storage/limits.ts';
import { inboxKey } from '../../storage/channel-key.ts';
import { loadState } from '../../storage/channel-states.ts';
import { offerGuest } from '../../storage/guest-offers.ts';
import { deleteOldNotifications, readInboxPage } from '../../storage/notifications.ts';
import { createUser, registerUser } from '../../storage/users.ts';
import {
  ANCHOR,
  DOCUMENT as document,
  fixtureWithRoles,
  type Fixture,
} from './testing/command-fixture.ts';

const naming = (...users: string[]) => users.map((user, i) => ({ user, offset: i * 2, length: 2 }));

async function send(
  fixture: Fixture,
  author: string,
  { to = [], replyTo = null, text = 'Low at noon, high at six.' }: SendOptions = {},
): Promise<string> {
  const id = fixture.nextId();
  const input = { document, text, mentions: naming(...to), replyTo };
  expect(await fixture.run(author, { name: 'chat:send', input }, id)).toMatchObject({
    kind: 'done',
  });
  return id;
}

interface SendOptions {
  readonly to?: readonly string[];
  readonly replyTo?: string | null;
  readonly text?: string;
}

async function comment(fixture: Fixture, author: string, to: string[] = []): Promise<string> {
  const id = fixture.nextId();
  const input = { document, anchor: ANCHOR, text: 'Is this low?', mentions: naming(...to) };
  await fixture.run(author, { name: 'comment:start', input }, id);
  return id;
}

async function reply(
  fixture: Fixture,
  author: string,
  thread: string,
  to: string[] = [],
): Promise<string> {
  const id = fixture.nextId();
  const input = { document, thread, text: 'It is.', mentions: naming(...to) };
  await fixture.run(author, { name: 'comment:reply', input }, id);
  return id;
}

/** What a device that reads the whole state has. */
async function inbox(fixture: Fixture, user: string): Promise<readonly Notification[]> {
  const loaded = await loadState(fixture.db, inboxKey(user));
  return (loaded!.state as InboxState).notifications;
}

async function kinds(fixture: Fixture, user: string): Promise<string[]> {
  return (await inbox(fixture, user)).map(({ kind }) => kind);
}

/** The events that the database keeps for who returns. */
async function stored(
  { db }: Fixture,
  user: string,
  type: 'inbox' | 'library' = 'inbox',
): Promise<string> {
  const rows = await db
    .selectFrom('event')
    .select('data')
    .where('channel', '=', `${type}:${user}`)
    .execute();
  return rows.map(({ data }) => data).join('\n');
}

const lastOf = (fixture: Fixture, user: string): ChannelEvent | undefined =>
  fixture.inbox(user).at(-1);

/** Without the notifications of the roles that the fixture gave. */
async function scene(): Promise<Fixture> {
  const fixture = await fixtureWithRoles();
  await fixture.db.deleteFrom('notification').execute();
  return fixture;
}

describe('NT1 what a person is notified of', () => {
  test('a message that names them, with its words', async () => {
    const fixture = await scene();
    const id = await send(fixture, 'ada', { to: ['ed'], text: 'Low at\nnoon.' });
    const [notification, ...others] = await inbox(fixture, 'ed');
    expect(others).toEqual([]);
    expect(notification).toMatchObject({
      ...{ kind: 'mention', document, title: 'Plan', isRead: false, excerpt: 'Low at noon.' },
      by: { id: 'ada', name: 'Name of ada' },
      source: { channel: 'chat', message: id },
    });
    expect(lastOf(fixture, 'ed')).toMatchObject({
      name: 'notification:listed',
      notifications: [notification],
    });
  });

  test('a reply to their message, and to a thread in which they wrote', async () => {
    const fixture = await scene();
    await send(fixture, 'ada', { replyTo: await send(fixture, 'ed') });
    const thread = await comment(fixture, 'coe');
    const answer = await reply(fixture, 'ada', thread);
    await reply(fixture, 'ed', thread);
    expect(await kinds(fixture, 'ed')).toEqual(['reply']);
    expect(await kinds(fixture, 'coe')).toEqual(['reply', 'reply']);
    expect(await kinds(fixture, 'ada')).toEqual(['reply']);
    expect((await inbox(fixture, 'coe'))[1]).toMatchObject({
      source: { channel: 'comments', thread, message: answer },
    });
  });

  test('a role, once for as long as they have it', async () => {
    const fixture = await scene();
    const give = (role: 'viewer' | 'editor') =>
      fixture.do('ada', { name: 'member:change', input: { document, user: 'ned', role } });
    await give('viewer');
    await give('editor');
    expect(await inbox(fixture, 'ned')).toMatchObject([
      { kind: 'share', title: 'Plan', by: { id: 'ada' }, source: null, excerpt: '' },
    ]);
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'ned' } });
    expect(await inbox(fixture, 'ned')).toEqual([]);
    expect(lastOf(fixture, 'ned')).toMatchObject({ name: 'notification:removed' });
    await give('viewer');
    expect(await kinds(fixture, 'ned')).toEqual(['share']);
  });
});

describe('NT2 who is not notified', () => {
  test('the author, also by naming or answering themselves', async () => {
    const fixture = await scene();
    const id = await send(fixture, 'ed', { to: ['ed'] });
    await send(fixture, 'ed', { to: ['ed'], replyTo: id });
    const thread = await comment(fixture, 'ed', ['ed']);
    await reply(fixture, 'ed', thread);
    expect(await inbox(fixture, 'ed')).toEqual([]);
  });

  test('a person who may not read the document, or does not have it on their list', async () => {
    const fixture = await scene();
    // By the link, Ned may read it, but he never did: anybody could fill his inbox.
    await send(fixture, 'ada', { to: ['ned', 'nobody'] });
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
    await send(fixture, 'ada', { to: ['lin'] });
    expect(await fixture.db.selectFrom('notification').selectAll().execute()).toEqual([]);
  });

  test('the author of a deleted message, by an answer to it', async () => {
    const fixture = await scene();
    const message = await send(fixture, 'ed');
    await fixture.do('ed', { name: 'chat:delete', input: { document, message } });
    await send(fixture, 'ada', { replyTo: message });
    expect(await inbox(fixture, 'ed')).toEqual([]);
  });

  test('a person who wants to be notified of nothing there', async () => {
    const fixture = await scene();
    await fixture.do('ed', { name: 'document:follow', input: { document, follows: 'none' } });
    await send(fixture, 'ada', { to: ['ed', 'vi'] });
    expect(await inbox(fixture, 'ed')).toEqual([]);
    expect(await kinds(fixture, 'vi')).toEqual(['mention']);
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'ed' } });
    await fixture.do('ada', {
      name: 'member:change',
      input: { document, user: 'ed', role: 'viewer' },
    });
    expect(await kinds(fixture, 'ed')).toEqual(['share']);
    await fixture.do('ed', { name: 'document:follow', input: { document, follows: 'own' } });
    await send(fixture, 'ada', { to: ['ed'] });
    expect(await kinds(fixture, 'ed')).toEqual(['mention', 'share']);
  });
});

describe('NT3 once for each cause', () => {
  test('a mention in a reply is a mention', async () => {
    const fixture = await scene();
    await send(fixture, 'ada', { to: ['ed', 'ed'], replyTo: await send(fixture, 'ed') });
    expect(await kinds(fixture, 'ed')).toEqual(['mention']);
    expect(fixture.inbox('ed').filter(({ name }) => name === 'notification:listed')).toHaveLength(
      2,
    );
  });

  test('an edit notifies those whom it adds, and changes the words of the others', async () => {
    const fixture = await scene();
    const message = await send(fixture, 'ada', { to: ['ed'] });
    const edit = (text: string, ...to: string[]) =>
      fixture.do('ada', {
        name: 'chat:edit',
        input: { document, message, text, mentions: naming(...to) },
      });
    await edit('High at noon.', 'ed', 'vi');
    expect(await inbox(fixture, 'ed')).toMatchObject([{ excerpt: 'High at noon.' }]);
    expect(lastOf(fixture, 'ed')).toMatchObject({
      name: 'notification:listed',
      notifications: [{ excerpt: 'High at noon.', isRead: false }],
    });
    expect(await inbox(fixture, 'vi')).toMatchObject([{ excerpt: 'High at noon.' }]);
    await edit('Nobody.');
    await edit('Both.', 'ed', 'vi');
    expect(await kinds(fixture, 'ed')).toEqual(['mention']);
    expect(await kinds(fixture, 'vi')).toEqual(['mention']);
  });

  test('an edit of a comment names a person who was notified of it as a reply', async () => {
    const fixture = await scene();
    const thread = await comment(fixture, 'ed');
    const message = await reply(fixture, 'ada', thread);
    const about = { document, message, text: 'It is!', mentions: naming('ed') };
    await fixture.do('ada', { name: 'comment:edit', input: about });
    expect(await inbox(fixture, 'ed')).toMatchObject([{ kind: 'reply', excerpt: 'It is!' }]);
  });

  test('a command that is sent twice notifies once (W25)', async () => {
    const fixture = await scene();
    const id = fixture.nextId();
    const input = { document, text: 'Low', mentions: naming('ed'), replyTo: null };
    for (let i = 0; i < 2; i++) await fixture.run('ada', { name: 'chat:send', input }, id);
    // Its result is forgotten, but not its message.
    await fixture.db.deleteFrom('command').execute();
    await fixture.run('ada', { name: 'chat:send', input }, id);
    expect(await kinds(fixture, 'ed')).toEqual(['mention']);
  });
});

test('NT4 a message notifies a bounded number of people, and those whom it names first', async () => {
  const fixture = await scene();
  const followers = Array.from({ length: NOTIFICATIONS.maxRecipients + 5 }, (_, i) => `f${i}`);
  await fixture.db
    .insertInto('visit')
    .values(
      followers.map((user, i) => ({ user, document, opened_at: 10 + i, follows: 'all' as const })),
    )
    .execute();
  await comment(fixture, 'ada', ['ed']);
  const rows = await fixture.db.selectFrom('notification').select(['user', 'kind']).execute();
  expect(rows).toHaveLength(NOTIFICATIONS.maxRecipients);
  expect(rows).toContainEqual({ user: 'ed', kind: 'mention' });
  expect(rows).not.toContainEqual({ user: 'f0', kind: 'comment' });
});

describe('NT4 edits', () => {
  async function crowd({ db }: Fixture, count: number): Promise<string[]> {
    const people = Array.from({ length: count }, (_, i) => `c${i}`);
    for (const id of people) await createUser(db, { id, name: id, color: 1, at: 0 });
    await db
      .insertInto('visit')
      .values(people.map((user) => ({ user, document, opened_at: 1 })))
      .execute();
    return people;
  }

  test('of a message count together', async () => {
    const fixture = await scene();
    const people = await crowd(fixture, NOTIFICATIONS.maxRecipients + 15);
    const message = await send(fixture, 'coe', { to: people.slice(0, 20) });
    for (let from = 20; from < people.length; from += 20)
      await fixture.do('coe', {
        name: 'chat:edit',
        input: { document, message, text: 'x', mentions: naming(...people.slice(from, from + 20)) },
      });
    const rows = await fixture.db.selectFrom('notification').select('user').execute();
    expect(rows).toHaveLength(NOTIFICATIONS.maxRecipients);
    expect(rows).not.toContainEqual({ user: people.at(-1) });
  });

  test('that change nothing of what inboxes show tell them nothing', async () => {
    const fixture = await scene();
    const text = `${'Low at noon. '.repeat(40)}High`;
    const message = await send(fixture, 'coe', { to: ['ed'], text });
    const before = fixture.inbox('ed').length;
    const edit = (words: string) =>
      fixture.do('coe', {
        name: 'chat:edit',
        input: { document, message, text: words, mentions: naming('ed') },
      });
    await edit(text);
    await edit(`${text} at six`);
    expect(fixture.inbox('ed')).toHaveLength(before);
    await edit('Low');
    expect(fixture.inbox('ed')).toHaveLength(before + 1);
  });
});

describe('NT5 following', () => {
  test('all comments of a document, but not its chat', async () => {
    const fixture = await scene();
    await fixture.do('vi', { name: 'document:follow', input: { document, follows: 'all' } });
    expect(fixture.library('vi').at(-1)).toMatchObject({
      name: 'document:followed',
      follows: 'all',
    });
    const thread = await comment(fixture, 'ada');
    await reply(fixture, 'ed', thread);
    await send(fixture, 'ada');
    expect(await kinds(fixture, 'vi')).toEqual(['comment', 'comment']);
    const { state } = (await loadState(fixture.db, `library:vi`))!;
    expect(state).toMatchObject({ documents: [{ id: document, follows: 'all' }] });
  });

  test('a thread only for as long as one has something in it', async () => {
    const fixture = await scene();
    const thread = await comment(fixture, 'ada');
    const message = await reply(fixture, 'ed', thread);
    await fixture.do('ed', { name: 'comment:delete', input: { document, message } });
    await reply(fixture, 'ada', thread);
    expect(await inbox(fixture, 'ed')).toEqual([]);
  });
});

describe('NT6 what is seen', () => {
  test('some, or all up to one; of the person alone', async () => {
    const fixture = await scene();
    for (let i = 0; i < 4; i++) await send(fixture, 'ada', { to: ['ed', 'vi'] });
    const [, second, , fourth] = await inbox(fixture, 'ed');
    const isRead = async (user: string) => (await inbox(fixture, user)).map((of) => of.isRead);
    const notifications = [fourth!.id];
    await fixture.do('ed', { name: 'notification:see', input: { notifications } });
    expect(await isRead('ed')).toEqual([false, false, false, true]);
    await fixture.do('vi', { name: 'notification:see', input: { notifications } });
    expect(await isRead('vi')).toEqual([false, false, false, false]);
    await fixture.do('ed', { name: 'notification:see-all', input: { until: second!.id } });
    expect((await isRead('ed')).filter(Boolean).length).toBeGreaterThanOrEqual(2);
    const events = fixture.inbox('ed').length;
    await fixture.do('ed', { name: 'notification:see-all', input: { until: second!.id } });
    expect(fixture.inbox('ed')).toHaveLength(events);
  });

  test('messages that were seen in the document, a resolved thread, and an opened document', async () => {
    const fixture = await scene();
    const unread = async (user: string) =>
      (await inbox(fixture, user)).filter(({ isRead }) => !isRead).length;
    await send(fixture, 'ada', { to: ['ed'] });
    const thread = await comment(fixture, 'ada', ['ed']);
    await send(fixture, 'ada', { to: ['ed'] });
    await fixture.do('ed', { name: 'chat:see', input: { document, number: 1 } });
    expect(await unread('ed')).toBe(2);
    expect(lastOf(fixture, 'ed')).toMatchObject({ name: 'notification:seen' });
    await fixture.do('ed', { name: 'chat:see', input: { document, number: 9 } });
    expect(await unread('ed')).toBe(1);
    await fixture.do('ed', { name: 'comment:resolve', input: { document, thread, on: true } });
    expect(await unread('ed')).toBe(0);
    await reply(fixture, 'ada', thread, ['vi']);
    await fixture.do('vi', { name: 'comments:see', input: { document, number: 9 } });
    expect(await unread('vi')).toBe(0);
    await fixture.do('ada', {
      name: 'member:change',
      input: { document, user: 'ned', role: 'viewer' },
    });
    await fixture.do('ned', { name: 'document:visit', input: { document } });
    expect(await inbox(fixture, 'ned')).toMatchObject([{ isRead: true }]);
  });
});

describe('NT7 what may not be read is not there', () => {
  test('a deleted message', async () => {
    const fixture = await scene();
    const message = await send(fixture, 'ada', { to: ['ed'] });
    const id = (await inbox(fixture, 'ed'))[0]!.id;
    await fixture.do('ada', { name: 'chat:delete', input: { document, message } });
    expect(await inbox(fixture, 'ed')).toEqual([]);
    expect(lastOf(fixture, 'ed')).toMatchObject({
      name: 'notification:removed',
      notifications: [id],
    });
  });

  test('a document whose role or link was taken, until it is given again', async () => {
    const fixture = await scene();
    await send(fixture, 'ada', { to: ['ed', 'lin'] });
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
    expect(await inbox(fixture, 'lin')).toEqual([]);
    expect(await kinds(fixture, 'ed')).toEqual(['mention']);
    expect(lastOf(fixture, 'lin')).toMatchObject({ name: 'notification:removed' });
    expect(await readInboxPage(fixture.db, 'lin', { before: null, limit: 9 })).toEqual({
      notifications: [],
      next: null,
    });
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'ed' } });
    expect(await inbox(fixture, 'ed')).toEqual([]);
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'view' } });
    expect(await kinds(fixture, 'lin')).toEqual(['mention']);
    expect(lastOf(fixture, 'lin')).toMatchObject({
      name: 'notification:listed',
      notifications: [{ kind: 'mention', isRead: false }],
    });
  });

  test('a document in the trash, also for its owner; a purge deletes what is left', async () => {
    const fixture = await scene();
    await send(fixture, 'ed', { to: ['ada', 'vi'], text: 'A secret' });
    await fixture.do('ada', { name: 'document:trash', input: { document } });
    expect(await inbox(fixture, 'ada')).toEqual([]);
    expect(await inbox(fixture, 'vi')).toEqual([]);
    await fixture.do('ada', { name: 'document:restore', input: { document } });
    expect(await kinds(fixture, 'ada')).toEqual(['mention']);
    expect(await kinds(fixture, 'vi')).toEqual(['mention']);
    await fixture.do('ada', { name: 'document:trash', input: { document } });
    await fixture.do('ada', { name: 'document:purge', input: { document } });
    expect(await fixture.db.selectFrom('notification').selectAll().execute()).toEqual([]);
    const events = await fixture.db.selectFrom('event').select('data').execute();
    expect(events.filter(({ data }) => data.includes('secret'))).toEqual([]);
  });

  test('the words of a deleted message, also in events for people who return', async () => {
    const fixture = await scene();
    const message = await send(fixture, 'ada', { to: ['ed', 'vi'], text: 'A secret' });
    await send(fixture, 'ada', { to: ['ed'], text: 'A public plan' });
    await fixture.do('ada', { name: 'chat:delete', input: { document, message } });
    expect(await stored(fixture, 'ed')).not.toContain('secret');
    expect(await stored(fixture, 'vi')).not.toContain('secret');
    expect(await stored(fixture, 'ed')).toContain('A public plan');
  });

  test('a purged document, for who has lost it before', async () => {
    const fixture = await scene();
    const ned = { document, user: 'ned' };
    await fixture.do('ada', { name: 'member:change', input: { ...ned, role: 'viewer' } });
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
    await send(fixture, 'ada', { to: ['ned'], text: 'A secret' });
    await fixture.do('ada', { name: 'member:remove', input: ned });
    await fixture.do('ada', { name: 'document:trash', input: { document } });
    await fixture.do('ada', { name: 'document:purge', input: { document } });
    for (const type of ['inbox', 'library'] as const)
      expect(await stored(fixture, 'ned', type)).not.toMatch(/secret|Plan/);
  });

  test('a document inside one whose role was taken', async () => {
    const fixture = await scene();
    const inside = 'a-document-inside-the-plan';
    const create = { document: inside, title: 'Inside', parent: document };
    await fixture.do('ada', { name: 'document:create', input: create });
    const input = { document: inside, text: 'Low', mentions: naming('ed'), replyTo: null };
    await fixture.do('ada', { name: 'chat:send', input });
    expect(await inbox(fixture, 'ed')).toMatchObject([{ document: inside }]);
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
    await fixture.do('ada', { name: 'member:remove', input: { document, user: 'ed' } });
    expect(await inbox(fixture, 'ed')).toEqual([]);
    expect(lastOf(fixture, 'ed')).toMatchObject({ name: 'notification:removed' });
  });
});

describe('NT8 what is kept', () => {
  test('the newest of a person', async () => {
    const fixture = await scene();
    const rows = Array.from({ length: NOTIFICATIONS.maxKept }, (_, i) => ({
      ...{ user: 'ed', id: `0${String(i).padStart(25, '0')}`, kind: 'mention' as const, document },
      ...{ cause: `c${i}`, channel: 'chat' as const, number: 1, thread: null, actor: 'ada' },
      ...{ at: 1, read_at: null },
    }));
    await fixture.db.insertInto('notification').values(rows).execute();
    await send(fixture, 'ada', { to: ['ed'] });
    const kept = await fixture.db.selectFrom('notification').select('cause').execute();
    expect(kept).toHaveLength(NOTIFICATIONS.maxKept);
    expect(kept).not.toContainEqual({ cause: 'c0' });
    expect(kept).toContainEqual({ cause: 'c1' });
  });

  test('in pages, the newest first', async () => {
    const fixture = await scene();
    for (let i = 0; i < 5; i++) await send(fixture, 'ada', { to: ['ed'] });
    const all = await inbox(fixture, 'ed');
    const page = await readInboxPage(fixture.db, 'ed', { before: null, limit: 3 });
    expect(page).toEqual({ notifications: all.slice(0, 3), next: all[2]!.id });
    const rest = await readInboxPage(fixture.db, 'ed', { before: page.next, limit: 3 });
    expect(rest).toEqual({ notifications: all.slice(3), next: null });
  });

  test('for 90 days', async () => {
    const fixture = await scene();
    await send(fixture, 'ada', { to: ['ed'] });
    const [{ at }] = (await inbox(fixture, 'ed')) as [Notification];
    expect(await deleteOldNotifications(fixture.db, at)).toBe(false);
    expect(await kinds(fixture, 'ed')).toEqual(['mention']);
    await deleteOldNotifications(fixture.db, at + 1);
    expect(await inbox(fixture, 'ed')).toEqual([]);
  });
});

test('NT10 a guest who merges into an account keeps notifications, but not those of the account', async () => {
  const fixture = await scene();
  await registerUser(fixture.db, { id: 'ada', at: 1 });
  await offerGuest(fixture.db, { guest: 'lin', account: 'ada' });
  await send(fixture, 'ed', { to: ['lin', 'ada'] });
  await send(fixture, 'ed', { to: ['lin'] });
  await send(fixture, 'ada', { to: ['lin'] });
  await send(fixture, 'lin', { to: ['ada'] });
  await fixture.do('ada', {
    name: 'account:merge-guest',
    input: { guest: 'lin', take: true },
  });
  expect((await inbox(fixture, 'ada')).map(({ by }) => by.id)).toEqual(['ed', 'ed']);
  expect(await inbox(fixture, 'lin')).toEqual([]);
  // A purge would not find them any more (PO4).
  for (const type of ['inbox', 'library'] as const)
    expect(await stored(fixture, 'lin', type)).toBe('');
});
