import { expect, test } from 'vitest';
import { setBlocked } from '../../storage/administered-people.ts';
import { SHARING } from '../../storage/limits.ts';
import { addIdentity } from '../../storage/identities.ts';
import { countInvited, listInvited, putInvited } from '../../storage/invited-addresses.ts';
import { standingsIn } from '../../storage/roles.ts';
import { createUser, registerUser } from '../../storage/users.ts';
import { DOCUMENT as document, fixtureWithRoles, type Fixture } from './testing/command-fixture.ts';

const ADDRESS = 'ned@example.org';

/** Ned's address is verified, and so is Vi's. */
async function scene(): Promise<Fixture> {
  const fixture = await fixtureWithRoles();
  const { db } = fixture;
  for (const id of ['ada', 'ned', 'vi', 'ed']) {
    await registerUser(db, { id, at: 0 });
    const email = { issuer: 'email', subject: `${id}@example.org`, credential: 'hash' };
    await addIdentity(db, { ...email, user: id, at: 0, verifiedAt: 1 });
  }
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
  return fixture;
}

const invite = (
  fixture: Fixture,
  {
    address = ADDRESS,
    role = 'editor' as const,
    by = 'ada',
  }: { address?: string; role?: 'editor' | 'viewer'; by?: string } = {},
) =>
  fixture.run(by, { name: 'address:invite', input: { document, address, role, isMailed: true } });
const claim = (fixture: Fixture, user = 'ned') =>
  fixture.do(user, { name: 'address:claim', input: { document, issuers: [] } });
const roleOf = async ({ db }: Fixture, user: string) =>
  (await standingsIn(db, document))(user)?.role ?? null;
const invited = async ({ db, now }: Fixture) =>
  (await listInvited(db, { document, at: now })).map(({ address, role }) => [address, role]);
const jobs = async ({ db }: Fixture) =>
  await db.selectFrom('job').select('key').where('kind', '=', 'share-mail').execute();

test('IA1 an address with an account, without one, of a member and of the author are all the same', async () => {
  const outcomes = [];
  for (const address of [ADDRESS, 'nobody@example.org', 'vi@example.org', 'ada@example.org']) {
    const fixture = await scene();
    const events = [...fixture.events.values()].flat().length;
    const effects = fixture.effects.length;
    const answer = await invite(fixture, { address });
    const list = (await invited(fixture)).map(([, role]) => role);
    const audited = await fixture.db
      .selectFrom('audit')
      .select(['action', 'actor', 'person', 'detail'])
      .orderBy('number', 'desc')
      .limit(1)
      .execute();
    outcomes.push({
      ...{ answer, list, audited, mails: (await jobs(fixture)).length },
      events: [...fixture.events.values()].flat().length - events,
      effects: fixture.effects.slice(effects),
      roles: await Promise.all(['ned', 'vi'].map((user) => roleOf(fixture, user))),
    });
  }
  expect(outcomes[0]).toMatchObject({
    list: ['editor'],
    events: 0,
    mails: 1,
    roles: [null, 'viewer'],
  });
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
});

test('IA2 a person who comes has the role at once, is notified by who invited them, and is on lists', async () => {
  const fixture = await scene();
  await invite(fixture);
  await claim(fixture, 'ed');
  expect(await invited(fixture)).toEqual([[ADDRESS, 'editor']]);
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBe('editor');
  expect(await invited(fixture)).toEqual([]);
  expect(fixture.sharing().at(-1)).toMatchObject({
    name: 'member:changed',
    member: { user: { id: 'ned' }, role: 'editor', isOwn: true },
  });
  expect(fixture.library('ned').at(-1)).toMatchObject({
    name: 'document:listed',
    document: { id: document, role: 'editor', isNew: true },
  });
  expect(fixture.inbox('ned').at(-1)).toMatchObject({
    name: 'notification:listed',
    notifications: [{ kind: 'share', document, by: { id: 'ada' } }],
  });
  expect(fixture.effects).toContainEqual({ kind: 'access-changed', document });
  const events = fixture.sharing().length;
  await claim(fixture);
  expect(fixture.sharing()).toHaveLength(events);
});

test('IA2 a role is raised, and never lowered', async () => {
  const fixture = await scene();
  await invite(fixture, { address: 'vi@example.org', role: 'editor' });
  await claim(fixture, 'vi');
  expect(await roleOf(fixture, 'vi')).toBe('editor');
  await invite(fixture, { address: 'vi@example.org', role: 'viewer' });
  await invite(fixture, { address: 'ada@example.org', role: 'viewer' });
  await claim(fixture, 'vi');
  await claim(fixture, 'ada');
  expect(await roleOf(fixture, 'vi')).toBe('editor');
  expect(await roleOf(fixture, 'ada')).toBe('owner');
  expect(await invited(fixture)).toEqual([]);
});

test('IA2 the invited role holds where the link allows more, as one by `member:change`, and never below an own one', async () => {
  const roles = [];
  for (const how of ['invited', 'changed'] as const) {
    const fixture = await scene();
    await fixture.do('ada', { name: 'link:change', input: { document, link: 'edit' } });
    await fixture.do('ned', { name: 'document:visit', input: { document } });
    expect(await roleOf(fixture, 'ned')).toBe('editor');
    if (how === 'invited') {
      await invite(fixture, { role: 'viewer' });
      await claim(fixture);
    } else
      await fixture.do('ada', {
        name: 'member:change',
        input: { document, user: 'ned', role: 'viewer' },
      });
    roles.push(await roleOf(fixture, 'ned'));
    // Ed is an editor by a role of his own.
    await invite(fixture, { address: 'ed@example.org', role: 'viewer' });
    await claim(fixture, 'ed');
    expect(await roleOf(fixture, 'ed')).toBe('editor');
  }
  expect(roles).toEqual(['viewer', 'viewer']);
});

test('IA2 who may not share the document any more gives nothing, and who is blocked gives nothing now', async () => {
  const fixture = await scene();
  const { db } = fixture;
  await invite(fixture);
  await setBlocked(db, 'ada', 1);
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBeNull();
  await setBlocked(db, 'ada', null);
  await setBlocked(db, 'ned', 1);
  await claim(fixture);
  await setBlocked(db, 'ned', null);
  expect(await invited(fixture)).toHaveLength(1);
  await db.updateTable('document').set({ owner: 'ed' }).where('id', '=', document).execute();
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBeNull();
  expect(await invited(fixture)).toEqual([]);
});

test('IA2 in the trash it waits, and a purge ends it', async () => {
  const fixture = await scene();
  await invite(fixture);
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  await claim(fixture);
  expect(await invited(fixture)).toHaveLength(1);
  await fixture.do('ada', { name: 'document:restore', input: { document } });
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBe('editor');
  await invite(fixture, { address: 'other@example.org' });
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  await fixture.do('ada', { name: 'document:purge', input: { document } });
  expect(await invited(fixture)).toEqual([]);
});

test('IA2 IA4 one that has expired is claimed no more, and can be given again', async () => {
  const fixture = await scene();
  await invite(fixture);
  fixture.now += SHARING.invitedForMs;
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBeNull();
  await invite(fixture);
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBe('editor');
});

test('IA1 IA4 guests invite nobody; withdrawn ones are gone; another role takes the place of the first, without a mail', async () => {
  const fixture = await scene();
  await invite(fixture, { role: 'viewer' });
  await invite(fixture, { role: 'editor' });
  expect(await invited(fixture)).toEqual([[ADDRESS, 'editor']]);
  expect(await jobs(fixture)).toHaveLength(1);
  await fixture.do('ada', { name: 'address:withdraw', input: { document, address: ADDRESS } });
  await claim(fixture);
  expect(await roleOf(fixture, 'ned')).toBeNull();
  const other = 'document-of-a-guest';
  await fixture.do('lin', { name: 'document:create', input: { document: other } });
  const input = { document: other, address: ADDRESS, role: 'viewer', isMailed: true } as const;
  expect(await fixture.run('lin', { name: 'address:invite', input })).toMatchObject({
    kind: 'refused',
    error: { code: 'forbidden' },
  });
});

test('IA4 people and addresses of a document are bounded together, and an address can always become a person', async () => {
  const fixture = await scene();
  const { db } = fixture;
  // Ed, Coe and Vi have a role.
  for (let i = 3; i < SHARING.maxMembers - 1; i++)
    expect(await invite(fixture, { address: `p${i}@example.org` })).toMatchObject({ kind: 'done' });
  expect(await invite(fixture)).toMatchObject({ kind: 'done' });
  expect(await invite(fixture, { address: 'more@example.org' })).toMatchObject({ kind: 'refused' });
  await createUser(db, { id: 'mo', name: 'Mo', color: 1, at: 0 });
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'edit' } });
  await fixture.do('mo', { name: 'document:visit', input: { document } });
  const give = { document, user: 'mo', role: 'viewer' } as const;
  expect(await fixture.run('ada', { name: 'member:change', input: give })).toMatchObject({
    kind: 'refused',
  });
  // Its role may still be changed.
  expect(await invite(fixture, { role: 'viewer' })).toMatchObject({ kind: 'done' });
  await claim(fixture);
  expect(await countInvited(db, { document, at: fixture.now })).toBe(SHARING.maxMembers - 4);
  await fixture.do('ada', { name: 'link:change', input: { document, link: 'off' } });
  expect(await roleOf(fixture, 'ned')).toBe('viewer');
});

test('IA4 who gives another role to what somebody else has invited has invited it from then on', async () => {
  const fixture = await scene();
  const { db, now } = fixture;
  const by = { role: 'viewer', invited_by: 'ned', at: now, expires_at: now + 1_000_000 } as const;
  await putInvited(db, { ...by, document, address: ADDRESS });
  for (let i = 0; i < SHARING.maxInvitedByPerson; i++)
    await putInvited(db, { ...by, document: `d${i}`, address: ADDRESS, invited_by: 'ada' });
  expect(await invite(fixture)).toMatchObject({ kind: 'refused', error: { code: 'forbidden' } });
  await db.deleteFrom('invited_address').where('document', '=', 'd0').execute();
  expect(await invite(fixture)).toMatchObject({ kind: 'done' });
  expect(await invite(fixture, { role: 'viewer' })).toMatchObject({ kind: 'done' });
});

test('IA4 a person has a number of invited addresses in all documents', async () => {
  const fixture = await scene();
  const { db, now } = fixture;
  for (let i = 0; i < SHARING.maxInvitedByPerson; i++)
    await putInvited(db, {
      ...{ document: `d${i}`, address: ADDRESS, role: 'viewer', invited_by: 'ada' },
      ...{ at: now, expires_at: now + 1_000_000 },
    });
  expect(await invite(fixture)).toMatchObject({ kind: 'refused', error: { code: 'forbidden' } });
  await fixture.do('ada', { name: 'address:withdraw', input: { document, address: ADDRESS } });
  await db.deleteFrom('invited_address').where('document', '=', 'd0').execute();
  expect(await invite(fixture)).toMatchObject({ kind: 'done' });
});
