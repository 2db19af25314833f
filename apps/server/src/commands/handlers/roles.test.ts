import { describe, expect, test } from 'vitest';
import type { Call, CommandName, ErrorCode, LinkAccess } from '@tandem/protocol';
import type { ServerCommandName } from '../command-runner.ts';
import {
  DOCUMENT as document,
  fixtureWithRoles,
  type AnyCall,
  type Fixture,
} from './testing/command-fixture.ts';

const ROLES = {
  owner: { user: 'ada', link: 'off' },
  editor: { user: 'ed', link: 'off' },
  viewer: { user: 'vi', link: 'edit' },
  'by a link to edit': { user: 'lin', link: 'edit' },
  'by a link to view': { user: 'lin', link: 'view' },
  'by a link that is off': { user: 'lin', link: 'off' },
} as const satisfies Record<string, { readonly user: string; readonly link: LinkAccess }>;

type RoleName = keyof typeof ROLES;
type Result = 'done' | ErrorCode;

const ALL: Readonly<Record<RoleName, Result>> = {
  owner: 'done',
  editor: 'done',
  viewer: 'done',
  'by a link to edit': 'done',
  'by a link to view': 'done',
  'by a link that is off': 'done',
};
const READERS = { ...ALL, 'by a link that is off': 'not-found' } as const;
const WRITERS = { ...READERS, viewer: 'forbidden', 'by a link to view': 'forbidden' } as const;
const OWNER = { ...WRITERS, editor: 'forbidden', 'by a link to edit': 'forbidden' } as const;

interface Row<N extends ServerCommandName> {
  readonly call: (
    user: string,
    messages: { readonly own: string; readonly others: string },
  ) => Extract<AnyCall, { name: N }>['input'];
  readonly expected: Readonly<Record<RoleName, Result>>;
}

const TABLE: { readonly [N in ServerCommandName]: readonly Row<N>[] } = {
  'document:create': [
    { call: () => ({ document, title: 'Mine now' }), expected: READERS },
    { call: (user) => ({ document: `new-document-of-${user}` }), expected: ALL },
  ],
  'document:rename': [{ call: () => ({ document, title: 'Plan B' }), expected: WRITERS }],
  'document:unlist': [{ call: () => ({ document }), expected: ALL }],
  // Skips documents the user may not see.
  'document:visit': [{ call: () => ({ document }), expected: ALL }],
  'link:change': [{ call: () => ({ document, link: 'view' }), expected: OWNER }],
  'member:change': [
    { call: () => ({ document, user: 'ned', role: 'editor' }), expected: OWNER },
    {
      call: () => ({ document, user: 'nobody', role: 'editor' }),
      expected: { ...OWNER, owner: 'not-found' },
    },
    {
      call: () => ({ document, user: 'ada', role: 'viewer' }),
      expected: { ...OWNER, owner: 'forbidden' },
    },
  ],
  'member:remove': [
    { call: () => ({ document, user: 'ed' }), expected: OWNER },
    { call: () => ({ document, user: 'ada' }), expected: { ...OWNER, owner: 'forbidden' } },
  ],
  'profile:change': [{ call: () => ({ name: 'Another' }), expected: ALL }],
  'chat:send': [
    { call: () => ({ document, text: 'Hi', mentions: [], replyTo: null }), expected: WRITERS },
  ],
  'chat:edit': [
    {
      call: (_user, { own }) => ({ document, message: own, text: 'Ho', mentions: [] }),
      expected: WRITERS,
    },
    {
      call: (_user, { others }) => ({ document, message: others, text: 'Ho', mentions: [] }),
      expected: { ...OWNER, owner: 'forbidden' },
    },
  ],
  'chat:delete': [
    { call: (_user, { own }) => ({ document, message: own }), expected: READERS },
    {
      call: (_user, { others }) => ({ document, message: others }),
      expected: { ...OWNER, 'by a link that is off': 'not-found' },
    },
  ],
  'chat:react': [
    {
      call: (_user, { others }) => ({ document, message: others, emoji: '🎉', on: true }),
      expected: WRITERS,
    },
  ],
  'chat:see': [{ call: () => ({ document, number: 1 }), expected: READERS }],
};

async function messages(fixture: Fixture, user: string) {
  const other = user === 'ed' ? 'ada' : 'ed';
  const sent: string[] = [];
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'edit' } });
  for (const author of [user, other]) {
    if (author === 'vi')
      await fixture.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
    const id = fixture.nextId();
    const input = { document, text: 'Hello', mentions: [], replyTo: null };
    expect(await fixture.run(author, { name: 'chat:send', input }, id)).toMatchObject({
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
  return { own, others };
}

const CASES = Object.entries(TABLE).flatMap(([name, rows]) =>
  rows.flatMap(({ call, expected }, i) =>
    (Object.keys(ROLES) as RoleName[]).map((role) => ({
      name,
      i,
      role,
      call,
      result: expected[role],
    })),
  ),
);

describe('W34 permissions', () => {
  test.each(CASES)('$name ($i) as $role: $result', async ({ name, role, call, result }) => {
    const fixture = await fixtureWithRoles();
    const { user, link } = ROLES[role];
    const { own, others } = await messages(fixture, user);
    await fixture.do('ada', { name: 'link:change', input: { document, link } });
    const before = await contents(fixture);

    const input = call(user, { own, others });
    const answer = await fixture.run(user, { name: name as CommandName, input } as Call);

    if (result === 'done') {
      expect(answer).toMatchObject({ kind: 'done', repeated: false });
    } else {
      expect(answer).toMatchObject({ kind: 'refused', error: { code: result, temporary: false } });
      expect(await contents(fixture)).toEqual(before);
    }
  });
});

async function contents({ db }: Fixture) {
  const tables = [
    'document',
    'visit',
    'member',
    'user',
    'chat_message',
    'chat_reaction',
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
