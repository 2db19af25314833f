/** What each person may do in a document: its owner all, others what was given to them, else what the link gives. */
import type { Access, Role } from '@tandem/protocol';
import { compiledQuery } from './sqlite/compiled-query.ts';
import type { Database, DocumentRow, MemberTable } from './tables.ts';

export type GivenRole = MemberTable['role'];

export interface Entry {
  readonly document: DocumentRow;
  readonly role: Role;
  /** It is the owner's, or was given; otherwise the link gives it. */
  readonly isOwn: boolean;
}

/** What decides who may come into a document, and what its room begins with. */
export interface DocumentAccess extends Pick<
  DocumentRow,
  'id' | 'kind' | 'title' | 'owner' | 'link_access'
> {
  /** The roles that were given, by user, at most `SHARING.maxMembers`; null where there are none. */
  readonly given: ReadonlyMap<string, GivenRole> | null;
}

const entryRow = compiledQuery((db, document: string, user: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', (join) =>
      join.onRef('member.document', '=', 'document.id').on('member.user', '=', user),
    )
    .selectAll('document')
    .select('member.role as given')
    .where('document.id', '=', document),
);

/** Null for a document that is not there and for one that this person may not see alike. */
export async function findEntry(
  db: Database,
  { document: id, user }: { readonly document: string; readonly user: string },
): Promise<Entry | null> {
  const [row] = await entryRow(db, id, user);
  if (row === undefined) return null;
  const { given, ...document } = row;
  const role = decideRole(document, { user, given });
  return role === null ? null : { document, role, isOwn: role === 'owner' || given !== null };
}

export async function roleOf(
  db: Database,
  whose: { readonly document: string; readonly user: string },
): Promise<Role | null> {
  return (await findEntry(db, whose))?.role ?? null;
}

const accessRows = compiledQuery((db, document: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', 'member.document', 'document.id')
    .select(['document.id', 'document.kind', 'document.title', 'document.owner'])
    .select(['document.link_access', 'member.user', 'member.role'])
    .where('document.id', '=', document),
);

/** Of everybody, at one moment. Null for a document that is not there. */
export async function findAccess(db: Database, document: string): Promise<DocumentAccess | null> {
  const rows = await accessRows(db, document);
  const [first] = rows;
  if (first === undefined) return null;
  const { id, kind, title, owner, link_access } = first;
  const given = new Map<string, GivenRole>();
  for (const { user, role } of rows) if (user !== null && role !== null) given.set(user, role);
  return { id, kind, title, owner, link_access, given: given.size === 0 ? null : given };
}

/** What a person may do there; null: not even see it. */
export function roleIn(access: DocumentAccess, user: string): Role | null {
  return decideRole(access, { user, given: access.given?.get(user) ?? null });
}

/** Everybody's role in a document at one moment, by user; null for nobody's when it is not there. */
export async function rolesIn(
  db: Database,
  document: string,
): Promise<(user: string) => Role | null> {
  const access = await findAccess(db, document);
  return (user) => (access === null ? null : roleIn(access, user));
}

/** The roles that were given, by user; bounded by `SHARING.maxMembers`. */
export async function givenRoles(db: Database, document: string): Promise<Map<string, GivenRole>> {
  const members = await db
    .selectFrom('member')
    .select(['user', 'role'])
    .where('document', '=', document)
    .execute();
  return new Map(members.map(({ user, role }) => [user, role]));
}

/** @param given what was given to this user; it counts even when the link gives more. */
export function decideRole(
  { owner, link_access: link }: Pick<DocumentRow, 'owner' | 'link_access'>,
  { user, given }: { readonly user: string; readonly given: GivenRole | null },
): Role | null {
  if (owner === user) return 'owner';
  return given ?? LINK_ROLES[link];
}

export const LINK_ROLES = {
  edit: 'editor',
  view: 'viewer',
  off: null,
} as const satisfies Record<DocumentRow['link_access'], Role | null>;

export function accessOf(role: Role): Access {
  return role === 'viewer' ? 'view' : 'edit';
}
