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
import { chatKey } from '../../channels/channel-key.ts';
import { loadState } from '../../database/channel-states.ts';
import { readDeletedRanges, readMessages } from '../../database/chat.ts';
import { createUser, findUser, toUser } from '../../database/users.ts';
import { MAX_REACTIONS_IN_ALL, MAX_TOLD_DOCUMENTS } from '../../limits.ts';
import { DOCUMENT as document, stageWithRoles, type Stage } from './testing/stage.ts';

type Send = CallOf<'chat:send'>;

const sending = (input: Partial<Send['input']> = {}): Send => ({
  name: 'chat:send',
  input: { document, text: 'Hello', mentions: [], replyTo: null, ...input },
});

async function send(stage: Stage, user: string, input?: Partial<Send['input']>): Promise<string> {
  const id = stage.nextId();
  expect(await stage.run(user, sending(input), id)).toMatchObject({ kind: 'done' });
  return id;
}

const react = (stage: Stage, user: string, message: string, emoji: string, on = true) =>
  stage.run(user, { name: 'chat:react', input: { document, message, emoji, on } });

const newest = async (stage: Stage) => (await readMessages(stage.db, document)).at(-1);

describe('sending', () => {
  test('gives the next number to each, in the order in which they came', async () => {
    const stage = await stageWithRoles();
    const requests = Array.from({ length: 60 }, (_, i) => ({
      user: i % 3 === 0 ? 'ada' : 'ed',
      call: sending({ text: `${i}` }),
    }));
    for (let at = 0; at < requests.length; at += 7) await stage.runAll(requests.slice(at, at + 7));
    const rows = await stage.db.selectFrom('chat_message').select(['number', 'text']).execute();
    expect(rows).toEqual(requests.map(({ call }, i) => ({ number: i + 1, text: call.input.text })));
    expect(stage.effects.filter(({ kind }) => kind === 'chat')).toHaveLength(60);
    expect(stage.effects.at(-1)).toEqual({ kind: 'chat', document, head: 60 });
  });

  test('mentions people who exist, by id and place, and answers what was said', async () => {
    const stage = await stageWithRoles();
    const text = '@Alex, @Alex and @Al';
    const [vi, nobody, ed] = ['vi', 'nobody', 'ed'].map((user, index) => ({
      user,
      offset: [0, 7, 17][index] ?? 0,
      length: [5, 5, 3][index] ?? 0,
    }));
    const first = await send(stage, 'ada', { text, mentions: [vi!, nobody!, ed!] });
    expect(await newest(stage)).toMatchObject({ text, mentions: [vi, ed] });
    await send(stage, 'ed', { replyTo: first });
    expect(await newest(stage)).toMatchObject({ replyTo: first });
    await send(stage, 'ed', { replyTo: stage.nextId() });
    expect(await newest(stage)).toMatchObject({ replyTo: null });
  });

  test('W25 is one message even when its result was forgotten, and nobody else can take its id', async () => {
    const stage = await stageWithRoles();
    const id = await send(stage, 'ada');
    await stage.db.deleteFrom('command').execute();
    expect(await stage.run('ada', sending(), id)).toMatchObject({ kind: 'done' });
    expect(await stage.run('ed', sending(), id)).toMatchObject({
      kind: 'refused',
      error: { code: 'forbidden', temporary: false },
    });
    expect(stage.chat()).toHaveLength(1);
  });
});

describe('a message that is there', () => {
  test('is edited, and deleted with all that was said with it', async () => {
    const stage = await stageWithRoles();
    const message = await send(stage, 'ed', {
      text: '@Ada',
      mentions: [{ user: 'ada', offset: 0, length: 4 }],
    });
    await react(stage, 'ada', message, '🎉');
    const vi = { user: 'vi', offset: 0, length: 2 };
    const nobody = { user: 'nobody', offset: 3, length: 2 };
    const edit = { document, message, text: '@V @N', mentions: [vi, nobody] };
    await stage.do('ed', { name: 'chat:edit', input: edit });
    expect(await newest(stage)).toMatchObject({
      text: '@V @N',
      mentions: [vi],
      editedAt: stage.now,
    });
    await stage.do('ada', { name: 'chat:delete', input: { document, message } });
    expect(stage.effects.at(-1)).toEqual({ kind: 'chat-deleted', document, number: 1 });
    expect(await newest(stage)).toMatchObject({
      number: 1,
      text: '',
      mentions: [],
      reactions: [],
      deletedAt: stage.now,
    });
    for (const call of [
      { name: 'chat:edit', input: { ...edit, text: 'Again' } },
      { name: 'chat:delete', input: { document, message } },
      { name: 'chat:react', input: { document, message, emoji: '🎉', on: true } },
    ] as const)
      expect(await stage.run('ed', call)).toMatchObject({
        kind: 'refused',
        error: { code: 'not-found', message: 'This message is not there any more.' },
      });
  });

  test('stands in order of arrival with reactions, one of each a person', async () => {
    const stage = await stageWithRoles();
    const message = await send(stage, 'ed');
    await react(stage, 'ada', message, '🎉');
    await react(stage, 'ed', message, '👍');
    await react(stage, 'ed', message, '🎉');
    await react(stage, 'ed', message, '🎉');
    expect(await newest(stage)).toMatchObject({
      reactions: [
        { emoji: '🎉', users: [{ id: 'ada' }, { id: 'ed' }] },
        { emoji: '👍', users: [{ id: 'ed' }] },
      ],
    });
    await react(stage, 'ada', message, '🎉', false);
    await react(stage, 'ada', message, '🎉', false);
    expect(await newest(stage)).toMatchObject({
      reactions: [
        { emoji: '🎉', users: [{ id: 'ed' }] },
        { emoji: '👍', users: [{ id: 'ed' }] },
      ],
    });
    // What changed nothing is not told.
    expect(stage.chat().filter(({ name }) => name === 'chat:reacted')).toHaveLength(4);
  });

  /** Ed gives what follows at once, and it is carried out later; others come between. */
  const reactionStep = fc.record({
    kind: fc.constantFrom('given', 'carried-out', 'of-another'),
    other: fc.constantFrom('ada', 'lin'),
    emoji: fc.constantFrom('👍', '🎉', '🌊'),
    on: fc.boolean(),
  });

  test('shows its reactions to whoever gives one in the order in which it has them afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reactionStep, { minLength: 10, maxLength: 60 }), async (steps) => {
        const stage = await stageWithRoles();
        const message = await send(stage, 'ada');
        const given: CallOf<'chat:react'>[] = [];
        const stored = async () => (await loadState(stage.db, chatKey(document)))!.state;
        const reactionsOf = (state: ChannelState) =>
          state.type === 'chat' ? state.messages[0]!.reactions : [];
        const user = toUser((await findUser(stage.db, 'ed'))!);
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
          if (kind === 'of-another') await stage.do(other, call);
          else if (kind === 'given') given.push(call);
          else {
            const expected = await seen();
            const first = given.shift();
            if (first !== undefined) await stage.do('ed', first);
            expect(await seen()).toEqual(expected);
          }
          // Those that stay, stay where they are.
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

  test('bears so many emoji, and reactions of so many people', async () => {
    const stage = await stageWithRoles();
    const message = await send(stage, 'ed');
    const emoji = Array.from({ length: MAX_REACTIONS_PER_MESSAGE + 1 }, (_, i) =>
      String.fromCodePoint(0x1f34a + i),
    );
    for (const one of emoji.slice(0, -1)) await react(stage, 'ada', message, one);
    const last = emoji.at(-1) as string;
    const full = { kind: 'refused', error: { code: 'forbidden', temporary: false } };
    expect(await react(stage, 'ada', message, last)).toMatchObject(full);
    expect(await react(stage, 'ed', message, emoji[0] as string)).toMatchObject({ kind: 'done' });
    await stage.db
      .insertInto('chat_reaction')
      .values(
        Array.from({ length: MAX_REACTIONS_IN_ALL }, (_, i) => ({
          document,
          message,
          emoji: emoji[0] as string,
          place: 1,
          user: `u${i}`,
        })),
      )
      .execute();
    expect(await react(stage, 'ed', message, emoji[1] as string)).toMatchObject(full);
  });
});

describe('reading', () => {
  test('goes back by pages to the first message, without a gap', async () => {
    const stage = await stageWithRoles();
    const sends = Array.from({ length: MAX_CHAT_PAGE * 2 + 3 }, () => ({
      user: 'ed',
      call: sending(),
    }));
    await stage.runAll(sends);
    const numbers: (number | null)[] = [];
    let page = await readMessages(stage.db, document);
    while (page.length > 0) {
      numbers.unshift(...page.map(({ number }) => number));
      page = await readMessages(stage.db, document, { before: page[0]?.number ?? 0 });
    }
    expect(numbers).toEqual(sends.map((_, i) => i + 1));
  });

  test('W40 knows the newest ranges of deleted messages of each chat', async () => {
    const stage = await stageWithRoles();
    const last = 2 * MAX_DELETED_RANGES + 4;
    const ids: string[] = [];
    for (let i = 0; i < last; i++) ids.push(await send(stage, 'ed'));
    const remove = async (number: number) =>
      await stage.do('ed', { name: 'chat:delete', input: { document, message: ids[number - 1]! } });
    for (let number = 1; number <= last; number += 2) await remove(number);
    await remove(last);
    const ranges = (await readDeletedRanges(stage.db, [document, 'other'])).get(document);
    expect(ranges).toHaveLength(MAX_DELETED_RANGES);
    expect(ranges?.slice(0, 2)).toEqual([
      { from: last - 1, to: last },
      { from: last - 3, to: last - 3 },
    ]);
  });

  test('never moves back, nor beyond what was said', async () => {
    const stage = await stageWithRoles();
    for (let i = 0; i < 3; i++) await send(stage, 'ed');
    const seen = async () =>
      await stage.db.selectFrom('visit').select('chat_read').where('user', '=', 'vi').execute();
    for (const [number, chatRead] of [
      [2, 2],
      [1, 2],
      [99, 3],
    ] as const) {
      await stage.do('vi', { name: 'chat:see', input: { document, number } });
      expect(await seen()).toEqual([{ chat_read: chatRead }]);
    }
    expect(stage.library('vi').filter(({ name }) => name === 'chat:seen')).toHaveLength(2);
  });

  test('names people as they are called now', async () => {
    const stage = await stageWithRoles();
    await createUser(stage.db, { id: 'zoe', name: 'Zoë', color: 2, at: 0 });
    await send(stage, 'zoe');
    await stage.do('zoe', { name: 'profile:change', input: { name: 'Zoé' } });
    expect(await newest(stage)).toMatchObject({ author: { id: 'zoe', name: 'Zoé', color: 2 } });
    expect(stage.effects.at(-1)).toEqual({ kind: 'profile-changed', user: 'zoe' });
  });

  test('and tells those who look on: in the chats where they spoke or reacted, and where documents are shared with them', async () => {
    const stage = await stageWithRoles();
    await send(stage, 'ed');
    await stage.do('ed', { name: 'profile:change', input: { name: 'Edda' } });
    const told = { name: 'profile:changed', user: { id: 'ed', name: 'Edda' } };
    expect(stage.chat().at(-1)).toMatchObject(told);
    expect(stage.sharing().at(-1)).toMatchObject(told);
    const message = await send(stage, 'ed');
    await react(stage, 'lin', message, '🎉');
    await stage.do('lin', { name: 'profile:change', input: { name: 'Linus' } });
    expect(stage.chat().at(-1)).toMatchObject({ user: { id: 'lin', name: 'Linus' } });
    expect(await newest(stage)).toMatchObject({
      reactions: [{ emoji: '🎉', users: [{ id: 'lin', name: 'Linus' }] }],
    });
    const { length: said } = stage.chat();
    await stage.do('vi', { name: 'profile:change', input: { name: 'Viola' } });
    expect(stage.chat()).toHaveLength(said);
    expect(stage.sharing().at(-1)).toMatchObject({ user: { name: 'Viola' } });
    const { length } = stage.sharing();
    await stage.do('ned', { name: 'profile:change', input: { name: 'Edward' } });
    expect(stage.sharing()).toHaveLength(length);
  });

  test('in so many documents, those that were changed last', async () => {
    const stage = await stageWithRoles();
    const ids = Array.from({ length: MAX_TOLD_DOCUMENTS }, (_, i) => `document-of-ed-number-${i}`);
    for (const id of ids)
      await stage.do('ed', { name: 'document:create', input: { document: id } });
    await stage.do('ed', { name: 'profile:change', input: { name: 'Edda' } });
    const told = (id?: string) => stage.sharing(id).some(({ name }) => name === 'profile:changed');
    expect(ids.every(told)).toBe(true);
    expect(told()).toBe(false);
  });
});
