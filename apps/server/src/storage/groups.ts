/** Groups, who is in them, and which documents give them a role: GR1 to GR9 of PROTOCOL.md. */
import { MAX_DIRECTORY_GROUPS } from '@tandem/protocol/directory';
import type { AdministeredGroup, DocumentGroup, Group } from '@tandem/protocol/groups';
import type { User } from '@tandem/protocol';
import { sql, type SqlBool } from 'kysely';
import { containing } from './documents.ts';
import { foldedName, nameParts } from './folded-name.ts';
import type { GivenRole } from './standing.ts';
import type { Database } from './tables.ts';
import type { PersonGroupRow } from './tables/documents.ts';

export async function createGroup(
  db: Database,
  { id, name, at }: Pick<Group, 'id' | 'name'> & { readonly at: number },
): Promise<void> {
  await db
    .insertInto('person_group')
    .values({ id, name, folded_name: foldedName(name), created_at: at })
    .execute();
}

export async function renameGroup(
  db: Database,
  { id, name }: Pick<Group, 'id' | 'name'>,
): Promise<void> {
  await db
    .updateTable('person_group')
    .set({ name, folded_name: foldedName(name) })
    .where('id', '=', id)
    .execute();
}

/** It is gone for all who find or change it; its roles end later (GR7). */
export async function beginGroupDeletion(db: Database, id: string, at: number): Promise<void> {
  await db.updateTable('person_group').set({ ended_at: at }).where('id', '=', id).execute();
}

/** What is left of a group whose roles have ended. */
export async function finishGroupDeletion(db: Database, id: string): Promise<void> {
  await db.deleteFrom('group_member').where('group_id', '=', id).execute();
  await db.deleteFrom('person_group').where('id', '=', id).execute();
}

export async function findGroup(db: Database, id: string): Promise<PersonGroupRow | undefined> {
  return await db
    .selectFrom('person_group')
    .selectAll()
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

/** Whether the group is being deleted. */
export async function isEnding(db: Database, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('person_group')
    .select('id')
    .where('id', '=', id)
    .where('ended_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Without those that are being deleted. */
export async function countGroups(db: Database): Promise<number> {
  const { count } = await db
    .selectFrom('person_group')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** By name. */
export async function listGroups(db: Database): Promise<AdministeredGroup[]> {
  const rows = await selectGroups(db)
    .where('ended_at', 'is', null)
    .select(({ selectFrom }) =>
      selectFrom('group_role')
        .whereRef('group_role.group_id', '=', 'person_group.id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('documents'),
    )
    .execute();
  return rows.map((row) => ({ ...toGroup(row), documents: Number(row.documents) }));
}

/** Those that somebody finds by name: in which they are, or all of them for an administrator (GR2). */
export async function findGroups(
  db: Database,
  {
    user,
    isAdministrator,
    search,
  }: { readonly user: string; readonly isAdministrator: boolean; readonly search: string },
): Promise<Group[]> {
  const parts = nameParts(search);
  if (parts.length === 0) return [];
  let query = selectGroups(db).where('ended_at', 'is', null).limit(MAX_DIRECTORY_GROUPS);
  for (const part of parts)
    query = query.where(sql<SqlBool>`folded_name like ${containing(part)} escape '\\'`);
  if (!isAdministrator)
    query = query.where('person_group.id', 'in', (eb) =>
      eb.selectFrom('group_member').select('group_id').where('user', '=', user),
    );
  return (await query.execute()).map(toGroup);
}

function selectGroups(db: Database) {
  return db
    .selectFrom('person_group')
    .select(['person_group.id', 'person_group.name'])
    .select(({ selectFrom }) =>
      selectFrom('group_member')
        .whereRef('group_member.group_id', '=', 'person_group.id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('people'),
    )
    .orderBy('folded_name')
    .orderBy('person_group.id');
}

/** The number of people is a text in Postgres. */
function toGroup({ id, name, people }: Pick<Group, 'id' | 'name'> & { readonly people: unknown }) {
  return { id, name, people: Number(people) };
}

/** By name. */
export async function listGroupPeople(db: Database, group: string): Promise<User[]> {
  return await db
    .selectFrom('group_member')
    .innerJoin('user', 'user.id', 'group_member.user')
    .select(['user.id', 'user.name', 'user.color'])
    .where('group_member.group_id', '=', group)
    .orderBy('user.folded_name')
    .orderBy('user.id')
    .execute();
}

export async function readGroupMembers(db: Database, group: string): Promise<string[]> {
  const rows = await db
    .selectFrom('group_member')
    .select('user')
    .where('group_id', '=', group)
    .orderBy('user')
    .execute();
  return rows.map(({ user }) => user);
}

export async function isInGroup(
  db: Database,
  { group, user }: { readonly group: string; readonly user: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('group_member')
    .select('user')
    .where('group_id', '=', group)
    .where('user', '=', user)
    .executeTakeFirst();
  return row !== undefined;
}

export async function addGroupMember(
  db: Database,
  { group, user }: { readonly group: string; readonly user: string },
): Promise<void> {
  await db.insertInto('group_member').values({ group_id: group, user }).execute();
}

export async function removeGroupMember(
  db: Database,
  { group, user }: { readonly group: string; readonly user: string },
): Promise<void> {
  await db
    .deleteFrom('group_member')
    .where('group_id', '=', group)
    .where('user', '=', user)
    .execute();
}

/** The documents that give the group a role, in the order in which they did. */
export async function listGroupDocuments(db: Database, group: string): Promise<string[]> {
  const rows = await db
    .selectFrom('group_role')
    .select('document')
    .where('group_id', '=', group)
    .orderBy('at')
    .orderBy('document')
    .execute();
  return rows.map(({ document }) => document);
}

/** The roles that the document itself gives to groups, also to those that are being deleted. */
export async function groupRoles(db: Database, document: string): Promise<Map<string, GivenRole>> {
  const rows = await db
    .selectFrom('group_role')
    .select(['group_id', 'role'])
    .where('document', '=', document)
    .execute();
  return new Map(rows.map(({ group_id, role }) => [group_id, role]));
}

/**
 * The groups with a role in a document, and in those around it whose roles hold here, the nearest first. One that is being
 * deleted is among them until its role has ended.
 */
export async function listDocumentGroups(db: Database, document: string): Promise<DocumentGroup[]> {
  const own = selectGroups(db)
    .innerJoin('group_role', 'group_role.group_id', 'person_group.id')
    .select('group_role.role')
    .where('group_role.document', '=', document);
  const inherited = selectGroups(db)
    .innerJoin('group_role', 'group_role.group_id', 'person_group.id')
    .innerJoin('document_ancestor', 'document_ancestor.ancestor', 'group_role.document')
    .select(['group_role.role', 'document_ancestor.depth as from'])
    .where('document_ancestor.document', '=', document)
    .where('document_ancestor.inherits', '=', 1);
  const around = (await inherited.execute()).toSorted((one, other) => one.from - other.from);
  return [
    ...(await own.execute()).map((row) => ({ group: toGroup(row), role: row.role })),
    ...around.map((row) => ({ group: toGroup(row), role: row.role, from: row.from })),
  ];
}
