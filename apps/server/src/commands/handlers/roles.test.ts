/** The authorisation matrix of commands: command × role × lifecycle of the document. */
import { describe, expect, test } from 'vitest';
import type { Call, CommandName, ErrorCode, Lifecycle, LinkAccess } from '@tandem/protocol';
import { registerUser } from '../../storage/users.ts';
import type { ServerCommandName } from '../command-runner.ts';
import {
  ANCHOR,
  DOCUMENT as document,
  fixtureWithRoles,
  type AnyCall,
  type Fixture,
} from './testing/command-fixture.ts';
import { createGroup, joinGroup, leaveGroup } from './testing/group-calls.ts';

const ROLES = {
  owner: { user: 'ada', link: 'off' },
  editor: { user: 'ed', link: 'off' },
  commenter: { user: 'coe', link: 'edit' },
  viewer: { user: 'vi', link: 'edit' },
  'by a link to edit': { user: 'lin', link: 'edit' },
  'by a link to comment': { user: 'lin', link: 'comment' },
  'by a link to view': { user: 'lin', link: 'view' },
  'by a link that is off': { user: 'lin', link: 'off' },
  'by an expired link': { user: 'lin', link: 'edit', isExpired: true },
  'by a link with a password, not given': { user: 'lin', link: 'edit', password: 'not given' },
  'by a link with a password, given': { user: 'lin', link: 'edit', password: 'given' },
  'by a link with a password, changed': { user: 'lin', link: 'edit', password: 'changed' },
  'editor by a group': { user: 'ned', link: 'off', group: 'in it' },
  'editor by a group, until they left it': { user: 'ned', link: 'off', group: 'left' },
} as const satisfies Record<
  string,
  {
    readonly user: string;
    readonly link: LinkAccess;
    readonly isExpired?: true;
    readonly password?: 'not given' | 'given' | 'changed';
    readonly group?: 'in it' | 'left';
  }
>;

type RoleName = keyof typeof ROLES;
type Result = 'done' | ErrorCode;

const ALL: Readonly<Record<RoleName, Result>> = {
  owner: 'done',
  editor: 'done',
  commenter: 'done',
  viewer: 'done',
  'by a link to edit': 'done',
  'by a link to comment': 'done',
  'by a link to view': 'done',
  'by a link that is off': 'done',
  'by an expired link': 'done',
  'by a link with a password, not given': 'done',
  'by a link with a password, given': 'done',
  'by a link with a password, changed': 'done',
  'editor by a group': 'done',
  'editor by a group, until they left it': 'done',
};
const READERS = {
  ...ALL,
  'by a link that is off': 'not-found',
  'by an expired link': 'not-found',
  'by a link with a password, not given': 'not-found',
  'by a link with a password, changed': 'not-found',
  'editor by a group, until they left it': 'not-found',
} as const;
const IMPORTED = { author: { name: 'Cleo', color: 1 }, at: 1, editedAt: null, reactions: [] };

const COMMENTERS = { ...READERS, viewer: 'forbidden', 'by a link to view': 'forbidden' } as const;
const WRITERS = {
  ...COMMENTERS,
  commenter: 'forbidden',
  'by a link to comment': 'forbidden',
} as const;
const OWNER = {
  ...WRITERS,
  editor: 'forbidden',
  'by a link to edit': 'forbidden',
  'by a link with a password, given': 'forbidden',
  'editor by a group': 'forbidden',
} as const;

/** Ids of messages. */
interface Authored {
  readonly own: string;
  readonly others: string;
}

interface Row<N extends ServerCommandName> {
  readonly call: (
    user: string,
    messages: Authored & { readonly comment: Authored },
  ) => Extract<AnyCall, { name: N }>['input'];
  /** On the web, before it is moved to the trash. */
  readonly isPublished?: true;
  /** The owner imported the chat, and the only thread: `comment` has its id. */
  readonly isImport?: true;
  /** For an active document. */
  readonly expected: Readonly<Record<RoleName, Result>>;
  readonly inTrash: InTrash;
}

/** For others than the owner a document in the trash does not exist (PO3). */
interface InTrash {
  readonly owner: Result;
  readonly others: 'done' | 'not-found' | 'forbidden';
}

const READABLE: InTrash = { owner: 'done', others: 'not-found' };
/** The document is on no list. */
const UNREAD: InTrash = { owner: 'not-found', others: 'not-found' };
const REFUSED: InTrash = { owner: 'forbidden', others: 'not-found' };
/** Not about the document, or about the person's own list only. */
const UNAFFECTED: InTrash = { owner: 'done', others: 'done' };
const NOBODY: Readonly<Record<RoleName, Result>> = { ...OWNER, owner: 'forbidden' };

/** Messages of a file come into a document, a thread or a chat that has none which people wrote there. */
const NO_IMPORT = NOBODY;

/** The link is off for the roles that are tested with one. */
const NO_LINK = { ...NOBODY, 'by an expired link': 'not-found' } as const;
const EVERYBODY_REFUSED = Object.fromEntries(
  Object.keys(ALL).map((role) => [role, 'forbidden']),
) as Readonly<Record<RoleName, Result>>;

const GROUP = '01JD0000000000000000000001';
const OTHER_GROUP = '01JD0000000000000000000002';
const NO_VERSION = '01JD0000000000000000000000';

/** Commands about accounts, people and groups are no document's, nor are those of administrators. */
const TABLE: {
  readonly [
    N in Exclude<
      ServerCommandName,
      | `account:${string}`
      | `passkey:${string}`
      | `webhook:${string}`
      | `person:${string}`
      | Exclude<Extract<ServerCommandName, `group:${string}`>, 'group:share' | 'group:end-role'>
      | 'settings:change'
      | 'publication:take-down'
    >
  ]: readonly Row<N>[];
} = {
  'document:create': [
    { call: () => ({ document, title: 'Mine now' }), expected: READERS, inTrash: READABLE },
    {
      call: (user) => ({ document: `new-document-of-${user}` }),
      expected: ALL,
      inTrash: UNAFFECTED,
    },
  ],
  'document:rename': [
    { call: () => ({ document, title: 'Plan B' }), expected: WRITERS, inTrash: REFUSED },
  ],
  'document:move': [
    {
      call: () => ({ document, parent: null, position: 'a1' }),
      expected: OWNER,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, parent: document, position: 'a1' }),
      expected: NOBODY,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, parent: 'nowhere', position: 'a1' }),
      expected: {
        ...WRITERS,
        owner: 'not-found',
        editor: 'not-found',
        'by a link to edit': 'not-found',
        'by a link with a password, given': 'not-found',
        'editor by a group': 'not-found',
      },
      inTrash: REFUSED,
    },
  ],
  'document:favourite': [
    { call: () => ({ document, isFavourite: true }), expected: READERS, inTrash: UNREAD },
  ],
  'document:follow': [
    { call: () => ({ document, follows: 'all' }), expected: READERS, inTrash: UNREAD },
  ],
  'document:template': [
    { call: () => ({ document, isTemplate: true }), expected: OWNER, inTrash: REFUSED },
  ],
  // Nobody has notifications of others, so that all of them are accepted and change nothing.
  'notification:see': [
    { call: () => ({ notifications: [NO_VERSION] }), expected: ALL, inTrash: UNAFFECTED },
  ],
  'notification:see-all': [
    { call: () => ({ until: NO_VERSION }), expected: ALL, inTrash: UNAFFECTED },
  ],
  'document:unlist': [{ call: () => ({ document }), expected: ALL, inTrash: UNAFFECTED }],
  // Skips documents the user may not see.
  'document:visit': [{ call: () => ({ document }), expected: ALL, inTrash: UNAFFECTED }],
  'document:trash': [{ call: () => ({ document }), expected: OWNER, inTrash: REFUSED }],
  'document:restore': [{ call: () => ({ document }), expected: NOBODY, inTrash: READABLE }],
  'document:expire': [
    {
      call: () => ({ document, before: Number.MAX_SAFE_INTEGER }),
      expected: NOBODY,
      inTrash: READABLE,
    },
  ],
  'document:purge': [{ call: () => ({ document }), expected: NOBODY, inTrash: READABLE }],
  'link:change': [{ call: () => ({ document, link: 'view' }), expected: OWNER, inTrash: REFUSED }],
  'link:protect': [
    { call: () => ({ document, passwordHash: null }), expected: NO_LINK, inTrash: REFUSED },
  ],
  // The hash is that of no password.
  'link:enter': [
    {
      call: () => ({ document, verifiedHash: 'none' }),
      expected: EVERYBODY_REFUSED,
      inTrash: { owner: 'forbidden', others: 'forbidden' },
    },
  ],
  // Given by servers; there is no time for it to be over.
  'link:expire': [{ call: () => ({ document }), expected: ALL, inTrash: UNAFFECTED }],
  'document:publish': [
    { call: () => ({ document }), expected: OWNER, inTrash: REFUSED },
    { call: () => ({ document }), isPublished: true, expected: OWNER, inTrash: REFUSED },
  ],
  'publication:change': [
    { call: () => ({ document, isIndexed: true }), expected: NOBODY, inTrash: REFUSED },
    {
      ...{ call: () => ({ document, isIndexed: true }), isPublished: true },
      ...{ expected: OWNER, inTrash: REFUSED },
    },
  ],
  'document:unpublish': [
    { call: () => ({ document }), expected: OWNER, inTrash: REFUSED },
    { call: () => ({ document }), isPublished: true, expected: OWNER, inTrash: REFUSED },
  ],
  'document:restrict': [
    {
      call: () => ({ document, isRestricted: false }),
      expected: OWNER,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, isRestricted: true }),
      expected: NOBODY,
      inTrash: REFUSED,
    },
  ],
  'member:change': [
    { call: () => ({ document, user: 'ned', role: 'editor' }), expected: OWNER, inTrash: REFUSED },
    {
      call: () => ({ document, user: 'nobody', role: 'editor' }),
      expected: { ...OWNER, owner: 'not-found' },
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, user: 'ada', role: 'viewer' }),
      expected: NOBODY,
      inTrash: REFUSED,
    },
  ],
  'member:remove': [
    { call: () => ({ document, user: 'ed' }), expected: OWNER, inTrash: REFUSED },
    { call: () => ({ document, user: 'ada' }), expected: NOBODY, inTrash: REFUSED },
  ],
  // The same answer to everyone, whatever the document is.
  'address:invite': [
    {
      call: () => ({ document, address: 'new@example.org', role: 'viewer', isMailed: true }),
      expected: OWNER,
      inTrash: REFUSED,
    },
  ],
  'address:withdraw': [
    { call: () => ({ document, address: 'new@example.org' }), expected: OWNER, inTrash: REFUSED },
  ],
  'group:share': [
    // Nobody finds it but who is in it, and it is one who may not share.
    {
      call: () => ({ document, group: GROUP, role: 'viewer', isNamed: false }),
      expected: { ...OWNER, owner: 'not-found' },
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, group: GROUP, role: 'viewer', isNamed: true }),
      expected: OWNER,
      inTrash: REFUSED,
    },
  ],
  // Of a group that is not being deleted, or has no role.
  'group:end-role': [
    { call: () => ({ document, group: GROUP }), expected: ALL, inTrash: UNAFFECTED },
  ],
  // Of somebody to whose addresses nothing was given.
  'address:claim': [
    { call: () => ({ document, issuers: [] }), expected: ALL, inTrash: UNAFFECTED },
  ],
  'access:request': [
    { call: () => ({ document, message: 'Please' }), expected: ALL, inTrash: UNAFFECTED },
  ],
  'access:answer': [
    // Nobody has asked.
    { call: () => ({ document, user: 'lin', role: 'editor' }), expected: NOBODY, inTrash: REFUSED },
    { call: () => ({ document, user: 'lin', role: null }), expected: OWNER, inTrash: REFUSED },
  ],
  'version:name': [
    { call: () => ({ document, offset: 1, title: 'Draft' }), expected: WRITERS, inTrash: REFUSED },
  ],
  'version:rename': [
    {
      call: () => ({ document, version: NO_VERSION, title: 'Draft' }),
      expected: {
        ...WRITERS,
        owner: 'not-found',
        editor: 'not-found',
        'by a link to edit': 'not-found',
        'by a link with a password, given': 'not-found',
        'editor by a group': 'not-found',
      },
      inTrash: REFUSED,
    },
  ],
  'version:delete': [
    { call: () => ({ document, version: NO_VERSION }), expected: WRITERS, inTrash: REFUSED },
  ],
  'profile:change': [{ call: () => ({ name: 'Another' }), expected: ALL, inTrash: UNAFFECTED }],
  'chat:send': [
    {
      call: () => ({ document, text: 'Hi', mentions: [], replyTo: null }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, text: 'Hi', mentions: [], replyTo: null, imported: IMPORTED }),
      isImport: true,
      expected: OWNER,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, text: 'Hi', mentions: [], replyTo: null, imported: IMPORTED }),
      expected: NO_IMPORT,
      inTrash: REFUSED,
    },
  ],
  'chat:edit': [
    {
      call: (_user, { own }) => ({ document, message: own, text: 'Ho', mentions: [] }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
    {
      call: (_user, { others }) => ({ document, message: others, text: 'Ho', mentions: [] }),
      expected: NOBODY,
      inTrash: REFUSED,
    },
  ],
  'chat:delete': [
    {
      call: (_user, { own }) => ({ document, message: own }),
      expected: READERS,
      inTrash: READABLE,
    },
    {
      call: (_user, { others }) => ({ document, message: others }),
      expected: OWNER,
      inTrash: REFUSED,
    },
  ],
  'chat:react': [
    {
      call: (_user, { others }) => ({ document, message: others, emoji: '🎉', on: true }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
  ],
  'chat:see': [{ call: () => ({ document, number: 1 }), expected: READERS, inTrash: READABLE }],
  'comment:start': [
    {
      call: () => ({ document, anchor: ANCHOR, text: 'Sure?', mentions: [] }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, anchor: ANCHOR, text: 'Sure?', mentions: [], imported: IMPORTED }),
      isImport: true,
      expected: OWNER,
      inTrash: REFUSED,
    },
    {
      call: () => ({ document, anchor: ANCHOR, text: 'Sure?', mentions: [], imported: IMPORTED }),
      expected: NO_IMPORT,
      inTrash: REFUSED,
    },
  ],
  'comment:reply': [
    {
      call: (_user, { comment: { others: thread } }) => ({
        document,
        thread,
        text: 'Yes.',
        mentions: [],
      }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
    {
      call: (_user, { comment: { others: thread } }) => ({
        ...{ document, thread, text: 'Yes.', mentions: [], imported: IMPORTED },
      }),
      isImport: true,
      expected: OWNER,
      inTrash: REFUSED,
    },
    {
      call: (_user, { comment: { others: thread } }) => ({
        ...{ document, thread, text: 'Yes.', mentions: [], imported: IMPORTED },
      }),
      expected: NO_IMPORT,
      inTrash: REFUSED,
    },
  ],
  'comment:edit': [
    {
      call: (_user, { comment: { own: message } }) => ({
        document,
        message,
        text: 'Ho',
        mentions: [],
      }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
    {
      call: (_user, { comment: { others: message } }) => ({
        document,
        message,
        text: 'Ho',
        mentions: [],
      }),
      expected: NOBODY,
      inTrash: REFUSED,
    },
  ],
  'comment:delete': [
    {
      call: (_user, { comment: { own: message } }) => ({ document, message }),
      expected: READERS,
      inTrash: READABLE,
    },
    {
      call: (_user, { comment: { others: message } }) => ({ document, message }),
      expected: OWNER,
      inTrash: REFUSED,
    },
  ],
  'comment:react': [
    {
      call: (_user, { comment: { others: message } }) => ({
        document,
        message,
        emoji: '🎉',
        on: true,
      }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
  ],
  'comment:resolve': [
    {
      call: (_user, { comment: { others: thread } }) => ({ document, thread, on: true }),
      expected: COMMENTERS,
      inTrash: REFUSED,
    },
    {
      call: (_user, { comment: { others: thread } }) => ({
        ...{ document, thread, on: true },
        imported: { by: IMPORTED.author, at: 1 },
      }),
      isImport: true,
      expected: OWNER,
      inTrash: REFUSED,
    },
    {
      call: (_user, { comment: { others: thread } }) => ({
        ...{ document, thread, on: true },
        imported: { by: IMPORTED.author, at: 1 },
      }),
      expected: NO_IMPORT,
      inTrash: REFUSED,
    },
  ],
  'comment:reanchor': [
    {
      call: (_user, { comment: { others: thread } }) => ({
        document,
        thread,
        anchor: { ...ANCHOR, block: 'b2' },
      }),
      expected: WRITERS,
      inTrash: REFUSED,
    },
  ],
  'comments:see': [{ call: () => ({ document, number: 1 }), expected: READERS, inTrash: READABLE }],
};

async function messages(fixture: Fixture, user: string, isImport: boolean) {
  const other = user === 'ed' ? 'ada' : 'ed';
  const sent: string[] = [];
  const commented: string[] = [];
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'edit' } });
  const about = { document, anchor: ANCHOR, text: 'Hello', mentions: [] };
  const thread = fixture.nextId();
  if (isImport)
    await fixture.run(
      'ada',
      { name: 'comment:start', input: { ...about, imported: IMPORTED } },
      thread,
    );
  for (const author of [user, other]) {
    if (author === 'vi')
      await fixture.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
    const comment = isImport ? thread : fixture.nextId();
    if (!isImport) await fixture.run(author, { name: 'comment:start', input: about }, comment);
    commented.push(comment);
    const id = fixture.nextId();
    const message = { document, text: 'Hello', mentions: [], replyTo: null };
    const input = isImport ? { ...message, imported: IMPORTED } : message;
    const sender = isImport ? 'ada' : author;
    expect(await fixture.run(sender, { name: 'chat:send', input }, id)).toMatchObject({
      kind: 'done',
    });
    if (author === 'vi')
      await fixture.do('ada', {
        name: 'member:change',
        input: { document, user: 'vi', role: 'viewer' },
      });
    sent.push(id);
  }
  const [own, others] = sent as [string, string];
  const [ownComment, othersComment] = commented as [string, string];
  return { own, others, comment: { own: ownComment, others: othersComment } };
}

const LIFECYCLES: Readonly<Record<Lifecycle, true>> = { active: true, trashed: true, purged: true };

function expectedIn(
  lifecycle: Lifecycle,
  role: RoleName,
  { expected, inTrash }: Pick<Row<ServerCommandName>, 'expected' | 'inTrash'>,
): Result {
  if (lifecycle === 'active') return expected[role];
  if (lifecycle === 'trashed' && role === 'owner') return inTrash.owner;
  return inTrash.others;
}

const CASES = Object.entries(TABLE).flatMap(([name, rows]) =>
  rows.flatMap((row, i) =>
    (Object.keys(ROLES) as RoleName[]).flatMap((role) =>
      (Object.keys(LIFECYCLES) as Lifecycle[]).map((lifecycle) => ({
        name,
        i,
        role,
        lifecycle,
        call: row.call,
        isPublished: row.isPublished === true,
        isImport: row.isImport === true,
        result: expectedIn(lifecycle, role, row),
      })),
    ),
  ),
);

async function move(fixture: Fixture, lifecycle: Lifecycle): Promise<void> {
  if (lifecycle === 'active') return;
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  if (lifecycle === 'purged')
    await fixture.do('ada', { name: 'document:purge', input: { document } });
}

async function protect(
  fixture: Fixture,
  user: string,
  password: 'not given' | 'given' | 'changed',
): Promise<void> {
  const set = (passwordHash: string) =>
    fixture.do('ada', { name: 'link:protect', input: { document, passwordHash } });
  await set('a hash');
  if (password === 'not given') return;
  await fixture.do(user, { name: 'link:enter', input: { document, verifiedHash: 'a hash' } });
  if (password === 'changed') await set('another hash');
}

async function throughGroup(fixture: Fixture, user: string, is: 'in it' | 'left'): Promise<void> {
  const group = OTHER_GROUP;
  await createGroup(fixture, group);
  await registerUser(fixture.db, { id: user, at: 0 });
  await joinGroup(fixture, { group, person: user });
  const input = { document, group, role: 'editor', isNamed: true } as const;
  await fixture.do('ada', { name: 'group:share', input });
  if (is === 'left') await leaveGroup(fixture, { group, person: user });
}

async function expire(fixture: Fixture, link: LinkAccess): Promise<void> {
  const expiresAt = fixture.now + 1_000;
  await fixture.do('ada', { name: 'link:change', input: { document, link, expiresAt } });
  fixture.now = expiresAt;
  await fixture.do('ada', { name: 'link:expire', input: { document } });
}

describe('W34 PO1 PO2 PO3 PO4 permissions', () => {
  test.each(CASES)(
    '$name ($i) as $role, $lifecycle: $result',
    async ({ name, role, lifecycle, call, isPublished, isImport, result }) => {
      const fixture = await fixtureWithRoles();
      await registerUser(fixture.db, { id: 'ada', at: 0 });
      const { user, link, ...rest } = ROLES[role];
      const sent = await messages(fixture, user, isImport);
      await fixture.do('ada', { name: 'link:change', input: { document, link } });
      if ('isExpired' in rest) await expire(fixture, link);
      if ('password' in rest) await protect(fixture, user, rest.password);
      await createGroup(fixture, GROUP);
      if ('group' in rest) await throughGroup(fixture, user, rest.group);
      if (isPublished) await fixture.do('ada', { name: 'document:publish', input: { document } });
      await move(fixture, lifecycle);
      const before = await contents(fixture);

      const input = call(user, sent);
      const answer = await fixture.run(user, { name: name as CommandName, input } as Call);

      if (result === 'done') {
        expect(answer).toMatchObject({ kind: 'done', repeated: false });
      } else {
        expect(answer).toMatchObject({
          kind: 'refused',
          error: { code: result, temporary: false },
        });
        expect(await contents(fixture)).toEqual(before);
      }
    },
  );
});

async function contents({ db }: Fixture) {
  const tables = [
    'document',
    'visit',
    'member',
    'group_role',
    'user',
    'message',
    'reaction',
    'comment_thread',
    'notification',
    'access_request',
    'publication',
    'event',
  ] as const;
  const rows = await Promise.all(
    tables.map((table) =>
      db
        .selectFrom(table as 'document')
        .selectAll()
        .execute(),
    ),
  );
  return rows;
}

test('W34 visiting a document that is missing or not visible changes nothing', async () => {
  const fixture = await fixtureWithRoles();
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
  const before = await contents(fixture);
  await fixture.do('ned', { name: 'document:visit', input: { document } });
  await fixture.do('ned', { name: 'document:visit', input: { document: 'nowhere' } });
  expect(await contents(fixture)).toEqual(before);
});
