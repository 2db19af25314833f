import { expect, test } from 'vitest';
import { countUnread, type CallOf } from '@tandem/protocol';
import { loadActivity } from '../../storage/channel-states.ts';
import { readMessages } from '../../storage/chat.ts';
import { findListed } from '../../storage/library.ts';
import { DOCUMENT as document, fixtureWithRoles, type Fixture } from './testing/command-fixture.ts';

type Input = CallOf<'chat:send'>['input'];

const imported = {
  author: { name: 'Name of ed', color: 3 },
  at: 5,
  editedAt: 6,
  reactions: [{ emoji: '🌊', names: ['Cleo', 'Name of ed'] }],
};

function importAs(
  fixture: Fixture,
  user: string,
  changes: Partial<Input> = {},
  id = fixture.nextId(),
) {
  const input = {
    document,
    text: 'Sure, @Ben?',
    mentions: [],
    replyTo: null,
    imported,
    ...changes,
  };
  return fixture.run(user, { name: 'chat:send', input }, id);
}

async function send(fixture: Fixture, user: string, replyTo: string | null = null) {
  const id = fixture.nextId();
  const input = { document, text: 'Hello', mentions: [], replyTo };
  await fixture.run(user, { name: 'chat:send', input }, id);
  return id;
}

const remove = (fixture: Fixture, user: string, message: string) =>
  fixture.do(user, { name: 'chat:delete', input: { document, message } });
const messages = (fixture: Fixture) => readMessages(fixture.db, document);
const done = { kind: 'done' };
const forbidden = { error: { code: 'forbidden', temporary: false } };

async function unread(fixture: Fixture, user: string): Promise<number> {
  const { [document]: activity } = await loadActivity(fixture.db, user);
  const listed = await findListed(fixture.db, { user, document });
  return countUnread(activity!, listed!.chatRead);
}

test('W48 names people without being theirs: its author is who imported it', async () => {
  const fixture = await fixtureWithRoles();
  const first = fixture.nextId();
  expect(await importAs(fixture, 'ada', {}, first)).toMatchObject(done);
  const late = { ...imported, at: 9_999_999, editedAt: null, reactions: [] };
  await importAs(fixture, 'ada', { text: 'No.', replyTo: first, imported: late });
  const state = await messages(fixture);
  expect(state).toMatchObject([
    {
      ...{ number: 1, author: { id: 'ada' }, at: 5, editedAt: 6, reactions: [] },
      imported: { author: imported.author, reactions: imported.reactions },
    },
    { number: 2, author: { id: 'ada' }, text: 'No.', replyTo: first, at: fixture.now },
  ]);
  expect(fixture.chat()).toMatchObject(state.map((message) => ({ name: 'chat:sent', message })));
});

test('W48 notifies nobody, and is unread to nobody', async () => {
  const fixture = await fixtureWithRoles();
  await importAs(fixture, 'ada');
  const second = fixture.nextId();
  await importAs(fixture, 'ada', {}, second);
  expect(fixture.effects.slice(-2)).toEqual([
    { kind: 'chat', document, head: 1, isImported: true },
    { kind: 'chat', document, head: 2, isImported: true },
  ]);
  // Also to the person who imports, and to those who had the document before.
  for (const user of ['ada', 'ed', 'vi']) expect(await unread(fixture, user)).toBe(0);
  const told = await fixture.db.selectFrom('notification').select('kind').execute();
  expect(told.filter(({ kind }) => kind !== 'share')).toEqual([]);
  await send(fixture, 'ed', second);
  for (const user of ['ada', 'vi']) expect(await unread(fixture, user)).toBe(1);
  // The answer is to the person who imported it.
  expect(fixture.inbox('ada')).toMatchObject([{ notifications: [{ kind: 'reply' }] }]);
});

test('W48 is the owner’s alone, and mentions nobody', async () => {
  const fixture = await fixtureWithRoles();
  for (const user of ['ed', 'coe', 'vi'])
    expect(await importAs(fixture, user)).toMatchObject(forbidden);
  const mentions = [{ user: 'ed', offset: 6, length: 4 }];
  expect(await importAs(fixture, 'ada', { mentions })).toMatchObject(forbidden);
  expect(await messages(fixture)).toEqual([]);
  expect(await importAs(fixture, 'ada')).toMatchObject(done);
});

test('W48 puts no name among what people wrote here, nor after it', async () => {
  const fixture = await fixtureWithRoles();
  await importAs(fixture, 'ada');
  for (const user of ['ed', 'ada']) {
    const written = await send(fixture, user);
    expect(await importAs(fixture, 'ada')).toMatchObject({
      error: { message: expect.stringMatching(/^People have written in this chat/) as string },
    });
    await remove(fixture, user, written);
    expect(await importAs(fixture, 'ada')).toMatchObject(done);
  }
  const names = (await messages(fixture)).map(({ deletedAt, imported: named }) =>
    deletedAt === null ? named?.author.name : null,
  );
  const { name } = imported.author;
  expect(names).toEqual([name, null, name, null, name]);
  expect(await unread(fixture, 'vi')).toBe(0);
  // Another owner did not import them.
  await fixture.db
    .updateTable('document')
    .set({ owner: 'ed' })
    .where('id', '=', document)
    .execute();
  expect(await importAs(fixture, 'ed')).toMatchObject(forbidden);
});

test('W48 W25 a repeat is one, whatever was written since', async () => {
  const fixture = await fixtureWithRoles();
  const id = fixture.nextId();
  await importAs(fixture, 'ada', {}, id);
  await send(fixture, 'ed');
  await fixture.db.deleteFrom('command').execute();
  expect(await importAs(fixture, 'ada', {}, id)).toMatchObject(done);
  expect(await messages(fixture)).toHaveLength(2);
});

test('W48 is deleted but not edited, and its names go with it', async () => {
  const fixture = await fixtureWithRoles();
  const id = fixture.nextId();
  await importAs(fixture, 'ada', {}, id);
  await importAs(fixture, 'ada');
  const edit = { document, message: id, text: 'Other words', mentions: [] };
  expect(await fixture.run('ada', { name: 'chat:edit', input: edit })).toMatchObject(forbidden);
  await remove(fixture, 'ada', id);
  const [first] = await messages(fixture);
  expect(first).toMatchObject({ text: '', imported: null });
});
