/** Roles in documents: the owner's, else the role given to a user, else the role that the link gives. */
import { can, LINK_ROLES, type Lifecycle, type Role, type Standing } from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import type { Database, DocumentRow, MemberTable } from './tables.ts';

export type GivenRole = MemberTable['role'];

export interface AccessEntry extends Standing {
  readonly document: DocumentRow;
  readonly isOwn: boolean;
}

type LifecycleColumns = Pick<DocumentRow, 'trashed_at' | 'purged_at'>;

export interface DocumentAccess extends Pick<
  DocumentRow,
  'id' | 'kind' | 'title' | 'owner' | 'link_access' | 'trashed_at' | 'purged_at'
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
  const standing = decideStanding(document, { user, given });
  if (standing === null) return null;
  return { ...standing, document, isOwn: standing.role === 'owner' || given !== null };
}

/** Whether the link alone gives this user a role, also while the document is in the trash. */
export async function hasRoleByLink(
  db: Database,
  { document: id, user }: { readonly document: string; readonly user: string },
): Promise<boolean> {
  const [row] = await accessEntryRow(db, id, user);
  if (row === undefined || row.owner === user || row.given !== null) return false;
  return LINK_ROLES[row.link_access] !== null;
}

const accessRows = compiledQuery((db, document: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', 'member.document', 'document.id')
    .select(['document.id', 'document.kind', 'document.title', 'document.owner'])
    .select(['document.link_access', 'document.trashed_at', 'document.purged_at'])
    .select(['member.user', 'member.role'])
    .where('document.id', '=', document),
);

export async function findAccess(db: Database, document: string): Promise<DocumentAccess | null> {
  const rows = await accessRows(db, document);
  const [first] = rows;
  if (first === undefined) return null;
  const { user: _user, role: _role, ...facts } = first;
  const given = new Map<string, GivenRole>();
  for (const { user, role } of rows) if (user !== null && role !== null) given.set(user, role);
  return { ...facts, given: given.size === 0 ? null : given };
}

/** Null for a user to whom the document does not exist. */
export function standingIn(access: DocumentAccess, user: string): Standing | null {
  return decideStanding(access, { user, given: access.given?.get(user) ?? null });
}

export async function standingsIn(
  db: Database,
  document: string,
): Promise<(user: string) => Standing | null> {
  const access = await findAccess(db, document);
  return (user) => (access === null ? null : standingIn(access, user));
}

/** Whether the trash alone hides the document from this user. */
export function isHiddenByTrash(access: DocumentAccess, user: string): boolean {
  const isTrashed = lifecycleOf(access) === 'trashed' && standingIn(access, user) === null;
  return isTrashed && standingIn({ ...access, trashed_at: null }, user) !== null;
}

export async function givenRoles(db: Database, document: string): Promise<Map<string, GivenRole>> {
  const members = await db
    .selectFrom('member')
    .select(['user', 'role'])
    .where('document', '=', document)
    .execute();
  return new Map(members.map(({ user, role }) => [user, role]));
}

export function decideStanding(
  document: Pick<DocumentRow, 'owner' | 'link_access'> & LifecycleColumns,
  { user, given }: { readonly user: string; readonly given: GivenRole | null },
): Standing | null {
  const role: Role | null =
    document.owner === user ? 'owner' : (given ?? LINK_ROLES[document.link_access]);
  if (role === null) return null;
  const standing = { role, lifecycle: lifecycleOf(document) };
  return can(standing, 'read') ? standing : null;
}

function lifecycleOf({ trashed_at, purged_at }: LifecycleColumns): Lifecycle {
  if (purged_at !== null) return 'purged';
  return trashed_at === null ? 'active' : 'trashed';
}
