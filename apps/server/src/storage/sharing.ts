/** Access to documents: the link, the given roles, and the share dialog's state. */
import {
  MAX_SHARING_MEMBERS,
  type LinkAccess,
  type SharingMember,
  type SharingState,
  type User,
} from '@tandem/protocol';
import { sql, type RawBuilder } from 'kysely';
import { LIBRARY } from './limits.ts';
import { owns } from './access-conditions.ts';
import { compiledQuery } from './compiled-query.ts';
import { NEVER_OPENED } from './visits.ts';
import { readLinkTerms } from './link-terms.ts';
import type { Membership } from './member-roles.ts';
import { readPublication } from './publications.ts';
import { findAccess } from './roles.ts';
import {
  isStronger,
  linkOf,
  NOTHING_INHERITED,
  standingIn,
  type DocumentAccess,
} from './standing.ts';
import type { Database } from './tables.ts';

/** @param link null: as in the document around it */
export async function changeLink(
  db: Database,
  document: string,
  link: LinkAccess | null,
): Promise<void> {
  await db.updateTable('document').set({ link_access: link }).where('id', '=', document).execute();
}

export async function readSharing(
  db: Database,
  document: string,
): Promise<SharingState | undefined> {
  const row = await db
    .selectFrom('document')
    .leftJoin('user', 'user.id', 'document.owner')
    .select(['owner', 'link_access', 'parent', 'is_restricted'])
    .select(['user.id', 'user.name', 'user.color'])
    .where('document.id', '=', document)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { owner, id, name, color, parent, link_access } = row;
  const access = await findAccess(db, document);
  const link = linkOf({ link_access, inherited: access?.inherited ?? NOTHING_INHERITED });
  const members = new Map<string, SharingMember>();
  if (id !== null && name !== null && color !== null)
    members.set(id, { user: { id, name, color }, role: 'owner', isOwn: true });
  for (const member of await readMembers(db, document)) members.set(member.user.id, member);
  if (parent !== null)
    for (const member of await readInheritedMembers(db, document)) {
      const known = members.get(member.user.id);
      if (known === undefined || isStronger(member.role, known.role))
        members.set(member.user.id, member);
    }
  const terms = await readLinkTerms(db, document);
  const visitors = access === null ? [] : await readVisitors(db, document);
  if (access !== null)
    for (const [id, member] of members) members.set(id, withRole(access, member));
  for (const user of visitors) {
    if (members.size >= MAX_SHARING_MEMBERS) break;
    const member = access === null || members.has(user.id) ? null : toVisitor(access, user);
    if (member !== null) members.set(user.id, member);
  }
  return {
    type: 'sharing',
    owner,
    expiresAt: terms?.expires_at ?? null,
    hasPassword: terms?.password != null,
    publication: await readPublication(db, document),
    link,
    isLinkInherited: link_access === null,
    around:
      parent === null
        ? null
        : { link: await readLink(db, parent), isRestricted: row.is_restricted === 1 },
    members: [...members.values()].toSorted(ownerThenName).slice(0, MAX_SHARING_MEMBERS),
  };
}

async function readLink(db: Database, document: string): Promise<LinkAccess> {
  const access = await findAccess(db, document);
  return access === null ? 'off' : linkOf(access);
}

/** Roles that people have by documents around this one, the nearest first. */
async function readInheritedMembers(db: Database, document: string): Promise<SharingMember[]> {
  const owners = await db
    .selectFrom('document_ancestor')
    .innerJoin('document', 'document.id', 'document_ancestor.ancestor')
    .innerJoin('user', 'user.id', 'document.owner')
    .select(['user.id', 'user.name', 'user.color', 'document_ancestor.depth as from'])
    .where('document_ancestor.document', '=', document)
    .orderBy('document_ancestor.depth')
    .execute();
  const members = await db
    .selectFrom('document_ancestor')
    .innerJoin('member', 'member.document', 'document_ancestor.ancestor')
    .innerJoin('user', 'user.id', 'member.user')
    .select(['user.id', 'user.name', 'user.color', 'member.role'])
    .select('document_ancestor.depth as from')
    .where('document_ancestor.document', '=', document)
    .where('document_ancestor.inherits', '=', 1)
    .where('member.own_role', 'is not', null)
    .orderBy('document_ancestor.depth')
    .limit(MAX_INHERITED_ROWS)
    .execute();
  const strongest = new Map<string, SharingMember>();
  for (const { from, role, ...user } of [
    ...owners.map((owner) => ({ ...owner, role: 'owner' as const })),
    ...members,
  ]) {
    const known = strongest.get(user.id);
    if (known === undefined || isStronger(role, known.role))
      strongest.set(user.id, { user, role, isOwn: true, from });
  }
  return [...strongest.values()];
}

const MAX_INHERITED_ROWS = 1_000;

/** With the role that counts: a group may give more than the person was given (GR3). */
function withRole(access: DocumentAccess, member: SharingMember): SharingMember {
  const role = standingIn({ ...access, trashed_at: null }, member.user.id)?.role;
  return role === undefined ? member : { ...member, role };
}

/** Those who came by the link or a group: they see each other once they have opened the document (GR4). */
function toVisitor(access: DocumentAccess, user: User): SharingMember | null {
  const role = standingIn({ ...access, trashed_at: null }, user.id)?.role;
  return role === undefined ? null : { user, role, isOwn: false };
}

async function readMembers(db: Database, document: string): Promise<SharingMember[]> {
  const rows = await db
    .selectFrom('member')
    .innerJoin('user', 'user.id', 'member.user')
    .select(['user.id', 'user.name', 'user.color', 'member.role'])
    .where('member.document', '=', document)
    .where('member.own_role', 'is not', null)
    .execute();
  return rows.map(({ role, ...user }) => ({ user, role, isOwn: true }));
}

async function readVisitors(db: Database, document: string): Promise<User[]> {
  return await db
    .selectFrom('visit')
    .innerJoin('user', 'user.id', 'visit.user')
    .select(['user.id', 'user.name', 'user.color'])
    .where('visit.document', '=', document)
    .where('visit.opened_at', '>', NEVER_OPENED)
    .orderBy('visit.opened_at', 'desc')
    .orderBy('user.id')
    .limit(MAX_SHARING_MEMBERS)
    .execute();
}

const fewVisits = compiledQuery((db, document: string) =>
  db
    .selectFrom('visit')
    .select('user')
    .where('document', '=', document)
    .where('opened_at', '>', NEVER_OPENED)
    .limit(MAX_SHARING_MEMBERS + 1),
);

/** More than are shown: nobody is told of each of them. */
export async function hasManyVisitors(db: Database, document: string): Promise<boolean> {
  return (await fewVisits(db, document)).length > MAX_SHARING_MEMBERS;
}

const visitor = compiledQuery((db, user: string, document: string) =>
  db
    .selectFrom('visit')
    .innerJoin('user', 'user.id', 'visit.user')
    .select(['user.id', 'user.name', 'user.color'])
    .where('visit.user', '=', user)
    .where('visit.document', '=', document)
    .where('visit.opened_at', '>', NEVER_OPENED),
);

/** How a person who came by the link or a group is shown; null for others. */
export async function readVisitor(
  db: Database,
  { document, user }: Membership,
): Promise<SharingMember | null> {
  const [known] = await visitor(db, user, document);
  if (known === undefined || (await hasOwnRole(db, { document, user }))) return null;
  const access = await findAccess(db, document);
  return access === null ? null : toVisitor(access, known);
}

/** Whether the person owns the document, or was given a role in it, or in one around it whose roles hold here. */
export async function hasOwnRole(db: Database, { document, user }: Membership): Promise<boolean> {
  const given = (document: RawBuilder<unknown>) =>
    sql`exists (select 1 from member where member.document = ${document}
      and member."user" = ${user} and member.own_role is not null)`;
  const { rows } = await sql`select 1 from document where id = ${document} and (
    ${owns(user, 'document')} or ${given(sql.ref('document.id'))}
    or exists (select 1 from document_ancestor as inside
      where inside.document = document.id and inside.inherits = 1
        and ${given(sql.ref('inside.ancestor'))}))`.execute(db);
  return rows.length > 0;
}

/** Documents whose people see that the person is there: not those that they have by a group and never opened (GR4). */
export async function findSharedWith(db: Database, user: string): Promise<string[]> {
  const rows = await db
    .selectFrom('document')
    .select('id')
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('owner', '=', user),
        eb(
          'id',
          'in',
          selectFrom('member')
            .select('document')
            .where('user', '=', user)
            .where('own_role', 'is not', null),
        ),
        eb(
          'id',
          'in',
          selectFrom('visit')
            .select('document')
            .where('user', '=', user)
            .where('opened_at', '>', NEVER_OPENED),
        ),
      ]),
    )
    .orderBy('updated_at', 'desc')
    .limit(LIBRARY.maxNotifiedDocuments)
    .execute();
  return rows.map(({ id }) => id);
}

function ownerThenName(one: SharingMember, other: SharingMember): number {
  if ((one.role === 'owner') !== (other.role === 'owner')) return one.role === 'owner' ? -1 : 1;
  const [a, b] = [one.user, other.user];
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
