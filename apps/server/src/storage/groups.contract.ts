/** The contract of groups and of the roles that follow from them. Each database runs it. */
import fc from 'fast-check';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { setAdministrator } from './identities.ts';
import { moveInTree } from './document-tree.ts';
import { addVisit, NEVER_OPENED, renewVisit } from './visits.ts';
import { createDocument } from './documents.ts';
import {
  addGroupMember,
  createGroup,
  finishGroupDeletion,
  beginGroupDeletion,
  findGroup,
  findGroups,
  groupRoles,
  listDocumentGroups,
  listGroupDocuments,
  listGroupPeople,
  listGroups,
  removeGroupMember,
  renameGroup,
} from './groups.ts';
import { givenRoles, giveRole, setGroupRole, settleRoles, takeRole } from './member-roles.ts';
import { findMetPeople } from './people.ts';
import { standingsIn } from './roles.ts';
import { changeLink, readSharing } from './sharing.ts';
import { isStronger, type GivenRole } from './standing.ts';
import type { Database } from './tables.ts';
import { createUser } from './users.ts';

const PEOPLE = ['ada', 'ben', 'cy'];
const DOCUMENTS = ['a', 'b'];
const GROUPS = ['g', 'h'];
const ROLES: readonly GivenRole[] = ['viewer', 'commenter', 'editor'];
const SEED = 20_261_130;

const group = fc.constantFrom(...GROUPS);
const person = fc.constantFrom('ben', 'cy');
const document = fc.constantFrom(...DOCUMENTS);
const role = fc.option(fc.constantFrom(...ROLES), { freq: 2 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('part' as const), group, person, isIn: fc.boolean() }),
  fc.record({ kind: fc.constant('share' as const), group, document, role }),
  fc.record({ kind: fc.constant('give' as const), person, document, role }),
);

export function testGroups(open: () => Promise<Database>): void {
  const scene = async (): Promise<Database> => {
    const db = await open();
    for (const [color, id] of PEOPLE.entries())
      await createUser(db, { id, name: `Name of ${id}`, color, at: 0 });
    for (const id of DOCUMENTS) {
      await createDocument(db, { id, kind: 'page', title: id, owner: 'ada', at: 1 });
      await changeLink(db, id, 'off');
    }
    for (const id of GROUPS) await createGroup(db, { id, name: `Group ${id}`, at: 1 });
    return db;
  };
  /** As a command does. */
  const share = async (
    db: Database,
    of: { readonly document: string; readonly group: string; readonly role: GivenRole | null },
  ) => {
    await setGroupRole(db, { document: of.document, group_id: of.group, role: of.role, at: 1 });
    const users = (await listGroupPeople(db, of.group)).map(({ id }) => id);
    return await settleRoles(db, { documents: [of.document], users });
  };
  const join = async (db: Database, of: { readonly group: string; readonly user: string }) => {
    await addGroupMember(db, of);
    const documents = await listGroupDocuments(db, of.group);
    return await settleRoles(db, { documents, users: [of.user] });
  };

  test('GR3 a role is the strongest of a person’s and their groups’, after any changes', async () => {
    const db = await scene();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        for (const table of ['member', 'group_member', 'group_role'] as const)
          await db.deleteFrom(table).execute();
        const people = new Map(GROUPS.map((id) => [id, new Set<string>()]));
        const shared = new Map<string, GivenRole>();
        const own = new Map<string, GivenRole>();
        const set = (of: Map<string, GivenRole>, key: string, to: GivenRole | null) =>
          to === null ? of.delete(key) : of.set(key, to);
        for (const change of steps)
          if (change.kind === 'give') {
            const { document, person: user, role } = change;
            set(own, `${document} ${user}`, role);
            if (role === null) await takeRole(db, { document, user });
            else await giveRole(db, { document, user, role });
          } else if (change.kind === 'share') {
            set(shared, `${change.document} ${change.group}`, change.role);
            await share(db, change);
          } else {
            const { group: id, person: user, isIn } = change;
            const of = people.get(id)!;
            if (of.has(user) === isIn) continue;
            if (isIn) {
              of.add(user);
              await join(db, { group: id, user });
            } else {
              of.delete(user);
              await removeGroupMember(db, { group: id, user });
              await settleRoles(db, { documents: await listGroupDocuments(db, id), users: [user] });
            }
          }
        for (const id of DOCUMENTS) {
          const standingOf = await standingsIn(db, id);
          const given = await givenRoles(db, id);
          expect(standingOf('ada')?.role).toBe('owner');
          for (const user of ['ben', 'cy']) {
            const roles = GROUPS.filter((of) => people.get(of)!.has(user)).map((of) =>
              shared.get(`${id} ${of}`),
            );
            const all = [own.get(`${id} ${user}`), ...roles].filter((of) => of !== undefined);
            const strongest = all.reduce<GivenRole | null>(
              (one, other) => (one === null || isStronger(other, one) ? other : one),
              null,
            );
            expect(standingOf(user)?.role ?? null).toBe(strongest);
            expect(given.get(user)).toBe(own.get(`${id} ${user}`));
          }
        }
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  test('GR5 GR6 who gains and who loses a role is told, and nobody else', async () => {
    const db = await scene();
    const of = { document: 'a', group: 'g' };
    await giveRole(db, { document: 'a', user: 'cy', role: 'viewer' });
    for (const user of ['ada', 'ben', 'cy']) await join(db, { group: 'g', user });
    const ben = { document: 'a', user: 'ben' };
    // Ada owns it, and Cy had a role.
    expect(await share(db, { ...of, role: 'editor' })).toMatchObject({ gained: [ben], lost: [] });
    expect(await share(db, { ...of, role: 'viewer' })).toEqual({ gained: [], lost: [] });
    expect(await share(db, { ...of, role: null })).toMatchObject({ gained: [], lost: [ben] });
  });

  test('GR2 people find their groups by name, and administrators all that are not being deleted', async () => {
    const db = await scene();
    await setAdministrator(db, 'ada', true);
    await renameGroup(db, { id: 'g', name: 'Élan' });
    for (const user of ['ben', 'cy']) await join(db, { group: 'g', user });
    const find = async (user: string, search: string, isAdministrator = false) =>
      (await findGroups(db, { user, search, isAdministrator })).map(({ id }) => id);
    expect(await find('ben', 'elan')).toEqual(['g']);
    expect(await find('ben', 'group')).toEqual([]);
    expect(await find('ada', 'group', true)).toEqual(['h']);
    expect(await find('ada', '%', true)).toEqual([]);
    expect(await findGroups(db, { user: 'ben', search: 'el', isAdministrator: false })).toEqual([
      { id: 'g', name: 'Élan', people: 2 },
    ]);
    await beginGroupDeletion(db, 'g', 5);
    expect(await find('ben', 'elan')).toEqual([]);
    expect(await findGroup(db, 'g')).toBeUndefined();
    expect((await listGroups(db)).map(({ id }) => id)).toEqual(['h']);
  });

  test('GR1 GR7 the list of groups counts people and documents, and what is deleted is gone', async () => {
    const db = await scene();
    await join(db, { group: 'g', user: 'cy' });
    await join(db, { group: 'g', user: 'ben' });
    await share(db, { document: 'b', group: 'g', role: 'viewer' });
    await share(db, { document: 'a', group: 'g', role: 'editor' });
    expect(await listGroups(db)).toEqual([
      { id: 'g', name: 'Group g', people: 2, documents: 2 },
      { id: 'h', name: 'Group h', people: 0, documents: 0 },
    ]);
    expect((await listGroupPeople(db, 'g')).map(({ id }) => id)).toEqual(['ben', 'cy']);
    expect(await groupRoles(db, 'a')).toEqual(new Map([['g', 'editor']]));
    for (const id of DOCUMENTS) await share(db, { document: id, group: 'g', role: null });
    await finishGroupDeletion(db, 'g');
    expect(await listGroupPeople(db, 'g')).toEqual([]);
    expect(await db.selectFrom('member').selectAll().execute()).toEqual([]);
  });

  test('GR3 GR4 the groups of a document are its own and those around it, unless it is restricted', async () => {
    const db = await scene();
    await moveInTree(db, 'b', { parent: 'a', position: 'a0' });
    await share(db, { document: 'a', group: 'g', role: 'viewer' });
    await share(db, { document: 'b', group: 'h', role: 'editor' });
    const named = (id: string) => ({ id, name: `Group ${id}`, people: 0 });
    expect(await listDocumentGroups(db, 'b')).toEqual([
      { group: named('h'), role: 'editor' },
      { group: named('g'), role: 'viewer', from: 1 },
    ]);
    await db.updateTable('document_ancestor').set({ inherits: 0 }).execute();
    expect(await listDocumentGroups(db, 'b')).toEqual([{ group: named('h'), role: 'editor' }]);
  });

  test.each(['off', 'view'] as const)(
    'GR4 with a link that is %s, who is in a group is seen and met once they have opened the document',
    async (link) => {
      const db = await scene();
      await changeLink(db, 'a', link);
      await join(db, { group: 'g', user: 'ben' });
      await giveRole(db, { document: 'a', user: 'cy', role: 'viewer' });
      await share(db, { document: 'a', group: 'g', role: 'editor' });
      await addVisit(db, { document: 'a', user: 'ben', at: NEVER_OPENED });
      const shown = async () =>
        (await readSharing(db, 'a'))!.members.map(({ user: { id }, ...member }) => [id, member]);
      const met = async (user: string) =>
        (await findMetPeople(db, user, '')).map((other) => other.user.id).toSorted();
      const known = [
        ['ada', { role: 'owner', isOwn: true }],
        ['cy', { role: 'viewer', isOwn: true }],
      ];
      expect(await shown()).toEqual(known);
      expect(await met('ada')).toEqual(['cy']);
      expect(await met('cy')).toEqual(['ada']);
      await renewVisit(db, { document: 'a', user: 'ben', at: 1_000_000_000 });
      expect(await shown()).toEqual([
        known[0],
        ['ben', { role: 'editor', isOwn: false }],
        known[1],
      ]);
      expect(await met('ada')).toEqual(['ben', 'cy']);
    },
  );

  test('GR1 a long list of groups is in the order of their names', async () => {
    const db = await scene();
    for (const name of ['zeta', 'Äpfel', 'beta'])
      await createGroup(db, { id: ulid(), name, at: 2 });
    expect((await listGroups(db)).map(({ name }) => name)).toEqual([
      ...['Äpfel', 'beta', 'Group g', 'Group h', 'zeta'],
    ]);
  });
}
