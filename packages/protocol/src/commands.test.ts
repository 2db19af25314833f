import { describe, expect, expectTypeOf, test } from 'vitest';
import { channelEvent, reduceChannel, type ChannelName, type ChannelState } from './channels.ts';
import {
  channelOf,
  command,
  COMMANDS,
  predict,
  replaces,
  type Call,
  type Command,
} from './commands.ts';
import { ANY_ORDER, commandsOf, defineCommands } from './topics/definition.ts';
import { libraryChannel } from './topics/library.ts';
import { newMessage } from './topics/message.ts';
import * as z from 'zod/mini';

const PUBLICATION = '0123456789abcdef0123456789abcdef';
const D = 'a-document-with-a-name';
const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const MESSAGE = '01BX5ZZKBKACTAV9WEVGEMMVRZ';
const user = { id: 'ada', name: 'Ada', color: 1 };
const ben = { id: 'ben', name: 'Ben', color: 2 };

const anchor = {
  start: { client: 7, clock: 3 },
  end: { client: 7, clock: 5 },
  block: 'b1',
  quote: 'low',
  prefix: '',
  suffix: ' water',
  length: 3,
  unique: 'quote' as const,
};
const listed = {
  id: D,
  kind: 'page',
  title: 'Old',
  role: 'owner',
  parent: null,
  position: 'a0',
  excerpt: '',
  createdAt: 0,
  updatedAt: 0,
  chatRead: 0,
} as const;
const notified = (id: string) => ({
  id,
  kind: 'mention' as const,
  document: D,
  title: 'Old',
  by: ben,
  source: { channel: 'chat' as const, message: MESSAGE },
  excerpt: 'low',
  at: 1,
  isRead: false,
});
const asked = {
  ...notified('01CX5ZZKBKACTAV9WEVGEMMV00'),
  kind: 'request' as const,
  source: null,
  isRead: true,
};
const LATER = '01CX5ZZKBKACTAV9WEVGEMMVRZ';
const STATES: Partial<Record<ChannelName, ChannelState>> = {
  library: { type: 'library', user, documents: [listed], next: null },
  trash: {
    type: 'trash',
    documents: [{ id: D, kind: 'page', title: 'Old', excerpt: '', trashedAt: 5 }],
  },
  inbox: { type: 'inbox', notifications: [notified(LATER), notified(MESSAGE), asked] },
  [`chat:${D}` as const]: {
    type: 'chat',
    head: 1,
    messages: [
      {
        id: MESSAGE,
        number: 1,
        author: user,
        text: 'low',
        mentions: [],
        replyTo: null,
        reactions: [],
        at: 0,
        editedAt: null,
        deletedAt: null,
        imported: null,
      },
    ],
  },
  [`comments:${D}` as const]: {
    type: 'comments',
    head: 1,
    threads: [
      {
        id: MESSAGE,
        anchor,
        resolved: null,
        messages: [newMessage({ id: MESSAGE, author: user, at: 0 }, { text: 'low', mentions: [] })],
      },
    ],
  },
  [`sharing:${D}` as const]: {
    type: 'sharing',
    owner: 'ada',
    expiresAt: null,
    hasPassword: false,
    publication: { id: PUBLICATION, isIndexed: false },
    link: 'off',
    isLinkInherited: false,
    around: { link: 'view', isRestricted: false },
    members: [{ user: ben, role: 'viewer', isOwn: true }],
  },
  [`versions:${D}` as const]: {
    type: 'versions',
    versions: [{ id: MESSAGE, offset: 3, title: 'Draft', by: 'ben', at: 2 }],
  },
};

const CASES: { [N in Call['name']]: [Extract<Call, { name: N }>['input'], object] } = {
  'document:create': [
    { document: 'another-document-here', title: 'New' },
    { documents: [{ id: 'another-document-here', title: 'New', role: 'owner' }, { id: D }] },
  ],
  'document:rename': [{ document: D, title: 'Tide' }, { documents: [{ title: 'Tide' }] }],
  'document:move': [
    { document: D, parent: 'another-document-here', position: 'a1' },
    { documents: [{ parent: 'another-document-here', position: 'a1' }] },
  ],
  'document:favourite': [{ document: D, isFavourite: true }, { documents: [{ favouriteAt: 9 }] }],
  'document:follow': [{ document: D, follows: 'all' }, { documents: [{ follows: 'all' }] }],
  'document:template': [{ document: D, isTemplate: true }, { documents: [{ isTemplate: true }] }],
  'document:unlist': [{ document: D }, { documents: [] }],
  'document:trash': [{ document: D }, { documents: [] }],
  'document:restore': [{ document: D }, { documents: [] }],
  'document:purge': [{ document: D }, { documents: [] }],
  'notification:see': [
    { notifications: [LATER] },
    { notifications: [{ isRead: true }, { isRead: false }, {}] },
  ],
  'notification:see-all': [
    { until: MESSAGE },
    { notifications: [{ isRead: false }, { isRead: true }, {}] },
  ],
  'access:request': [{ document: 'another-document-here', message: 'May I?' }, {}],
  'access:answer': [
    { document: D, user: 'ben', role: 'viewer' },
    { notifications: [{ kind: 'mention' }, { kind: 'mention' }] },
  ],
  'link:change': [
    { document: D, link: 'edit', expiresAt: 99 },
    { link: 'edit', expiresAt: 99 },
  ],
  'document:publish': [{ document: D }, { publication: { id: PUBLICATION, isIndexed: false } }],
  'publication:change': [
    { document: D, isIndexed: true },
    { publication: { id: PUBLICATION, isIndexed: false } },
  ],
  // Everyone reads it until the server has answered.
  'document:unpublish': [{ document: D }, { publication: { id: PUBLICATION, isIndexed: false } }],
  'document:restrict': [
    { document: D, isRestricted: true },
    { around: { link: 'view', isRestricted: true }, link: 'off' },
  ],
  'member:change': [
    { document: D, user: 'ben', role: 'editor' },
    { members: [{ user: ben, role: 'editor', isOwn: true }] },
  ],
  'member:remove': [{ document: D, user: 'ben' }, { members: [] }],
  'version:name': [
    { document: D, offset: 7, title: 'Final' },
    { versions: [{ id: ULID, offset: 7, title: 'Final', by: 'ada', at: 9 }, { id: MESSAGE }] },
  ],
  'version:rename': [
    { document: D, version: MESSAGE, title: 'First' },
    { versions: [{ title: 'First', by: 'ben' }] },
  ],
  'version:delete': [{ document: D, version: MESSAGE }, { versions: [] }],
  'profile:change': [{ color: 4 }, { user: { ...user, color: 4 } }],
  'chat:send': [
    { document: D, text: 'high', mentions: [], replyTo: null },
    { head: 1, messages: [{ number: 1 }, { id: ULID, number: null, author: user, at: 9 }] },
  ],
  'chat:edit': [
    { document: D, message: MESSAGE, text: 'high', mentions: [] },
    { messages: [{ text: 'high', editedAt: 9 }] },
  ],
  'chat:delete': [{ document: D, message: MESSAGE }, { messages: [{ text: '', deletedAt: 9 }] }],
  'chat:react': [
    { document: D, message: MESSAGE, emoji: '🌊', on: true },
    { messages: [{ reactions: [{ emoji: '🌊', users: [user] }] }] },
  ],
  'chat:see': [{ document: D, number: 1 }, { documents: [{ chatRead: 1 }] }],
  'comment:start': [
    { document: D, anchor, text: 'Sure?', mentions: [] },
    { head: 1, threads: [{}, { id: ULID, anchor, messages: [{ id: ULID, text: 'Sure?' }] }] },
  ],
  'comment:reply': [
    { document: D, thread: MESSAGE, text: 'Yes.', mentions: [] },
    { threads: [{ messages: [{ text: 'low' }, { id: ULID, text: 'Yes.', author: user }] }] },
  ],
  'comment:edit': [
    { document: D, message: MESSAGE, text: 'high', mentions: [] },
    { threads: [{ messages: [{ text: 'high', editedAt: 9 }] }] },
  ],
  'comment:delete': [{ document: D, message: MESSAGE }, { threads: [] }],
  'comment:react': [
    { document: D, message: MESSAGE, emoji: '🌊', on: true },
    { threads: [{ messages: [{ reactions: [{ emoji: '🌊', users: [user] }] }] }] },
  ],
  'comment:resolve': [
    { document: D, thread: MESSAGE, on: true },
    { threads: [{ resolved: { by: user, at: 9 } }] },
  ],
  'comment:reanchor': [
    { document: D, thread: MESSAGE, anchor: { ...anchor, block: 'b2' } },
    { threads: [{ anchor: { block: 'b2' } }] },
  ],
  'comments:see': [{ document: D, number: 1 }, { documents: [{ commentsRead: 1 }] }],
};

const stateOf = (name: ChannelName) => STATES[name] ?? null;
const context = { user, at: 9, stateOf };

describe('each command', () => {
  test.each(Object.entries(CASES))('%s', (name, [input, expected]) => {
    const command = { id: ULID, name, input } as Command;
    const event = predict(command, context);
    const state = stateOf(channelOf(command));
    if (event === null || state === null) throw new Error('nothing is predicted');
    expect(channelEvent.parse(event)).toEqual(event);
    expect(event.command).toBe(ULID);
    const predicted = reduceChannel(state, event);
    expect(predicted).toMatchObject(expected);
    expect(reduceChannel(predicted, event)).toEqual(predicted);
  });
});

describe('a definition', () => {
  const complete = {
    name: 'document:archive',
    summary: 'Archives the document.',
    input: z.strictObject({ document: z.string() }),
    order: ANY_ORDER,
    replaces: null,
    isIdempotent: true,
    predict: () => null,
  } as const;

  test('is all that the union of the wire needs', () => {
    const names = Object.keys(COMMANDS);
    expect(names).toEqual(Object.values(COMMANDS).map(({ name }) => name));
    for (const name of names) {
      const [input] = CASES[name as Call['name']];
      expect(command.parse({ id: ULID, name, input })).toEqual({ id: ULID, name, input });
    }
    expect(command.safeParse({ id: ULID, name: 'document:archive', input: {} }).success).toBe(
      false,
    );
    expectTypeOf<z.output<typeof command>>().toEqualTypeOf<Command>();
    const defineCommand = commandsOf(libraryChannel);
    const commands = defineCommands(defineCommand(complete));
    expectTypeOf<keyof typeof commands>().toEqualTypeOf<'document:archive'>();
  });

  test('with a part left out, or with an event of another channel, does not compile', () => {
    const defineCommand = commandsOf(libraryChannel);
    const { predict: _predict, ...unpredicted } = complete;
    const { order: _order, ...unordered } = complete;
    const { isIdempotent: _isIdempotent, ...undecided } = complete;
    // @ts-expect-error It has no prediction.
    defineCommand(unpredicted);
    // @ts-expect-error It has no order.
    defineCommand(unordered);
    // @ts-expect-error It does not say whether it is idempotent.
    defineCommand(undecided);
    // @ts-expect-error The event belongs to a chat.
    defineCommand({ ...complete, predict: () => ({ name: 'chat:deleted', message: ULID }) });
  });
});

test('a document that is there already stays as it is', () => {
  const input = { document: D, title: 'New' };
  expect(predict({ id: ULID, name: 'document:create', input }, context)).toBeNull();
});

test('a user who is not in the state is predicted only when known', () => {
  const input = { document: D, user: 'cem', role: 'editor' } as const;
  const command = { id: ULID, name: 'member:change', input } as const;
  expect(predict(command, context)).toBeNull();
  expect(predict(command, { ...context, stateOf: () => null })).toBeNull();
  const cem = { id: 'cem', name: 'Cem', color: 2 };
  const findUser = (id: string) => (id === 'cem' ? cem : null);
  expect(predict(command, { ...context, findUser })).toMatchObject({
    name: 'member:changed',
    member: { user: cem, role: 'editor', isOwn: true },
  });
});

test('a message is signed with the name that its author has just taken', () => {
  const input = { document: D, text: 'x', mentions: [], replyTo: null };
  const renamed = {
    type: 'library',
    user: { ...user, name: 'Countess' },
    documents: [],
    next: null,
  } as const;
  const event = predict(
    { id: ULID, name: 'chat:send', input },
    { ...context, stateOf: () => ({ ...renamed, documents: [] }) },
  );
  expect(event).toMatchObject({ message: { author: { name: 'Countess' } } });
});

describe('PO11 a change of a link', () => {
  type Change = Omit<Extract<Call, { name: 'link:change' }>['input'], 'document'>;
  const change = (input: Change): Command => ({
    ...{ id: ULID, name: 'link:change' },
    input: { document: D, ...input },
  });

  test.each<[Change, Change, boolean]>([
    [{ link: 'view', expiresAt: 99 }, { link: 'comment' }, false],
    [{ expiresAt: 99 }, { link: 'comment' }, false],
    [{ link: 'view' }, { expiresAt: 99 }, false],
    // It would open the link with its old password.
    [{ link: 'off' }, { link: 'view' }, false],
    // The time between them would have no link to end.
    [{ link: 'edit' }, { link: 'view' }, false],
    [{ expiresAt: 98 }, { expiresAt: 99 }, true],
    [{ link: 'view', expiresAt: 99 }, { link: 'off' }, true],
    [{ expiresAt: 99 }, { link: null }, true],
  ])('%o, which waits, and then %o: it is replaced: %s', (earlier, later, isReplaced) => {
    expect(replaces(change(later), change(earlier))).toBe(isReplaced);
  });

  const predicted = (input: Change, state: object) => {
    const before = { ...context.stateOf(`sharing:${D}`), ...state } as ChannelState;
    return predict(change(input), { ...context, stateOf: () => before });
  };

  test('by its time alone leaves what it allows, and opens none', () => {
    const open = { link: 'comment', isLinkInherited: false, hasPassword: true };
    expect(predicted({ expiresAt: 99 }, open)).toMatchObject({
      ...{ link: 'comment', expiresAt: 99, hasPassword: true },
    });
    expect(predicted({ expiresAt: 99 }, { ...open, link: 'off' })).toBeNull();
    expect(predicted({ expiresAt: 99 }, { ...open, isLinkInherited: true })).toBeNull();
  });
});
