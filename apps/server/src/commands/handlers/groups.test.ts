/** GR1 to GR9 of PROTOCOL.md; what becomes of lists is in `group-lists.test.ts`. */
import { expect, test } from 'vitest';
import {
  MAX_DOCUMENT_GROUPS,
  MAX_GROUP_DOCUMENTS,
  MAX_GROUP_PEOPLE,
  MAX_GROUPS,
  MAX_SHARING_MEMBERS,
} from '@tandem/protocol';
import { listAudit } from '../../storage/audit/audit-log.ts';
import { listDocuments } from '../../storage/library.ts';
import { listDocumentGroups, listGroupDocuments, listGroups } from '../../storage/groups.ts';
import { readInbox } from '../../storage/notifications.ts';
import { setAdministrator } from '../../storage/identities.ts';
import { VISITS } from '../../storage/limits.ts';
import { createUser, registerUser } from '../../storage/users.ts';
import {
  BY_SETTING,
  DOCUMENT as document,
  Fixture,
  fixtureWithRoles,
} from './testing/command-fixture.ts';
import { createGroup, joinGroup, leaveGroup, shareWithGroup } from './testing/group-calls.ts';
import { fixtureWithTree, plan, roleIn, tide } from './testing/tree-fixture.ts';

const GROUP = '01JD0000000000000000000001';
const OTHER = '01JD0000000000000000000002';
const group = GROUP;

const visit = async (fixture: Fixture, user: string, id = document) => {
  fixture.now += VISITS.sameVisitMs;
  await fixture.do(user, { name: 'document:visit', input: { document: id } });
};
const setLink = (fixture: Fixture, link: 'off' | 'view', id = document) =>
  fixture.do('ada', { name: 'link:change', input: { document: id, link } });
const listOf = async ({ db }: Fixture, user: string) =>
  (await listDocuments(db, user)).map(({ document: { id }, isNew }) => [id, isNew]);
const refusal = async (
  fixture: Fixture,
  user: string,
  ...[call]: [Parameters<Fixture['run']>[1]]
) => {
  const answer = await fixture.run(user, call);
  return answer.kind === 'refused' ? answer.error.code : 'done';
};

test('GR1 only administrators make, change and fill groups, and show who they are before they fill one', async () => {
  const fixture = await Fixture.open(['ada', 'ben', 'guest']);
  const { db } = fixture;
  for (const id of ['ada', 'ben']) await registerUser(db, { id, at: 0 });
  const by = { isNamed: false, session: 'unknown' };
  const calls = [
    { name: 'group:create', input: { group: OTHER, name: 'Two', by } },
    { name: 'group:rename', input: { group, name: 'Other', by } },
    { name: 'group:leave', input: { group, person: 'ben', by } },
    { name: 'group:delete', input: { group, by } },
  ] as const;
  await createGroup(fixture, group);
  for (const call of calls) expect(await refusal(fixture, 'ada', call)).toBe('forbidden');
  const join = { name: 'group:join', input: { group, person: 'ben', by } } as const;
  expect(await refusal(fixture, 'ada', join)).toBe('forbidden');
  await setAdministrator(db, 'ada', true);
  expect(await refusal(fixture, 'ada', join)).toBe('forbidden');
  expect(
    await refusal(fixture, 'root', { ...join, input: { ...join.input, by: BY_SETTING } }),
  ).toBe('forbidden');
  await joinGroup(fixture, { group, person: 'ben' });
  for (const call of calls) expect(await refusal(fixture, 'ada', call)).toBe('done');
  expect((await listGroups(db)).map(({ name, people }) => [name, people])).toEqual([['Two', 0]]);
  await expect(joinGroup(fixture, { group: OTHER, person: 'guest' })).rejects.toThrow('account');
  await expect(joinGroup(fixture, { group, person: 'ada' })).rejects.toThrow('no longer exists');
});

test('GR1 a group has a limited number of people', async () => {
  const fixture = await Fixture.open([]);
  const people = Array.from({ length: MAX_GROUP_PEOPLE }, (_, at) => `p${at}`);
  for (const id of [...people, 'late']) {
    await createUser(fixture.db, { id, name: id, color: 0, at: 0 });
    await registerUser(fixture.db, { id, at: 0 });
  }
  await createGroup(fixture, group, people);
  await expect(joinGroup(fixture, { group, person: 'late' })).rejects.toThrow('100 people');
  await leaveGroup(fixture, { group, person: 'p1' });
  await joinGroup(fixture, { group, person: 'late' });
});

test('GR1 GR2 a server, a document and a group have limited numbers of each other', async () => {
  const fixture = await fixtureWithRoles();
  const groupId = (at: number) => `01JD00000000000000000${String(at).padStart(5, '0')}`;
  for (let at = 0; at < MAX_GROUPS; at++) await createGroup(fixture, groupId(at));
  await expect(createGroup(fixture, groupId(MAX_GROUPS))).rejects.toThrow('as many groups');
  for (let at = 0; at < MAX_DOCUMENT_GROUPS; at++)
    await shareWithGroup(fixture, { group: groupId(at), role: 'viewer' });
  const late = { group: groupId(MAX_DOCUMENT_GROUPS), role: 'viewer' } as const;
  await expect(shareWithGroup(fixture, late)).rejects.toThrow('10 groups');
  for (let at = 0; at <= MAX_GROUP_DOCUMENTS; at++) {
    const id = `numbered-document-of-ada-${at}`;
    await fixture.do('ada', { name: 'document:create', input: { document: id } });
    const share = shareWithGroup(fixture, { ...late, document: id });
    if (at < MAX_GROUP_DOCUMENTS) await share;
    else await expect(share).rejects.toThrow('100 documents');
  }
});

test('GR2 a group that its author does not find is as one that does not exist', async () => {
  const fixture = await fixtureWithRoles();
  await createGroup(fixture, group, ['ned']);
  const share = (by: string, to: string, isNamed = false) =>
    fixture.run(by, {
      ...{ name: 'group:share', input: { document, group: to, role: 'viewer', isNamed } },
    });
  const unknown = await share('ada', OTHER);
  expect(unknown).toMatchObject({ kind: 'refused', error: { code: 'not-found' } });
  expect(await share('ada', group)).toEqual(unknown);
  expect(await share('ada', group, true)).toMatchObject({ kind: 'done' });
  // It has a role here, so that everyone who may share sees it.
  const input = { document, group, role: 'editor', isNamed: false } as const;
  await fixture.do('ada', { name: 'group:share', input });
  expect(await roleIn(fixture, 'ned', document)).toBe('editor');
  await shareWithGroup(fixture, { group, role: null });
  expect(await share('ada', group)).toEqual(unknown);
  await registerUser(fixture.db, { id: 'ada', at: 0 });
  await joinGroup(fixture, { group, person: 'ada' });
  expect(await share('ada', group)).toMatchObject({ kind: 'done' });
});

test('GR5 a group that gets a role has the document on its lists as new, and is notified; those who have it are not', async () => {
  const fixture = await fixtureWithRoles();
  await createGroup(fixture, group, ['ned', 'ed', 'ada']);
  await shareWithGroup(fixture, { group, role: 'viewer' });
  expect(await listOf(fixture, 'ned')).toEqual([[document, true]]);
  expect(await readInbox(fixture.db, 'ned')).toMatchObject([{ kind: 'share', document }]);
  for (const user of ['ed', 'ada'])
    expect(await readInbox(fixture.db, user)).not.toContainEqual(
      expect.objectContaining({ at: fixture.now }),
    );
  expect(await roleIn(fixture, 'ed', document)).toBe('editor');
  expect(await roleIn(fixture, 'ada', document)).toBe('owner');
});

test('GR4 a person of a group is shown with the first visit, and goes when they take it off their list', async () => {
  const fixture = await fixtureWithRoles();
  await setLink(fixture, 'off');
  await createGroup(fixture, group, ['ned']);
  const events = fixture.sharing().length;
  await shareWithGroup(fixture, { group, role: 'editor' });
  expect(fixture.sharing()).toHaveLength(events);
  await visit(fixture, 'ned');
  expect(fixture.sharing().at(-1)).toMatchObject({
    name: 'member:changed',
    member: { user: { id: 'ned' }, role: 'editor', isOwn: false },
  });
  await fixture.do('ned', { name: 'document:unlist', input: { document } });
  expect(fixture.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'ned' });
});

test('GR4 nobody in the document hears of a person of a group who has not come, whatever they do', async () => {
  const fixture = await fixtureWithTree();
  await setLink(fixture, 'view', plan);
  await createGroup(fixture, group, ['ned']);
  const seen = () =>
    [...fixture.events]
      .filter(([key]) => !key.includes('ned'))
      .flatMap(([, events]) => events)
      .map((event) => JSON.stringify(event))
      .filter((event) => event.includes('ned'));
  const before = seen();
  await shareWithGroup(fixture, { group, role: 'viewer', document: plan });
  await fixture.do('ned', { name: 'profile:change', input: { name: 'Ned Secret' } });
  await fixture.do('ned', { name: 'document:follow', input: { document: plan, follows: 'all' } });
  await fixture.do('ned', { name: 'document:unlist', input: { document: plan } });
  await leaveGroup(fixture, { group, person: 'ned' });
  await joinGroup(fixture, { group, person: 'ned' });
  await shareWithGroup(fixture, { group, role: null, document: plan });
  expect(seen()).toEqual(before);
});

test('GR4 a person who came by the link goes from the dialog, also where many have come', async () => {
  const fixture = await fixtureWithRoles();
  for (let at = 0; at <= MAX_SHARING_MEMBERS; at++) {
    await createUser(fixture.db, { id: `u${at}`, name: 'Somebody', color: 0, at: 0 });
    await visit(fixture, `u${at}`);
  }
  await fixture.do('u5', { name: 'document:unlist', input: { document } });
  expect(fixture.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'u5' });
});

test('PO10 who gets a role by a group has no open request any more', async () => {
  const fixture = await fixtureWithRoles();
  await setLink(fixture, 'off');
  await fixture.do('ned', { name: 'access:request', input: { document, message: 'Please' } });
  expect(await readInbox(fixture.db, 'ada')).toMatchObject([{ kind: 'request' }]);
  await createGroup(fixture, group, ['ned']);
  await shareWithGroup(fixture, { group, role: 'viewer' });
  expect(await readInbox(fixture.db, 'ada')).toEqual([]);
  const answer = {
    name: 'access:answer',
    input: { document, user: 'ned', role: 'editor' },
  } as const;
  expect(await refusal(fixture, 'ada', answer)).toBe('forbidden');
});

test('GR4 an owner gives no role of their own to people of a group who have not come, unless they find them', async () => {
  const fixture = await fixtureWithRoles();
  await createUser(fixture.db, { id: 'eve', name: 'Eve', color: 0, at: 0 });
  await createGroup(fixture, group, ['eve']);
  await shareWithGroup(fixture, { group, role: 'viewer' });
  const give = { name: 'member:change', input: { document, user: 'eve', role: 'editor' } } as const;
  expect(await refusal(fixture, 'ada', give)).toBe('not-found');
  await visit(fixture, 'eve');
  expect(await refusal(fixture, 'ada', give)).toBe('done');
});

test('GR7 a deleted group is gone at once, and its roles end one document after the other', async () => {
  const fixture = await fixtureWithTree();
  const { db } = fixture;
  await createGroup(fixture, group, ['ned']);
  for (const id of [plan, tide])
    await shareWithGroup(fixture, { group, role: 'editor', document: id });
  const endRole = (id: string) =>
    fixture.do('', { name: 'group:end-role', input: { document: id, group } });
  // Not of a group that there is.
  await endRole(plan);
  expect(await roleIn(fixture, 'ned', plan)).toBe('editor');
  await fixture.do('root', { name: 'group:delete', input: { group, by: BY_SETTING } });
  expect(await listGroups(db)).toEqual([]);
  expect(fixture.effects).toContainEqual({ kind: 'jobs-enqueued' });
  const jobsOf = () => db.selectFrom('job').select('kind').where('key', '=', group).execute();
  expect(await jobsOf()).toEqual([{ kind: 'group-end' }]);
  await expect(joinGroup(fixture, { group, person: 'vi' })).rejects.toThrow('no longer exists');
  await expect(shareWithGroup(fixture, { group, role: 'viewer' })).rejects.toThrow('no longer');
  const finish = () => fixture.do('', { name: 'group:finish-deletion', input: { group } });
  await finish();
  expect(await listGroupDocuments(db, group)).toEqual([plan, tide]);
  await db.deleteFrom('job').where('key', '=', group).execute();
  await fixture.do('root', { name: 'group:delete', input: { group, by: BY_SETTING } });
  expect(await jobsOf()).toEqual([{ kind: 'group-end' }]);
  expect(await listDocumentGroups(db, plan)).toMatchObject([{ group: { id: group } }]);
  await shareWithGroup(fixture, { group, role: null, document: plan });
  expect(await roleIn(fixture, 'ned', plan)).toBeNull();
  expect(await roleIn(fixture, 'ned', tide)).toBe('editor');
  await endRole(tide);
  expect(await roleIn(fixture, 'ned', tide)).toBeNull();
  await finish();
  expect(await db.selectFrom('person_group').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('group_member').selectAll().execute()).toEqual([]);
  const { entries } = await listAudit(db, {}, 50);
  expect(entries.filter(({ action }) => action.startsWith('group:')).slice(0, 3)).toMatchObject([
    {
      action: 'group:shared',
      actor: null,
      document: tide,
      detail: { group, from: 'editor', to: null },
    },
    { action: 'group:shared', actor: 'ada', document: plan },
    { action: 'group:deleted', actor: 'root', detail: { group } },
  ]);
});

test('GR8 a purge ends what a document gives to groups', async () => {
  const fixture = await fixtureWithRoles();
  await createGroup(fixture, group, ['ned']);
  await shareWithGroup(fixture, { group, role: 'editor' });
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  expect(await roleIn(fixture, 'ned', document)).toBeNull();
  await fixture.do('ada', { name: 'document:restore', input: { document } });
  expect(await roleIn(fixture, 'ned', document)).toBe('editor');
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  await fixture.do('ada', { name: 'document:purge', input: { document } });
  expect(await listGroupDocuments(fixture.db, group)).toEqual([]);
});
