import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import {
  MAX_COMMENT_REACTIONS,
  MAX_COMMENTS_BYTES,
  MAX_THREAD_MESSAGES,
  type CommentsState,
} from '@tandem/protocol';
import { commentsKey } from '../../storage/channel-key.ts';
import { loadState } from '../../storage/channel-states.ts';
import { mergeGuest } from '../../storage/guest-merge.ts';
import { findUser } from '../../storage/users.ts';
import { addWebhook } from '../../storage/webhooks.ts';
import {
  ANCHOR as anchor,
  DOCUMENT as document,
  fixtureWithRoles,
  type Fixture,
} from './testing/command-fixture.ts';

async function start(fixture: Fixture, user: string, text = 'Sure?'): Promise<string> {
  const id = fixture.nextId();
  const input = { document, anchor, text, mentions: [] };
  expect(await fixture.run(user, { name: 'comment:start', input }, id)).toMatchObject({
    kind: 'done',
  });
  return id;
}

async function reply(fixture: Fixture, user: string, thread: string): Promise<string> {
  const id = fixture.nextId();
  const input = { document, thread, text: 'Yes.', mentions: [] };
  expect(await fixture.run(user, { name: 'comment:reply', input }, id)).toMatchObject({
    kind: 'done',
  });
  return id;
}

const remove = (fixture: Fixture, user: string, message: string) =>
  fixture.run(user, { name: 'comment:delete', input: { document, message } });

async function webhookEvents({ db }: Fixture) {
  return await db.selectFrom('job').select('input').where('kind', '=', 'webhook-event').execute();
}

async function comments({ db }: Fixture): Promise<CommentsState> {
  return (await loadState(db, commentsKey(document)))!.state as CommentsState;
}

describe('a thread', () => {
  test('CO1 CO2 is started and answered by people who may not write', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'coe');
    const answer = await reply(fixture, 'ada', thread);
    expect(await comments(fixture)).toMatchObject({
      threads: [
        {
          id: thread,
          anchor,
          resolved: null,
          messages: [
            { id: thread, number: 1, text: 'Sure?', author: { id: 'coe' } },
            { id: answer, number: 2, text: 'Yes.', author: { id: 'ada' } },
          ],
        },
      ],
      head: 2,
    });
  });

  test('CO3 is resolved and reopened, and a reply leaves it as it is', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    const resolve = (user: string, on: boolean) =>
      fixture.do(user, { name: 'comment:resolve', input: { document, thread, on } });
    await resolve('coe', true);
    await resolve('ed', true);
    await reply(fixture, 'ed', thread);
    expect((await comments(fixture)).threads[0]?.resolved?.by.id).toBe('coe');
    await resolve('ada', false);
    expect((await comments(fixture)).threads[0]?.resolved).toBeNull();
    const names = fixture.events.get(commentsKey(document))?.map(({ name }) => name);
    expect(names).toEqual([
      'comment:started',
      'comment:resolved',
      'comment:replied',
      'comment:resolved',
    ]);
  });

  test('CO4 is put in another place by editors only', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'coe');
    const input = { document, thread, anchor: { ...anchor, block: 'b2' } };
    const reanchor = (user: string) => fixture.run(user, { name: 'comment:reanchor', input });
    expect(await reanchor('coe')).toMatchObject({ error: { code: 'forbidden' } });
    expect(await reanchor('ed')).toMatchObject({ kind: 'done' });
    expect((await comments(fixture)).threads[0]?.anchor.block).toBe('b2');
  });

  test('CO5 goes with its last message, and its numbers are not used again', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'coe');
    const answer = await reply(fixture, 'ed', thread);
    await remove(fixture, 'coe', thread);
    expect((await comments(fixture)).threads[0]?.messages).toMatchObject([
      { id: thread, text: '', author: { id: 'coe' } },
      { id: answer, text: 'Yes.' },
    ]);
    await remove(fixture, 'ada', answer);
    expect(await comments(fixture)).toEqual({ type: 'comments', threads: [], head: 2 });
    expect(await fixture.db.selectFrom('comment_thread').selectAll().execute()).toEqual([]);
    await start(fixture, 'ed');
    expect((await comments(fixture)).head).toBe(3);
    const late = { name: 'comment:reply', input: { document, thread, text: 'Hm', mentions: [] } };
    expect(await fixture.run('ed', late as never)).toMatchObject({ error: { code: 'not-found' } });
  });

  test('CO6 has a limit of messages, which the marks of deleted ones count for', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    for (let i = 1; i < MAX_THREAD_MESSAGES; i++) await reply(fixture, 'ed', thread);
    const input = { document, thread, text: 'One more', mentions: [] };
    expect(await fixture.run('ed', { name: 'comment:reply', input })).toMatchObject({
      kind: 'refused',
      error: { code: 'forbidden', temporary: false },
    });
    expect((await comments(fixture)).threads[0]?.messages).toHaveLength(MAX_THREAD_MESSAGES);
  });

  test('CO6 has a limit of text with all others, which a shorter message never meets', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    const short = await reply(fixture, 'ed', thread);
    const bytes = 'Sure?'.length + 'Yes.'.length + 2 * '[]'.length;
    await fill(fixture, { thread, bytes: MAX_COMMENTS_BYTES - bytes - 3 });
    const text = '潮';
    const refused = {
      kind: 'refused',
      error: { code: 'forbidden', temporary: false, message: expect.stringMatching(/Delete some/) },
    };
    const input = { document, anchor, text, mentions: [] };
    expect(await fixture.run('coe', { name: 'comment:start', input })).toMatchObject(refused);
    expect(
      await fixture.run('coe', {
        name: 'comment:reply',
        input: { document, thread, text, mentions: [] },
      }),
    ).toMatchObject(refused);
    const edit = (to: string) =>
      fixture.run('ed', {
        name: 'comment:edit',
        input: { document, message: short, text: to, mentions: [] },
      });
    expect(await edit('Yes, yes')).toMatchObject(refused);
    expect(await edit('Yes. 潮'.slice(0, 5))).toMatchObject({ kind: 'done' });
    expect(await edit('No')).toMatchObject({ kind: 'done' });
    await remove(fixture, 'ada', thread);
    expect(await fixture.run('coe', { name: 'comment:start', input })).toMatchObject({
      kind: 'done',
    });
  });

  test('CO6 has a limit of reactions with all others, and one that is taken back makes room', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    const message = await reply(fixture, 'ed', thread);
    const people = Array.from({ length: MAX_COMMENT_REACTIONS - 1 }, (_, i) => `reader-${i}`);
    for (let from = 0; from < people.length; from += 1_000)
      await fixture.db
        .insertInto('reaction')
        .values(
          people
            .slice(from, from + 1_000)
            .map((user) => ({ document, message: thread, emoji: '🌊', place: 1, user })),
        )
        .execute();
    const react = (user: string, on = true) =>
      fixture.run(user, { name: 'comment:react', input: { document, message, emoji: '🌊', on } });
    expect(await react('coe')).toMatchObject({ kind: 'done' });
    expect(await react('ed')).toMatchObject({ error: { code: 'forbidden', temporary: false } });
    expect(await react('coe', false)).toMatchObject({ kind: 'done' });
    expect(await react('ed')).toMatchObject({ kind: 'done' });
  });

  test('CO5 CO6 leaves one row at most, however often one is started and deleted', async () => {
    const fixture = await fixtureWithRoles();
    const kept = await start(fixture, 'ada');
    for (let i = 0; i < 20; i++) {
      const thread = await start(fixture, 'coe');
      const answer = await reply(fixture, 'coe', thread);
      await remove(fixture, 'coe', thread);
      await remove(fixture, 'coe', answer);
    }
    const rows = await fixture.db.selectFrom('message').select(['id', 'number']).execute();
    expect(rows).toEqual([
      { id: kept, number: 1 },
      { id: expect.any(String) as string, number: 41 },
    ]);
    await start(fixture, 'ed');
    expect((await comments(fixture)).head).toBe(42);
  });
});

interface Filling {
  readonly thread: string;
  readonly bytes: number;
  readonly imported?: string | null;
}

/** Messages in a thread that have this many bytes of text, mentions and imported names. */
async function fill({ db }: Fixture, { thread, bytes, imported = null }: Filling): Promise<void> {
  const length = 10_002;
  const count = Math.floor(bytes / length);
  const around = '[]'.length + (imported?.length ?? 0);
  const rows = Array.from({ length: count }, (_, i) => ({
    ...{ document, channel: 'comments' as const, thread, reply_to: null },
    author: imported === null ? 'ed' : 'ada',
    ...{ id: `01K1${String(i).padStart(22, '0')}`, number: i + 3, mentions: '[]', at: 1 },
    ...{ text: 'x'.repeat(length - around + (i > 0 ? 0 : bytes % length)) },
    ...{ edited_at: null, deleted_at: null, imported },
  }));
  await db.insertInto('message').values(rows).execute();
}

describe('a repeat', () => {
  test('W25 after the result was forgotten starts no second thread', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    await fixture.db.deleteFrom('command').execute();
    const input = { document, anchor, text: 'Sure?', mentions: [] };
    const call = { name: 'comment:start', input } as const;
    expect(await fixture.run('ed', call, thread)).toMatchObject({ kind: 'done' });
    expect(await fixture.run('coe', call, thread)).toMatchObject({ error: { code: 'forbidden' } });
    expect((await comments(fixture)).threads).toHaveLength(1);
  });
});

describe('messages', () => {
  test('of comments are none of the chat, and no message of the chat is one of a comment', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    const chat = fixture.nextId();
    const input = { document, text: 'Hello', mentions: [], replyTo: null };
    await fixture.run('ed', { name: 'chat:send', input }, chat);
    const missing = { error: { code: 'not-found' } };
    const about = (message: string) => ({ document, message });
    expect(await fixture.run('ed', { name: 'chat:delete', input: about(thread) })).toMatchObject(
      missing,
    );
    expect(await fixture.run('ed', { name: 'comment:delete', input: about(chat) })).toMatchObject(
      missing,
    );
    expect((await comments(fixture)).head).toBe(1);
  });

  test('CO7 a visitor finds the comments read, and later ones not', async () => {
    const fixture = await fixtureWithRoles();
    await start(fixture, 'ed');
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'comment' } });
    await fixture.do('ned', { name: 'document:visit', input: { document } });
    expect(fixture.library('ned').at(-1)).toMatchObject({ document: { commentsRead: 1 } });
    await start(fixture, 'ed');
    await fixture.do('ned', { name: 'comments:see', input: { document, number: 99 } });
    expect(fixture.library('ned').at(-1)).toMatchObject({
      name: 'comments:seen',
      commentsRead: 2,
    });
  });

  test('W30 a new name is sent to the comments in which a person wrote, reacted or resolved', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    await fixture.do('coe', { name: 'comment:resolve', input: { document, thread, on: true } });
    await fixture.do('coe', { name: 'profile:change', input: { name: 'Coelestine' } });
    expect(fixture.events.get(commentsKey(document))?.at(-1)).toMatchObject({
      name: 'profile:changed',
      user: { id: 'coe', name: 'Coelestine' },
    });
  });
});

describe('an import', () => {
  type Threads = [CommentsState['threads'][number], CommentsState['threads'][number]];
  const ada = { name: 'Name of ada', color: 3 };
  const imported = {
    author: ada,
    at: 5,
    editedAt: 6,
    reactions: [{ emoji: '🌊', names: ['Cleo', 'Name of ed'] }],
  };
  const startAs = (fixture: Fixture, user: string, changes: object = {}) => {
    const input = { document, anchor, text: 'Sure, @Ben?', mentions: [], imported, ...changes };
    return fixture.run(user, { name: 'comment:start', input } as never);
  };
  const replyAs = (fixture: Fixture, user: string, changes: { readonly thread: string }) => {
    const input = { document, text: 'No.', mentions: [], imported, ...changes };
    return fixture.run(user, { name: 'comment:reply', input });
  };
  const resolveAs = (fixture: Fixture, user: string, changes: { readonly thread: string }) => {
    const input = { document, on: true, imported: { by: ada, at: 1 }, ...changes };
    return fixture.run(user, { name: 'comment:resolve', input });
  };
  const forbidden = { error: { code: 'forbidden', temporary: false } };

  test('CO8 names people without being theirs: its author is who imported it', async () => {
    const fixture = await fixtureWithRoles();
    await addWebhook(fixture.db, {
      ...{ id: ulid(), user: 'ada', name: 'Lantern', url: 'https://receiver.example/', at: 0 },
      ...{ secret: 'whsec_1', events: ['comment.created', 'comment.resolved'], document: null },
    });
    expect(await startAs(fixture, 'ada')).toMatchObject({ kind: 'done' });
    const [thread] = (await comments(fixture)).threads;
    const answer = {
      ...{ document, thread: thread!.id, text: 'No.', mentions: [] },
      imported: { ...imported, author: { name: 'Cleo', color: 1 }, editedAt: null, reactions: [] },
    };
    await fixture.do('ada', { name: 'comment:reply', input: answer });
    const resolved = { by: { name: 'Cleo', color: 1 }, at: 9_999_999 };
    await fixture.do('ada', {
      name: 'comment:resolve',
      input: { document, thread: thread!.id, on: true, imported: resolved },
    });
    const state = await comments(fixture);
    expect(state.threads).toMatchObject([
      {
        resolved: { by: { id: 'ada' }, at: fixture.now, imported: { name: 'Cleo' } },
        messages: [
          {
            author: { id: 'ada' },
            ...{ at: 5, editedAt: 6, reactions: [] },
            imported: { author: ada, reactions: imported.reactions },
          },
          { author: { id: 'ada' }, text: 'No.', imported: { author: { name: 'Cleo' } } },
        ],
      },
    ]);
    const events = fixture.events.get(commentsKey(document))!;
    expect(events).toMatchObject([
      { thread: { messages: [state.threads[0]!.messages[0]] } },
      { message: state.threads[0]!.messages[1] },
      { imported: { by: { name: 'Cleo' }, at: fixture.now } },
    ]);
    const told = await fixture.db.selectFrom('notification').select('kind').execute();
    expect(told.filter(({ kind }) => kind !== 'share')).toEqual([]);
    expect(await webhookEvents(fixture)).toEqual([]);
    // The webhook is there.
    await reply(fixture, 'ed', thread!.id);
    expect(await webhookEvents(fixture)).toHaveLength(1);
  });

  test('CO8 is the owner’s alone, and mentions nobody', async () => {
    const fixture = await fixtureWithRoles();
    for (const user of ['ed', 'coe', 'vi'])
      expect(await startAs(fixture, user)).toMatchObject({ error: { code: 'forbidden' } });
    const thread = await start(fixture, 'ed');
    for (const user of ['ed', 'coe'])
      for (const call of [
        {
          name: 'comment:reply',
          input: { document, thread, text: 'x', mentions: [], imported },
        },
        {
          name: 'comment:resolve',
          input: { document, thread, on: true, imported: { by: ada, at: 1 } },
        },
      ])
        expect(await fixture.run(user, call as never)).toMatchObject({
          error: { code: 'forbidden' },
        });
    expect((await comments(fixture)).threads).toMatchObject([{ resolved: null, messages: [{}] }]);
    const mentions = [{ user: 'ed', offset: 6, length: 4 }];
    const another = await fixtureWithRoles();
    expect(await startAs(another, 'ada', { mentions })).toMatchObject(forbidden);
    expect(await startAs(another, 'ada')).toMatchObject({ kind: 'done' });
  });

  test('CO8 puts no name among what people wrote here', async () => {
    const fixture = await fixtureWithRoles();
    const thread = await start(fixture, 'ed');
    expect(await replyAs(fixture, 'ada', { thread })).toMatchObject(forbidden);
    expect(await resolveAs(fixture, 'ada', { thread })).toMatchObject(forbidden);
    expect(await startAs(fixture, 'ada')).toMatchObject(forbidden);
    expect((await comments(fixture)).threads).toMatchObject([{ resolved: null, messages: [{}] }]);
    // Also what the owner wrote is no import.
    await remove(fixture, 'ed', thread);
    const own = await start(fixture, 'ada');
    expect(await replyAs(fixture, 'ada', { thread: own })).toMatchObject(forbidden);
    expect(await resolveAs(fixture, 'ada', { thread: own })).toMatchObject(forbidden);
    await remove(fixture, 'ada', own);
    expect(await startAs(fixture, 'ada')).toMatchObject({ kind: 'done' });
  });

  test('CO8 ends with the first comment that was written here', async () => {
    const fixture = await fixtureWithRoles();
    await startAs(fixture, 'ada');
    expect(await startAs(fixture, 'ada')).toMatchObject({ kind: 'done' });
    const [{ id }, { id: other }] = (await comments(fixture)).threads as Threads;
    const answer = await reply(fixture, 'ed', id);
    expect(await startAs(fixture, 'ada')).toMatchObject(forbidden);
    for (const thread of [id, other]) {
      expect(await replyAs(fixture, 'ada', { thread })).toMatchObject(forbidden);
      expect(await resolveAs(fixture, 'ada', { thread })).toMatchObject(forbidden);
    }
    expect((await comments(fixture)).threads).toMatchObject([
      { resolved: null, messages: [{}, { text: 'Yes.' }] },
      { resolved: null, messages: [{}] },
    ]);
    await remove(fixture, 'ed', answer);
    expect(await startAs(fixture, 'ada')).toMatchObject({ kind: 'done' });
    expect(await replyAs(fixture, 'ada', { thread: id })).toMatchObject({ kind: 'done' });
    expect(await resolveAs(fixture, 'ada', { thread: id })).toMatchObject({ kind: 'done' });
  });

  test('CO8 ends once a person has reopened or resolved a thread here', async () => {
    for (const on of [false, true]) {
      const fixture = await fixtureWithRoles();
      await startAs(fixture, 'ada');
      await startAs(fixture, 'ada');
      const [{ id: thread }, { id: other }] = (await comments(fixture)).threads as Threads;
      if (!on) await resolveAs(fixture, 'ada', { thread });
      await fixture.do('ed', { name: 'comment:resolve', input: { document, thread, on } });
      // It changes nothing, so that it may be a repeat (W25).
      if (on) expect(await resolveAs(fixture, 'ada', { thread })).toMatchObject({ kind: 'done' });
      else expect(await resolveAs(fixture, 'ada', { thread })).toMatchObject(forbidden);
      expect(await resolveAs(fixture, 'ada', { thread: other })).toMatchObject(forbidden);
      expect(await replyAs(fixture, 'ada', { thread })).toMatchObject(forbidden);
      expect(await startAs(fixture, 'ada')).toMatchObject(forbidden);
      expect((await comments(fixture)).threads).toMatchObject([
        { resolved: on ? { by: { id: 'ed' }, imported: null } : null },
        { resolved: null },
      ]);
    }
  });

  test('CO8 W25 a repeat is one, whatever was written since', async () => {
    const fixture = await fixtureWithRoles();
    const id = fixture.nextId();
    const input = { document, anchor, text: 'Sure?', mentions: [], imported };
    await fixture.run('ada', { name: 'comment:start', input }, id);
    await reply(fixture, 'ed', id);
    await fixture.db.deleteFrom('command').execute();
    expect(await fixture.run('ada', { name: 'comment:start', input }, id)).toMatchObject({
      kind: 'done',
    });
  });

  test('CO8 its threads stay those of an import when their first message is deleted', async () => {
    const fixture = await fixtureWithRoles();
    await startAs(fixture, 'ada');
    const [{ id: thread }] = (await comments(fixture)).threads as [
      CommentsState['threads'][number],
    ];
    expect(await replyAs(fixture, 'ada', { thread })).toMatchObject({ kind: 'done' });
    await remove(fixture, 'ada', thread);
    expect(await replyAs(fixture, 'ada', { thread })).toMatchObject({ kind: 'done' });
    expect(await resolveAs(fixture, 'ada', { thread })).toMatchObject({ kind: 'done' });
    expect((await comments(fixture)).threads).toMatchObject([
      { resolved: { by: { id: 'ada' }, imported: ada }, messages: [{}, {}, {}] },
    ]);
    // Another owner did not import them.
    await fixture.db
      .updateTable('document')
      .set({ owner: 'ed' })
      .where('id', '=', document)
      .execute();
    expect(await replyAs(fixture, 'ed', { thread })).toMatchObject(forbidden);
    expect(await startAs(fixture, 'ed')).toMatchObject(forbidden);
  });

  test('CO8 AC10 what a guest imported becomes the account’s', async () => {
    const fixture = await fixtureWithRoles();
    const { db } = fixture;
    const own = 'document-of-the-guest';
    await fixture.do('lin', { name: 'document:create', input: { document: own, title: 'Log' } });
    expect(await startAs(fixture, 'lin', { document: own })).toMatchObject({ kind: 'done' });
    await mergeGuest(db, { guest: 'lin', account: (await findUser(db, 'ned'))! });
    expect(await startAs(fixture, 'ned', { document: own })).toMatchObject({ kind: 'done' });
    const rows = await db.selectFrom('comment_thread').select('imported_by').execute();
    expect(rows.map((row) => row.imported_by)).toEqual(['ned', 'ned']);
  });

  test('CO8 is deleted but not edited, and its names go with it', async () => {
    const fixture = await fixtureWithRoles();
    await startAs(fixture, 'ada');
    const [{ id }] = (await comments(fixture)).threads as [CommentsState['threads'][number]];
    await reply(fixture, 'ed', id);
    const edit = { document, message: id, text: 'Other words', mentions: [] };
    expect(await fixture.run('ada', { name: 'comment:edit', input: edit })).toMatchObject({
      error: { code: 'forbidden' },
    });
    expect(await remove(fixture, 'ada', id)).toMatchObject({ kind: 'done' });
    expect((await comments(fixture)).threads[0]!.messages[0]).toMatchObject({
      text: '',
      imported: null,
    });
    const row = await fixture.db
      .selectFrom('message')
      .select('imported')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row.imported).toBeNull();
  });

  test('CO6 CO8 its names count for the limit of bytes', async () => {
    const fixture = await fixtureWithRoles();
    await startAs(fixture, 'ada', { text: 'x' });
    const [{ id: thread }] = (await comments(fixture)).threads as [
      CommentsState['threads'][number],
    ];
    await fill(fixture, { thread, bytes: MAX_COMMENTS_BYTES - 300, imported: '{}' });
    expect(await startAs(fixture, 'ada', { text: 'x' })).toMatchObject({ kind: 'done' });
    expect(await startAs(fixture, 'ada', { text: 'x' })).toMatchObject({
      error: { code: 'forbidden', message: expect.stringMatching(/limit of comments/) as string },
    });
  });
});
