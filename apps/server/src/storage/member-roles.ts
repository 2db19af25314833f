/**
 * The roles that were given in documents, to people and to groups. What decides is in `member`: for each person in a
 * document the strongest of their own and of their groups' (GR3). It is written with what it follows from, so that
 * reading it costs the same with groups as without.
 */
import { isStronger, type GivenRole } from './standing.ts';
import type { Database } from './tables.ts';
import type { GroupRoleTable } from './tables/documents.ts';

export interface Membership {
  readonly document: string;
  readonly user: string;
}

export interface SettledRoles {
  /** Who has a role, and had none. */
  readonly gained: readonly Membership[];
  /** Who had a role, and has none. */
  readonly lost: readonly Membership[];
}

export async function giveRole(
  db: Database,
  { document, user, role }: Membership & { readonly role: GivenRole },
): Promise<SettledRoles> {
  await db
    .insertInto('member')
    .values({ document, user, role, own_role: role })
    .onConflict((conflict) =>
      conflict.columns(['document', 'user']).doUpdateSet({ own_role: role }),
    )
    .execute();
  return await settleRoles(db, { documents: [document], users: [user] });
}

export async function takeRole(
  db: Database,
  { document, user }: Membership,
): Promise<SettledRoles> {
  await db
    .updateTable('member')
    .set({ own_role: null })
    .where('document', '=', document)
    .where('user', '=', user)
    .execute();
  return await settleRoles(db, { documents: [document], users: [user] });
}

/** Null takes the role away. The caller settles the roles of the people in the group. */
export async function setGroupRole(
  db: Database,
  {
    role,
    at,
    ...key
  }: Pick<GroupRoleTable, 'document' | 'group_id' | 'at'> & { readonly role: GivenRole | null },
): Promise<void> {
  if (role === null)
    await db
      .deleteFrom('group_role')
      .where('document', '=', key.document)
      .where('group_id', '=', key.group_id)
      .execute();
  else
    await db
      .insertInto('group_role')
      .values({ ...key, role, at })
      .onConflict((conflict) => conflict.columns(['document', 'group_id']).doUpdateSet({ role }))
      .execute();
}

/** Roles of their own: those of people who have only a group's are not among them. */
export async function givenRoles(db: Database, document: string): Promise<Map<string, GivenRole>> {
  const members = await db
    .selectFrom('member')
    .select(['user', 'own_role'])
    .where('document', '=', document)
    .where('own_role', 'is not', null)
    .$narrowType<{ own_role: GivenRole }>()
    .execute();
  return new Map(members.map(({ user, own_role }) => [user, own_role]));
}

/**
 * Makes the roles of these people in these documents what was given to them and to their groups. Commands that change
 * what was given do not run at the same time as others about the same people, groups or documents (GR9).
 *
 * @param pairs one document and several people, or several documents and one person
 */
export async function settleRoles(
  db: Database,
  pairs: { readonly documents: readonly string[]; readonly users: readonly string[] },
): Promise<SettledRoles> {
  const { documents, users } = pairs;
  if (documents.length === 0 || users.length === 0) return { gained: [], lost: [] };
  const before = await db
    .selectFrom('member')
    .selectAll()
    .where('document', 'in', documents)
    .where('user', 'in', users)
    .execute();
  const byGroups = await db
    .selectFrom('group_role')
    .innerJoin('group_member', 'group_member.group_id', 'group_role.group_id')
    .innerJoin('document', 'document.id', 'group_role.document')
    .select(['group_role.document', 'group_member.user', 'group_role.role'])
    .where('group_role.document', 'in', documents)
    .where('group_member.user', 'in', users)
    // The owner of a document needs no role in it.
    .where(({ or, eb }) =>
      or([
        eb('document.owner', 'is', null),
        eb('document.owner', '<>', eb.ref('group_member.user')),
      ]),
    )
    .execute();
  const known = new Map(before.map((row) => [keyOf(row), row]));
  const settled = new Map<string, Membership & { readonly role: GivenRole }>();
  const own = before.flatMap(({ own_role: role, ...row }) =>
    role === null ? [] : [{ ...row, role }],
  );
  for (const { document, user, role } of [...own, ...byGroups]) {
    const other = settled.get(keyOf({ document, user }));
    if (other === undefined || isStronger(role, other.role))
      settled.set(keyOf({ document, user }), { document, user, role });
  }
  const changed = [...settled.values()].filter((row) => known.get(keyOf(row))?.role !== row.role);
  if (changed.length > 0)
    await db
      .insertInto('member')
      .values(changed)
      .onConflict((conflict) =>
        conflict
          .columns(['document', 'user'])
          .doUpdateSet((eb) => ({ role: eb.ref('excluded.role') })),
      )
      .execute();
  const lost = before.filter((row) => !settled.has(keyOf(row)));
  if (lost.length > 0)
    await db
      .deleteFrom('member')
      .where('document', 'in', [...new Set(lost.map(({ document }) => document))])
      .where('user', 'in', [...new Set(lost.map(({ user }) => user))])
      .where('own_role', 'is', null)
      .execute();
  return { gained: changed.filter((row) => !known.has(keyOf(row))), lost };
}

function keyOf({ document, user }: Membership): string {
  return `${document} ${user}`;
}
