import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_CHAT_PAGE,
  MAX_DELETED_RANGES,
  MAX_REACTIONS_PER_MESSAGE,
  predict,
  reduceChannel,
  type CallOf,
  type ChannelState,
} from '@tandem/protocol';
import { chatKey } from '../../storage/channel-key.ts';
import { loadState } from '../../storage/channel-states.ts';
import { readDeletedRanges, readMessages } from '../../storage/chat.ts';
import { createUser, findUser, toUser } from '../../storage/users.ts';
import { MESSAGES, LIBRARY } from '../../storage/limits.ts';
import { DOCUMENT as document, fixtureWithRoles, type Fixture } from './testing/command-fixture.ts';

type Send = CallOf<'chat:send'>;

const sending = (input: Partial<Send['input']> = {}): Send => ({
  name: 'chat:send',
  input: { document, text: 'Hello', mentions: [], replyTo: null, ...input },
});

async function send(
  fixture: Fixture,
  user: string,
  input?: Partial<Send['input']>,
): Promise<string> {
  const id = fixture.nextId();
  expect(await fixture.run(user, sending(input), id)).toMatchObject({ kind: 'done' });
  return id;
}

const react = (fixture: Fixture, user: string, message: string, emoji: string, on = true) =>
  fixture.run(user, { name: 'chat:react', input: { document, message, emoji, on } });

const newest = async (fixture: Fixture) => (await readMessages(fixture.db, document)).at(-1);

describe('sending', () => {
  test('numbers messages in the order of arrival', async () => {
    const fixture = await fixtureWithRoles();
    const requests = Array.from({ length: 60 }, (_, i) => ({
      user: i % 3 === 0 ? 'ada' : 'ed',
      call: sending({ text: `${i}` }),
    }));
    for (let at = 0; at < requests.length; at += 7)
      await fixture.runAll(requests.slice(at, at + 7));
    const rows = await fixture.db.selectFrom('message').select(['number', 'text']).execute();
    expect(rows).toEqual(requests.map(({ call }, i) => ({ number: i + 1, text: call.input.text })));
    expect(fixture.effects.filter(({ kind }) => kind === 'chat')).toHaveLength(60);
    expect(fixture.effects.at(-1)).toEqual({
      ...{ kind: 'chat', document, head: 60 },
      isImported: false,
    });
  });

  test('stores mentions of existing people and the reply link', async () => {
    const fixture = await fixtureWithRoles();
    const text = '@Alex, @Alex and @Al';
    const [vi, nobody, ed] = ['vi', 'nobody', 'ed'].map((user, index) => ({
      user,
      offset: [0, 7, 17][index] ?? 0,
      length: [5, 5, 3][index] ?? 0,
    }));
    const first = await send(fixture, 'ada', { text, mentions: [vi!, nobody!, ed!] });
    expect(await newest(fixture)).toMatchObject({ text, mentions: [vi, ed] });
    await send(fixture, 'ed', { replyTo: first });
    expect(await newest(fixture)).toMatchObject({ replyTo: first });
    await send(fixture, 'ed', { replyTo: fixture.nextId() });
    expect(await newest(fixture)).toMatchObject({ replyTo: null });
  });

  test('W25 creates one message even after its result expired, and refuses its id to other users', async () => {
    const fixture = await fixtureWithRoles();
    const id = await send(fixture, 'ada');
    await fixture.db.deleteFrom('command').execute();
    expect(await fixture.run('ada', sending(), id)).toMatchObject({ kind: 'done' });
    expect(await fixture.run('ed', sending(), id)).toMatchObject({
      kind: 'refused',
      error: { code: 'forbidden', temporary: false },
    });
    expect(fixture.chat()).toHaveLength(1);
  });
});

describe('a message', () => {
  test('can be edited, and deleted with its reactions', async () => {
    const fixture = await fixtureWithRoles();
    const message = await send(fixture, 'ed', {
      text: '@Ada',
      mentions: [{ user: 'ada', offset: 0, length: 4 }],
    });
    await react(fixture, 'ada', message, '🎉');
    const vi = { user: 'vi', offset: 0, length: 2 };
    const nobody = { user: 'nobody', offset: 3, length: 2 };
    const edit = { document, message, text: '@V @N', mentions: [vi, nobody] };
    await fixture.do('ed', { name: 'chat:edit', input: edit });
    expect(await newest(fixture)).toMatchObject({
      text: '@V @N',
      mentions: [vi],
      editedAt: fixture.now,
    });
    await fixture.do('ada', { name: 'chat:delete', input: { document, message } });
    expect(fixture.effects.at(-1)).toEqual({ kind: 'chat-deleted', document, number: 1 });
    expect(await newest(fixture)).toMatchObject({
      number: 1,
      text: '',
      mentions: [],
      reactions: [],
      deletedAt: fixture.now,
    });
    for (const call of [
      { name: 'chat:edit', input: { ...edit, text: 'Again' } },
      { name: 'chat:delete', input: { document, message } },
      { name: 'chat:react', input: { document, message, emoji: '🎉', on: true } },
    ] as const)
      expect(await fixture.run('ed', call)).toMatchObject({
        kind: 'refused',
        error: { code: 'not-found', message: 'This message no longer exists.' },
      });
  });

  test('has reactions in the order of arrival, one of each emoji for each person', async () => {
    const fixture = await fixtureWithRoles();
    const message = await send(fixture, 'ed');
    await react(fixture, 'ada', message, '🎉');
    await react(fixture, 'ed', message, '👍');
    await react(fixture, 'ed', message, '🎉');
    await react(fixture, 'ed', message, '🎉');
    expect(await newest(fixture)).toMatchObject({
      reactions: [
        { emoji: '🎉', users: [{ id: 'ada' }, { id: 'ed' }] },
        { emoji: '👍', users: [{ id: 'ed' }] },
      ],
    });
    await react(fixture, 'ada', message, '🎉', false);
    await react(fixture, 'ada', message, '🎉', false);
    expect(await newest(fixture)).toMatchObject({
      reactions: [
        { emoji: '🎉', users: [{ id: 'ed' }] },
        { emoji: '👍', users: [{ id: 'ed' }] },
      ],
    });
    // No event for a change without effect.
    expect(fixture.chat().filter(({ name }) => name === 'chat:reacted')).toHaveLength(4);
  });

  const reactionStep = fc.record({
    kind: fc.constantFrom('given', 'carried-out', 'of-another'),
    other: fc.constantFrom('ada', 'lin'),
    emoji: fc.constantFrom('👍', '🎉', '🌊'),
    on: fc.boolean(),
  });

  test('predicts reactions in the same order as they are stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reactionStep, { minLength: 10, maxLength: 60 }), async (steps) => {
        const fixture = await fixtureWithRoles();
        const message = await send(fixture, 'ada');
        const given: CallOf<'chat:react'>[] = [];
        const stored = async () => (await loadState(fixture.db, chatKey(document)))!.state;
        const reactionsOf = (state: ChannelState) =>
          state.type === 'chat' ? state.messages[0]!.reactions : [];
        const user = toUser((await findUser(fixture.db, 'ed'))!);
        const seen = async () =>
          given.reduce(
            (state, call) => {
              const context = { user, at: 0, stateOf: () => state };
              return reduceChannel(state, predict({ ...call, id: message }, context)!);
            },
            await stored(),
          );
        for (const { kind, other, emoji, on } of steps) {
          const call = { name: 'chat:react', input: { document, message, emoji, on } } as const;
          const before = reactionsOf(await stored());
          if (kind === 'of-another') await fixture.do(other, call);
          else if (kind === 'given') given.push(call);
          else {
            const expected = await seen();
            const first = given.shift();
            if (first !== undefined) await fixture.do('ed', first);
            expect(await seen()).toEqual(expected);
          }
          // The remaining reactions keep their order.
          const now = reactionsOf(await stored());
          const emojiIn = (one: typeof now, another: typeof now) =>
            one
              .map(({ emoji }) => emoji)
              .filter((emoji) => another.some((reaction) => reaction.emoji === emoji));
          expect(emojiIn(now, before)).toEqual(emojiIn(before, now));
        }
      }),
      { numRuns: 25, seed: 20_260_102 },
    );
  });

  test('has a limit of emoji and of reactions', async () => {
    const fixture = await fixtureWithRoles();
    const message = await send(fixture, 'ed');
    const emoji = Array.from({ length: MAX_REACTIONS_PER_MESSAGE + 1 }, (_, i) =>
      String.fromCodePoint(0x1f34a + i),
    );
    for (const one of emoji.slice(0, -1)) await react(fixture, 'ada', message, one);
    const last = emoji.at(-1) as string;
    const full = { kind: 'refused', error: { code: 'forbidden', temporary: false } };
    expect(await react(fixture, 'ada', message, last)).toMatchObject(full);
    expect(await react(fixture, 'ed', message, emoji[0] as string)).toMatchObject({ kind: 'done' });
    await fixture.db
      .insertInto('reaction')
      .values(
        Array.from({ length: MESSAGES.maxReactions }, (_, i) => ({
          document,
          message,
          emoji: emoji[0] as string,
          place: 1,
          user: `u${i}`,
        })),
      )
      .execute();
    expect(await react(fixture, 'ed', message, emoji[1] as string)).toMatchObject(full);
  });
});

describe('reading', () => {
  test('pages back to the first message without a gap', async () => {
    const fixture = await fixtureWithRoles();
    const sends = Array.from({ length: MAX_CHAT_PAGE * 2 + 3 }, () => ({
      user: 'ed',
      call: sending(),
    }));
    await fixture.runAll(sends);
    const numbers: (number | null)[] = [];
    let page = await readMessages(fixture.db, document);
    while (page.length > 0) {
      numbers.unshift(...page.map(({ number }) => number));
      page = await readMessages(fixture.db, document, { before: page[0]?.number ?? 0 });
    }
    expect(numbers).toEqual(sends.map((_, i) => i + 1));
  });

  test('W40 returns the newest ranges of deleted messages of each chat', async () => {
    const fixture = await fixtureWithRoles();
    const last = 2 * MAX_DELETED_RANGES + 4;
    const ids: string[] = [];
    for (let i = 0; i < last; i++) ids.push(await send(fixture, 'ed'));
    const remove = async (number: number) =>
      await fixture.do('ed', {
        name: 'chat:delete',
        input: { document, message: ids[number - 1]! },
      });
    for (let number = 1; number <= last; number += 2) await remove(number);
    await remove(last);
    const ranges = (await readDeletedRanges(fixture.db, [document, 'other'])).get(document);
    expect(ranges).toHaveLength(MAX_DELETED_RANGES);
    expect(ranges?.slice(0, 2)).toEqual([
      { from: last - 1, to: last },
      { from: last - 3, to: last - 3 },
    ]);
  });

  test('never moves the mark back, nor beyond the newest message', async () => {
    const fixture = await fixtureWithRoles();
    for (let i = 0; i < 3; i++) await send(fixture, 'ed');
    const seen = async () =>
      await fixture.db.selectFrom('visit').select('chat_read').where('user', '=', 'vi').execute();
    for (const [number, chatRead] of [
      [2, 2],
      [1, 2],
      [99, 3],
    ] as const) {
      await fixture.do('vi', { name: 'chat:see', input: { document, number } });
      expect(await seen()).toEqual([{ chat_read: chatRead }]);
    }
    expect(fixture.library('vi').filter(({ name }) => name === 'chat:seen')).toHaveLength(2);
  });

  test('shows current names', async () => {
    const fixture = await fixtureWithRoles();
    await createUser(fixture.db, { id: 'zoe', name: 'Zoë', color: 2, at: 0 });
    await send(fixture, 'zoe');
    await fixture.do('zoe', { name: 'profile:change', input: { name: 'Zoé' } });
    expect(await newest(fixture)).toMatchObject({ author: { id: 'zoe', name: 'Zoé', color: 2 } });
    expect(fixture.effects.at(-1)).toEqual({ kind: 'profile-changed', user: 'zoe' });
  });

  test('publishes a new name to the chats with the user’s messages or reactions, and to shared documents', async () => {
    const fixture = await fixtureWithRoles();
    await send(fixture, 'ed');
    await fixture.do('ed', { name: 'profile:change', input: { name: 'Edda' } });
    const told = { name: 'profile:changed', user: { id: 'ed', name: 'Edda' } };
    expect(fixture.chat().at(-1)).toMatchObject(told);
    expect(fixture.sharing().at(-1)).toMatchObject(told);
    const message = await send(fixture, 'ed');
    await react(fixture, 'lin', message, '🎉');
    await fixture.do('lin', { name: 'profile:change', input: { name: 'Linus' } });
    expect(fixture.chat().at(-1)).toMatchObject({ user: { id: 'lin', name: 'Linus' } });
    expect(await newest(fixture)).toMatchObject({
      reactions: [{ emoji: '🎉', users: [{ id: 'lin', name: 'Linus' }] }],
    });
    const { length: said } = fixture.chat();
    await fixture.do('vi', { name: 'profile:change', input: { name: 'Viola' } });
    expect(fixture.chat()).toHaveLength(said);
    expect(fixture.sharing().at(-1)).toMatchObject({ user: { name: 'Viola' } });
    const { length } = fixture.sharing();
    await fixture.do('ned', { name: 'profile:change', input: { name: 'Edward' } });
    expect(fixture.sharing()).toHaveLength(length);
  });

  test('publishes a new name to a limited number of documents, last changed first', async () => {
    const fixture = await fixtureWithRoles();
    const ids = Array.from(
      { length: LIBRARY.maxNotifiedDocuments },
      (_, i) => `document-of-ed-number-${i}`,
    );
    for (const id of ids)
      await fixture.do('ed', { name: 'document:create', input: { document: id } });
    await fixture.do('ed', { name: 'profile:change', input: { name: 'Edda' } });
    const told = (id?: string) =>
      fixture.sharing(id).some(({ name }) => name === 'profile:changed');
    expect(ids.every(told)).toBe(true);
    expect(told()).toBe(false);
  });
});
