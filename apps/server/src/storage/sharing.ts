/** Access to documents: the link, the given roles, and the share dialog's state. */
import {
  LINK_ROLES,
  MAX_SHARING_MEMBERS,
  type LinkAccess,
  type SharingMember,
  type SharingState,
  type User,
} from '@tandem/protocol';
import { LIBRARY } from '../limits.ts';
import { compiledQuery } from './compiled-query.ts';
import { readLinkTerms } from './link-terms.ts';
import { readPublication } from './publications.ts';
import { findAccess } from './roles.ts';
import { enteredIn, isStronger, linkOf, NOTHING_INHERITED, type GivenRole } from './standing.ts';
import type { Database } from './tables.ts';

interface Membership {
  readonly document: string;
  readonly user: string;
}

/** @param link null: as in the document around it */
export async function changeLink(
  db: Database,
  document: string,
  link: LinkAccess | null,
): Promise<void> {
  await db.updateTable('document').set({ link_access: link }).where('id', '=', document).execute();
}

export async function giveRole(
  db: Database,
  { document, user, role }: Membership & { readonly role: GivenRole },
): Promise<void> {
  await db
    .insertInto('member')
    .values({ document, user, role })
    .onConflict((conflict) => conflict.columns(['document', 'user']).doUpdateSet({ role }))
    .execute();
}

export async function takeRole(db: Database, { document, user }: Membership): Promise<void> {
  await db.deleteFrom('member').where('document', '=', document).where('user', '=', user).execute();
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
  const entered = access === null ? null : enteredIn(access);
  const linkRole = LINK_ROLES[link];
  if (linkRole !== null) {
    for (const user of await readVisitors(db, document)) {
      if (members.size >= MAX_SHARING_MEMBERS) break;
      if (entered !== null && !entered.has(user.id)) continue;
      if (!members.has(user.id)) members.set(user.id, { user, role: linkRole, isOwn: false });
    }
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

async function readMembers(db: Database, document: string): Promise<SharingMember[]> {
  const rows = await db
    .selectFrom('member')
    .innerJoin('user', 'user.id', 'member.user')
    .select(['user.id', 'user.name', 'user.color', 'member.role'])
    .where('member.document', '=', document)
    .execute();
  return rows.map(({ role, ...user }) => ({ user, role, isOwn: true }));
}

async function readVisitors(db: Database, document: string): Promise<User[]> {
  return await db
    .selectFrom('visit')
    .innerJoin('user', 'user.id', 'visit.user')
    .select(['user.id', 'user.name', 'user.color'])
    .where('visit.document', '=', document)
    .orderBy('visit.opened_at', 'desc')
    .orderBy('user.id')
    .limit(MAX_SHARING_MEMBERS)
    .execute();
}

const visitorAmongFew = compiledQuery((db, user: string, document: string) => {
  const visits = db
    .selectFrom('visit')
    .select('user')
    .where('document', '=', document)
    .limit(MAX_SHARING_MEMBERS + 1);
  return db
    .selectFrom('user')
    .select(['id', 'name', 'color'])
    .where('id', '=', user)
    .where(
      db.selectFrom(visits.as('visits')).select((eb) => eb.fn.countAll<number>().as('count')),
      '<=',
      MAX_SHARING_MEMBERS,
    );
});

export async function findVisitor(
  db: Database,
  { document, user }: Membership,
): Promise<User | undefined> {
  const [visitor] = await visitorAmongFew(db, user, document);
  return visitor;
}

export async function findSharedWith(db: Database, user: string): Promise<string[]> {
  const rows = await db
    .selectFrom('document')
    .select('id')
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('owner', '=', user),
        eb('id', 'in', selectFrom('member').select('document').where('user', '=', user)),
        eb('id', 'in', selectFrom('visit').select('document').where('user', '=', user)),
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
