/** Roles in documents: the owner's, else the role given to a user, else the role that the link gives. */
import type { Access, Role } from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import type { Database, DocumentRow, MemberTable } from './tables.ts';

export type GivenRole = MemberTable['role'];

export interface AccessEntry {
  readonly document: DocumentRow;
  readonly role: Role;
  readonly isOwn: boolean;
}

export interface DocumentAccess extends Pick<
  DocumentRow,
  'id' | 'kind' | 'title' | 'owner' | 'link_access'
> {
  readonly given: ReadonlyMap<string, GivenRole> | null;
}

const accessEntryRow = compiledQuery((db, document: string, user: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', (join) =>
      join.onRef('member.document', '=', 'document.id').on('member.user', '=', user),
    )
    .selectAll('document')
    .select('member.role as given')
    .where('document.id', '=', document),
);

export async function findAccessEntry(
  db: Database,
  { document: id, user }: { readonly document: string; readonly user: string },
): Promise<AccessEntry | null> {
  const [row] = await accessEntryRow(db, id, user);
  if (row === undefined) return null;
  const { given, ...document } = row;
  const role = decideRole(document, { user, given });
  return role === null ? null : { document, role, isOwn: role === 'owner' || given !== null };
}

export async function roleOf(
  db: Database,
  whose: { readonly document: string; readonly user: string },
): Promise<Role | null> {
  return (await findAccessEntry(db, whose))?.role ?? null;
}

const accessRows = compiledQuery((db, document: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', 'member.document', 'document.id')
    .select(['document.id', 'document.kind', 'document.title', 'document.owner'])
    .select(['document.link_access', 'member.user', 'member.role'])
    .where('document.id', '=', document),
);

export async function findAccess(db: Database, document: string): Promise<DocumentAccess | null> {
  const rows = await accessRows(db, document);
  const [first] = rows;
  if (first === undefined) return null;
  const { id, kind, title, owner, link_access } = first;
  const given = new Map<string, GivenRole>();
  for (const { user, role } of rows) if (user !== null && role !== null) given.set(user, role);
  return { id, kind, title, owner, link_access, given: given.size === 0 ? null : given };
}

export function roleIn(access: DocumentAccess, user: string): Role | null {
  return decideRole(access, { user, given: access.given?.get(user) ?? null });
}

export async function rolesIn(
  db: Database,
  document: string,
): Promise<(user: string) => Role | null> {
  const access = await findAccess(db, document);
  return (user) => (access === null ? null : roleIn(access, user));
}

export async function givenRoles(db: Database, document: string): Promise<Map<string, GivenRole>> {
  const members = await db
    .selectFrom('member')
    .select(['user', 'role'])
    .where('document', '=', document)
    .execute();
  return new Map(members.map(({ user, role }) => [user, role]));
}

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
