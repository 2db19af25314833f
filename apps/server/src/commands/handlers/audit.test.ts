/** What commands record: AU1, AU3 to AU5 of `storage/audit/README.md`. */
import { expect, test } from 'vitest';
import { AUDIT_ACTIONS, type AuditEntry } from '@tandem/protocol/audit';
import { listAudit } from '../../storage/audit/audit-log.ts';
import { addIdentity } from '../../storage/identities.ts';
import { registerUser } from '../../storage/users.ts';
import { addOneTime } from '../../storage/one-time-tokens.ts';
import { createSession } from '../../storage/sessions.ts';
import { putAccessRequest } from '../../storage/access-requests.ts';
import { offerGuest } from '../../storage/guest-offers.ts';
import { setExpiry } from '../../storage/link-terms.ts';
import {
  BY_SETTING,
  ANCHOR,
  DOCUMENT as document,
  Fixture,
  fixtureWithRoles,
  type AnyCall,
} from './testing/command-fixture.ts';

type Seen = Pick<AuditEntry, 'action' | 'actor' | 'detail'> & Partial<AuditEntry>;

const entriesOf = async ({ db }: Fixture): Promise<readonly AuditEntry[]> =>
  (await listAudit(db, {}, 1_000)).entries.toReversed();

/** Only what is there. */
function shortened({ number: _, at: __, ...entry }: AuditEntry): Seen {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null)) as Seen;
}

async function recorded(
  fixture: Fixture,
  calls: readonly (readonly [string, AnyCall])[],
): Promise<Seen[]> {
  const before = (await entriesOf(fixture)).length;
  for (const [user, call] of calls) await fixture.do(user, call);
  return (await entriesOf(fixture)).slice(before).map(shortened);
}

const start = (id: string) => ({ id, agent: 'Firefox', network: '192.0.2.0/24', replaces: null });
const identity = { issuer: 'email', subject: 'ada@example.org', credential: 'hash' };
const provider = { issuer: 'https://id.example.org', subject: 'ada' };

test('AU1 sharing', async () => {
  const fixture = await fixtureWithRoles();
  const { db } = fixture;
  await registerUser(db, { id: 'ada', at: 0 });
  await putAccessRequest(db, { document, user: 'ned', message: 'Please', at: 0 });
  await putAccessRequest(db, { document, user: 'lin', message: 'Please', at: 0 });
  const inside = 'document-inside-the-other';
  expect(
    await recorded(fixture, [
      ['ada', { name: 'member:change', input: { document, user: 'ed', role: 'viewer' } }],
      ['ada', { name: 'member:remove', input: { document, user: 'ed' } }],
      ['ada', { name: 'access:answer', input: { document, user: 'ned', role: 'editor' } }],
      ['ada', { name: 'access:answer', input: { document, user: 'lin', role: null } }],
      ['ada', { name: 'link:change', input: { document, link: 'view' } }],
      ['ada', { name: 'link:protect', input: { document, passwordHash: 'hash of a secret' } }],
      ['ada', { name: 'document:publish', input: { document } }],
      ['ada', { name: 'publication:change', input: { document, isIndexed: true } }],
      ['ada', { name: 'document:unpublish', input: { document } }],
      ['ada', { name: 'document:create', input: { document: inside, parent: document } }],
      ['ada', { name: 'document:restrict', input: { document: inside, isRestricted: true } }],
    ]),
  ).toEqual([
    {
      ...{ actor: 'ada', action: 'member:changed', document, person: 'ed' },
      detail: { from: 'editor', to: 'viewer' },
    },
    {
      ...{ actor: 'ada', action: 'member:removed', document, person: 'ed' },
      detail: { from: 'viewer' },
    },
    {
      ...{ actor: 'ada', action: 'member:changed', document, person: 'ned' },
      detail: { from: null, to: 'editor' },
    },
    { actor: 'ada', action: 'access:declined', document, person: 'lin', detail: {} },
    {
      ...{ actor: 'ada', action: 'link:changed', document },
      detail: { from: 'edit', to: 'view', expiresAt: null },
    },
    { actor: 'ada', action: 'link:protected', document, detail: { hasPassword: true } },
    { actor: 'ada', action: 'document:published', document, detail: {} },
    { actor: 'ada', action: 'publication:changed', document, detail: { isIndexed: true } },
    { actor: 'ada', action: 'document:unpublished', document, detail: {} },
    { actor: 'ada', action: 'document:created', document: inside, detail: { parent: document } },
    {
      ...{ actor: 'ada', action: 'document:restricted', document: inside },
      detail: { isRestricted: true },
    },
  ]);
});

test('AU1 AU2 an invited address is recorded without the address, and its person when they come', async () => {
  const fixture = await fixtureWithRoles();
  const { db } = fixture;
  for (const id of ['ada', 'ned']) await registerUser(db, { id, at: 0 });
  const address = 'ned@example.org';
  const email = { issuer: 'email', subject: address, user: 'ned', credential: 'hash', at: 0 };
  await addIdentity(db, { ...email, verifiedAt: 1 });
  const input = { document, address, isMailed: false };
  expect(
    await recorded(fixture, [
      ['ada', { name: 'address:invite', input: { ...input, role: 'viewer' } }],
      ['ada', { name: 'address:withdraw', input: { document, address } }],
      ['ada', { name: 'address:withdraw', input: { document, address } }],
      ['ada', { name: 'address:invite', input: { ...input, role: 'editor' } }],
      ['ned', { name: 'address:claim', input: { document, issuers: [] } }],
      ['ned', { name: 'address:claim', input: { document, issuers: [] } }],
    ]),
  ).toEqual([
    { actor: 'ada', action: 'address:invited', document, detail: { to: 'viewer' } },
    { actor: 'ada', action: 'address:withdrawn', document, detail: {} },
    { actor: 'ada', action: 'address:invited', document, detail: { to: 'editor' } },
    {
      ...{ actor: 'ned', action: 'address:claimed', document, person: 'ada' },
      detail: { from: null, to: 'editor' },
    },
  ]);
});

test('AU1 what exists, and the server by itself', async () => {
  const fixture = await fixtureWithRoles();
  const other = 'another-document-of-ada';
  await fixture.do('ada', { name: 'document:create', input: { document: other } });
  const message = fixture.nextId();
  await fixture.run(
    'ed',
    { name: 'chat:send', input: { document, text: 'Lantern', mentions: [], replyTo: null } },
    message,
  );
  const comment = fixture.nextId();
  await fixture.run(
    'ed',
    { name: 'comment:start', input: { document, anchor: ANCHOR, text: 'Lantern', mentions: [] } },
    comment,
  );
  expect(
    await recorded(fixture, [
      ['ada', { name: 'chat:delete', input: { document, message } }],
      ['ada', { name: 'comment:delete', input: { document, message: comment } }],
      [
        'ada',
        { name: 'document:move', input: { document: other, parent: document, position: 'a1' } },
      ],
      [
        'ada',
        { name: 'document:move', input: { document: other, parent: document, position: 'a2' } },
      ],
      ['ada', { name: 'document:trash', input: { document: other } }],
      ['ada', { name: 'document:restore', input: { document: other } }],
      ['ada', { name: 'document:trash', input: { document: other } }],
      ['ada', { name: 'document:purge', input: { document: other } }],
    ]),
  ).toEqual([
    {
      ...{ actor: 'ada', action: 'message:deleted', document, person: 'ed' },
      detail: { channel: 'chat' },
    },
    {
      ...{ actor: 'ada', action: 'message:deleted', document, person: 'ed' },
      detail: { channel: 'comments' },
    },
    {
      ...{ actor: 'ada', action: 'document:moved', document: other },
      detail: { from: null, to: document },
    },
    { actor: 'ada', action: 'document:trashed', document: other, detail: {} },
    { actor: 'ada', action: 'document:restored', document: other, detail: {} },
    { actor: 'ada', action: 'document:trashed', document: other, detail: {} },
    { actor: 'ada', action: 'document:purged', document: other, detail: { cause: 'person' } },
  ]);
  await setExpiry(fixture.db, document, 1);
  expect(
    await recorded(fixture, [
      ['ada', { name: 'link:expire', input: { document } }],
      ['ada', { name: 'document:trash', input: { document } }],
      ['ada', { name: 'document:expire', input: { document, before: Number.MAX_SAFE_INTEGER } }],
    ]),
  ).toEqual([
    { action: 'link:expired', document, detail: {} },
    { actor: 'ada', action: 'document:trashed', document, detail: {} },
    { action: 'document:purged', document, detail: { cause: 'time' } },
  ]);
});

test('AU1, AU5 accounts, and from which network people signed in', async () => {
  const fixture = await Fixture.open(['ada', 'guest']);
  const { db } = fixture;
  const forever = Number.MAX_SAFE_INTEGER;
  const oneTime = (hash: string, purpose: 'password-reset' | 'verification') =>
    addOneTime(db, { hash, purpose, subject: 'ada', at: 0, expiresAt: forever });
  const stored = { ...identity, verifiedEmail: null };
  expect(
    await recorded(fixture, [
      [
        'ada',
        {
          name: 'account:sign-up',
          input: { session: start('s1'), identity, profile: null, invitation: null },
        },
      ],
      [
        'ada',
        { name: 'account:sign-in', input: { session: start('s2'), guest: null, identity: stored } },
      ],
      ['ada', { name: 'account:link', input: { identity: provider } }],
      [
        'ada',
        {
          name: 'account:create-token',
          input: {
            ...{ id: 'digest', name: 'Lantern', beginning: 'tandem_1', days: 7 },
            scopes: ['search:read'],
            session: 's2',
          },
        },
      ],
      ['ada', { name: 'account:end-token', input: { id: 'digest' } }],
      ['ada', { name: 'account:end-token', input: { id: 'digest' } }],
      [
        'ada',
        {
          name: 'passkey:add',
          input: {
            passkey: { id: 'key', host: 'localhost', publicKey: 'k', counter: 0, transports: [] },
            ...{ name: 'Lantern', challenge: { hash: 'first', expiresAt: forever } },
          },
        },
      ],
      ['ada', { name: 'passkey:rename', input: { id: 'key', name: 'Lantern' } }],
      [
        'ada',
        {
          name: 'passkey:sign-in',
          input: {
            ...{ session: start('s3'), guest: null },
            passkey: { id: 'key', counter: 0, challenge: { hash: 'second', expiresAt: forever } },
          },
        },
      ],
      ['ada', { name: 'account:end-sessions', input: { only: 's1' } }],
      [
        'ada',
        {
          name: 'account:unlink',
          input: {
            ...{ keeps: identity, session: 's2' },
            identity: { issuer: 'passkey', subject: 'key' },
          },
        },
      ],
      [
        'ada',
        { name: 'account:unlink', input: { identity: provider, keeps: identity, session: 's2' } },
      ],
      [
        'ada',
        {
          name: 'account:change-password',
          input: {
            ...{ passwordHash: 'new', verifiedHash: 'hash', session: 's2' },
            removesPasskeys: false,
          },
        },
      ],
    ]),
  ).toEqual([
    {
      ...{ actor: 'ada', action: 'account:created', network: '192.0.2.0/24' },
      detail: { way: 'password', isInvited: false },
    },
    { action: 'administrator:added', person: 'ada', detail: {} },
    {
      ...{ actor: 'ada', action: 'account:signed-in', network: '192.0.2.0/24' },
      detail: { way: 'password' },
    },
    { actor: 'ada', action: 'account:identity-connected', detail: {} },
    { actor: 'ada', action: 'token:created', detail: { scopes: ['search:read'], days: 7 } },
    { actor: 'ada', action: 'token:ended', detail: {} },
    { actor: 'ada', action: 'account:passkey-added', detail: {} },
    {
      ...{ actor: 'ada', action: 'account:signed-in', network: '192.0.2.0/24' },
      detail: { way: 'passkey' },
    },
    { actor: 'ada', action: 'account:sessions-ended', detail: { count: 1 } },
    { actor: 'ada', action: 'account:passkeys-removed', detail: { count: 1 } },
    { actor: 'ada', action: 'account:identity-removed', detail: {} },
    { actor: 'ada', action: 'account:password-changed', detail: { cause: 'person' } },
  ]);
  await oneTime('link', 'verification');
  await oneTime('reset', 'password-reset');
  await createSession(db, { id: 'of guest', user: 'guest', at: 0, expiresAt: forever });
  await offerGuest(db, { guest: 'guest', account: 'ada' });
  expect(
    await recorded(fixture, [
      ['ada', { name: 'account:verify', input: { tokenHash: 'link' } }],
      ['ada', { name: 'account:reset-password', input: { tokenHash: 'reset', passwordHash: 'x' } }],
      ['ada', { name: 'account:merge-guest', input: { guest: 'guest', take: true } }],
      ['ada', { name: 'account:invite', input: { tokenHash: 'invitation', by: BY_SETTING } }],
      [
        'ada',
        { name: 'account:end-invitation', input: { tokenHash: 'invitation', by: BY_SETTING } },
      ],
      [
        'ada',
        {
          name: 'settings:change',
          input: { registration: 'closed', signIn: 'optional', by: BY_SETTING },
        },
      ],
      ['ada', { name: 'settings:change', input: { registration: 'closed', by: BY_SETTING } }],
    ]),
  ).toEqual([
    { actor: 'ada', action: 'account:address-confirmed', detail: {} },
    { actor: 'ada', action: 'account:password-changed', detail: { cause: 'mailed-link' } },
    { actor: 'ada', action: 'account:guest-merged', person: 'guest', detail: {} },
    { actor: 'ada', action: 'invitation:created', detail: {} },
    { actor: 'ada', action: 'invitation:withdrawn', detail: {} },
    { actor: 'ada', action: 'settings:changed', detail: { registration: 'closed' } },
  ]);
});

test('AU3 a command that is refused, repeated or changes nothing records nothing', async () => {
  const fixture = await fixtureWithRoles();
  const before = (await entriesOf(fixture)).length;
  const call: AnyCall = { name: 'link:change', input: { document, link: 'view' } };
  const id = fixture.nextId();
  // One that is refused among others runs them all again.
  await fixture.runAll([
    { user: 'ada', call, id },
    { user: 'vi', call },
    { user: 'ada', call: { name: 'document:rename', input: { document, title: 'Lantern' } } },
  ]);
  await fixture.run('ada', call, id);
  await fixture.do('ada', call);
  const entries = (await entriesOf(fixture)).slice(before);
  expect(entries.map(({ action, actor }) => [action, actor])).toEqual([['link:changed', 'ada']]);
});

test('AU1 an own message, reading, typing and names are nobody’s business', async () => {
  const fixture = await fixtureWithRoles();
  const message = fixture.nextId();
  await fixture.run(
    'ed',
    { name: 'chat:send', input: { document, text: 'Lantern', mentions: [], replyTo: null } },
    message,
  );
  expect(
    await recorded(fixture, [
      ['ed', { name: 'chat:delete', input: { document, message } }],
      ['ed', { name: 'document:rename', input: { document, title: 'Lantern' } }],
      ['ed', { name: 'document:visit', input: { document } }],
      ['ed', { name: 'document:favourite', input: { document, isFavourite: true } }],
      ['ed', { name: 'profile:change', input: { name: 'Lantern' } }],
    ]),
  ).toEqual([]);
});

test('each action of the list has a word before the colon that the filters group by', () => {
  for (const action of AUDIT_ACTIONS) expect(action).toMatch(/^[a-z]+:[a-z]+(?:-[a-z]+)*$/);
});
