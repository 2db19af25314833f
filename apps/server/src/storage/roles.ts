/**
 * Roles in documents (PO1, TR5–TR7): the owner's, else the strongest role that was given to a user in the document or
 * in one around it, else the role that the link gives: a link with a password gives it to those who have entered it
 * (PO12). Queries of lists decide the same by `mayRead`, of
 * `access-conditions.ts`.
 */
import { sql } from 'kysely';
import {
  can,
  LINK_ROLES,
  type Lifecycle,
  type LinkAccess,
  type Role,
  type Standing,
} from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import { readEntered } from './link-terms.ts';
import type { Database, DocumentAncestorTable, DocumentRow, MemberTable } from './tables.ts';

export type GivenRole = MemberTable['role'];

export interface AccessEntry extends Standing {
  readonly document: DocumentRow;
  readonly isOwn: boolean;
}

type LifecycleColumns = Pick<DocumentRow, 'trashed_at' | 'purged_at'>;

type Decisive = Pick<DocumentRow, 'owner' | 'link_access'> &
  LifecycleColumns & {
    /** Who has entered the password of the document's own link; null or absent: it has none. */
    readonly entered?: ReadonlySet<string> | null;
  };

export interface DocumentAccess
  extends Decisive, Pick<DocumentRow, 'id' | 'kind' | 'title' | 'parent'> {
  readonly given: ReadonlyMap<string, GivenRole> | null;
  readonly inherited: Inherited;
}

/** What a document gets from those around it. */
export interface Inherited {
  /** Also of a restricted document. */
  readonly owners: ReadonlySet<string>;
  readonly given: ReadonlyMap<string, GivenRole>;
  /** Of the nearest document that says it. */
  readonly link: LinkAccess | null;
  /** Whose link that is, and who has entered its password; null: it has none. */
  readonly protection: Protection | null;
}

interface Protection {
  readonly document: string;
  readonly entered: ReadonlySet<string>;
}

export const NOTHING_INHERITED: Inherited = {
  owners: new Set(),
  given: new Map(),
  link: null,
  protection: null,
};

/** Joined to a document: whether its link has a password, and whether this user has entered it. */
interface EntryColumns {
  readonly password: string | null;
  readonly entered: string | null;
}

function enteredBy({ password, entered }: EntryColumns): ReadonlySet<string> | null {
  return password === null ? null : new Set(entered === null ? [] : [entered]);
}

const accessEntryRow = compiledQuery((db, document: string, user: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', (join) =>
      join.onRef('member.document', '=', 'document.id').on('member.user', '=', user),
    )
    .leftJoin('link_terms', 'link_terms.document', 'document.id')
    .leftJoin('link_entry', (join) =>
      join.onRef('link_entry.document', '=', 'document.id').on('link_entry.user', '=', user),
    )
    .selectAll('document')
    .select(['member.role as given', 'link_terms.password', 'link_entry.user as entered'])
    .where('document.id', '=', document),
);

export async function findAccessEntry(
  db: Database,
  { document: id, user }: { readonly document: string; readonly user: string },
): Promise<AccessEntry | null> {
  const row = await findRow(db, id, user);
  if (row === null) return null;
  const { given, inherited, password, entered, ...document } = row;
  const own = { ...document, entered: enteredBy({ password, entered }) };
  const standing = decideStanding(own, { user, given, inherited });
  if (standing === null) return null;
  return {
    ...standing,
    document,
    isOwn: standing.role === 'owner' || given !== null || inherited.given.has(user),
  };
}

/** Whether the link alone gives this user a role, also while the document is in the trash. */
export async function hasRoleByLink(
  db: Database,
  { document: id, user }: { readonly document: string; readonly user: string },
): Promise<boolean> {
  const row = await findRow(db, id, user);
  if (row === null || row.owner === user || row.given !== null) return false;
  const { owners, given } = row.inherited;
  const link = linkFor(user, { ...row, entered: enteredBy(row) });
  return !owners.has(user) && !given.has(user) && LINK_ROLES[link] !== null;
}

async function findRow(db: Database, document: string, user: string) {
  const [row] = await accessEntryRow(db, document, user);
  if (row === undefined) return null;
  if (row.parent === null) return { ...row, inherited: NOTHING_INHERITED };
  return { ...row, inherited: toInherited(await inheritedRows(db, user, document)) };
}

const accessRows = compiledQuery((db, document: string) =>
  db
    .selectFrom('document')
    .leftJoin('member', 'member.document', 'document.id')
    .leftJoin('link_terms', 'link_terms.document', 'document.id')
    .select(['document.id', 'document.kind', 'document.title', 'document.owner'])
    .select(['document.link_access', 'document.trashed_at', 'document.purged_at'])
    .select(['document.parent', 'member.user', 'member.role', 'link_terms.password'])
    .where('document.id', '=', document),
);

export async function findAccess(db: Database, document: string): Promise<DocumentAccess | null> {
  const rows = await accessRows(db, document);
  const [first] = rows;
  if (first === undefined) return null;
  const { user: _user, role: _role, password, ...facts } = first;
  const given = new Map<string, GivenRole>();
  for (const { user, role } of rows) if (user !== null && role !== null) given.set(user, role);
  const entered = password === null ? null : await readEntered(db, document);
  const inherited = first.parent === null ? NOTHING_INHERITED : await inheritedByAll(db, document);
  return { ...facts, entered, given: given.size === 0 ? null : given, inherited };
}

/** Of the nearest link, the entries are read only if it has a password. */
async function inheritedByAll(db: Database, document: string): Promise<Inherited> {
  const inherited = toInherited(await inheritedRowsOfAll(db, document));
  const { protection } = inherited;
  if (protection === null) return inherited;
  const entered = await readEntered(db, protection.document);
  return { ...inherited, protection: { ...protection, entered } };
}

/** Null for a user to whom the document does not exist. */
export function standingIn(access: DocumentAccess, user: string): Standing | null {
  const { inherited } = access;
  return decideStanding(access, { user, given: access.given?.get(user) ?? null, inherited });
}

export async function standingsIn(
  db: Database,
  document: string,
): Promise<(user: string) => Standing | null> {
  const access = await findAccess(db, document);
  return (user) => (access === null ? null : standingIn(access, user));
}

/** Of several documents in one tree, each of whose documents is read once. */
export async function standingsInEach(
  db: Database,
  documents: ReadonlySet<string>,
): Promise<(document: string, user: string) => Standing | null> {
  const around = new Map<string, AncestorRow[]>();
  for (const document of documents) around.set(document, []);
  for (const ids of inGroups([...documents])) {
    const rows = await db
      .selectFrom('document_ancestor')
      .select(['document', 'ancestor', 'inherits'])
      .where('document', 'in', ids)
      .orderBy('depth')
      .execute();
    for (const row of rows) around.get(row.document)?.push(row);
  }
  const all = new Set(documents);
  for (const rows of around.values()) for (const { ancestor } of rows) all.add(ancestor);
  const facts = new Map<string, Decisive & Pick<EntryColumns, 'password'>>();
  const given = new Map<string, Map<string, GivenRole>>();
  for (const ids of inGroups([...all])) {
    const rows = await db
      .selectFrom('document')
      .leftJoin('member', 'member.document', 'document.id')
      .leftJoin('link_terms', 'link_terms.document', 'document.id')
      .select(['document.id', 'document.owner', 'document.link_access', 'link_terms.password'])
      .select(['document.trashed_at', 'document.purged_at', 'member.user', 'member.role'])
      .where('document.id', 'in', ids)
      .execute();
    for (const { id, user, role, ...fact } of rows) {
      facts.set(id, fact);
      const roles = given.get(id) ?? new Map<string, GivenRole>();
      if (user !== null && role !== null) roles.set(user, role);
      given.set(id, roles);
    }
  }
  const entered = new Map<string, ReadonlySet<string>>();
  for (const [id, { password }] of facts)
    if (password !== null) entered.set(id, await readEntered(db, id));
  return (document, user) => {
    const decisive = facts.get(document);
    if (decisive === undefined) return null;
    const rows = (around.get(document) ?? []).flatMap(({ ancestor, inherits }) => {
      const fact = facts.get(ancestor);
      const role = given.get(ancestor)?.get(user) ?? null;
      const entry = entered.get(ancestor)?.has(user) === true ? user : null;
      return fact === undefined
        ? []
        : [{ ...fact, ancestor, inherits, user, role, entered: entry }];
    });
    const own = given.get(document)?.get(user) ?? null;
    const itself = { ...decisive, entered: entered.get(document) ?? null };
    return decideStanding(itself, { user, given: own, inherited: toInherited(rows) });
  };
}

type AncestorRow = Pick<DocumentAncestorTable, 'document' | 'ancestor' | 'inherits'>;

/** Databases have a limit of values in a statement. */
function inGroups(ids: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (let from = 0; from < ids.length; from += 1_000) groups.push(ids.slice(from, from + 1_000));
  return groups;
}

/** Whether the trash alone hides the document from this user. */
export function isHiddenByTrash(access: DocumentAccess, user: string): boolean {
  const isTrashed = lifecycleOf(access) === 'trashed' && standingIn(access, user) === null;
  return isTrashed && standingIn({ ...access, trashed_at: null }, user) !== null;
}

/** Who owns the document, or one around it. */
export async function readOwners(db: Database, document: string): Promise<string[]> {
  const access = await findAccess(db, document);
  if (access === null) return [];
  const owners = new Set(access.inherited.owners);
  if (access.owner !== null) owners.add(access.owner);
  return [...owners];
}

/** Those of the document itself. */
export async function givenRoles(db: Database, document: string): Promise<Map<string, GivenRole>> {
  const members = await db
    .selectFrom('member')
    .select(['user', 'role'])
    .where('document', '=', document)
    .execute();
  return new Map(members.map(({ user, role }) => [user, role]));
}

export function decideStanding(
  document: Decisive,
  {
    user,
    given,
    inherited,
  }: {
    readonly user: string;
    readonly given: GivenRole | null;
    readonly inherited: Inherited;
  },
): Standing | null {
  const role: Role | null =
    document.owner === user || inherited.owners.has(user)
      ? 'owner'
      : (stronger(given, inherited.given.get(user) ?? null) ??
        LINK_ROLES[linkFor(user, { ...document, inherited })]);
  if (role === null) return null;
  const standing = { role, lifecycle: lifecycleOf(document) };
  return can(standing, 'read') ? standing : null;
}

/** What the link allows this user: nothing before its password was entered. */
function linkFor(
  user: string,
  document: Pick<Decisive, 'link_access' | 'entered'> & { readonly inherited: Inherited },
): LinkAccess {
  const isOwn = document.link_access !== null;
  const entered = isOwn ? document.entered : document.inherited.protection?.entered;
  return entered == null || entered.has(user) ? linkOf(document) : 'off';
}

/** Who has entered the password of the link that holds in a document; null: it has none. */
export function enteredIn({
  link_access,
  entered,
  inherited,
}: DocumentAccess): ReadonlySet<string> | null {
  return (link_access === null ? inherited.protection?.entered : entered) ?? null;
}

/** What the link of a document allows, be it its own or that of a document around it. */
export function linkOf({
  link_access,
  inherited,
}: Pick<DocumentRow, 'link_access'> & { readonly inherited: Inherited }): LinkAccess {
  return link_access ?? inherited.link ?? 'off';
}

/** Whether everyone has the same role by both, but for what the documents themselves give. */
export function isSameInherited(one: Inherited, other: Inherited): boolean {
  return (
    one.link === other.link &&
    one.protection?.document === other.protection?.document &&
    isSameSet(one.owners, other.owners) &&
    one.given.size === other.given.size &&
    [...one.given].every(([user, role]) => other.given.get(user) === role)
  );
}

/** What a document has from the one around it, or would have there. */
export function inheritedFrom(
  around: DocumentAccess | null,
  { isRestricted }: { readonly isRestricted: boolean },
): Inherited {
  if (around === null) return NOTHING_INHERITED;
  const owners = new Set(around.inherited.owners);
  if (around.owner !== null) owners.add(around.owner);
  if (isRestricted) return { ...NOTHING_INHERITED, owners };
  const given = new Map(around.inherited.given);
  for (const [user, role] of around.given ?? [])
    given.set(user, stronger(role, given.get(user) ?? null) ?? role);
  const { entered } = around;
  const protection =
    around.link_access === null
      ? around.inherited.protection
      : entered == null
        ? null
        : { document: around.id, entered };
  return { owners, given, link: around.link_access ?? around.inherited.link, protection };
}

/**
 * Of several documents at once, as far as it concerns one user.
 *
 * @returns nothing for documents at the top of the tree
 */
export async function readInherited(
  db: Database,
  user: string,
  documents: readonly string[],
): Promise<ReadonlyMap<string, Inherited>> {
  if (documents.length === 0) return new Map();
  const rows = await selectInherited(db, user)
    .select('document_ancestor.document')
    .where('document_ancestor.document', 'in', documents)
    .execute();
  const byDocument = new Map<string, InheritedRow[]>();
  for (const row of rows) {
    const known = byDocument.get(row.document);
    if (known === undefined) byDocument.set(row.document, [row]);
    else known.push(row);
  }
  return new Map(Array.from(byDocument, ([document, of]) => [document, toInherited(of)]));
}

interface InheritedRow extends Pick<DocumentRow, 'owner' | 'link_access'>, EntryColumns {
  readonly ancestor: string;
  readonly inherits: number;
  readonly user: string | null;
  readonly role: GivenRole | null;
}

const inheritedRows = compiledQuery((db, user: string, document: string) =>
  selectInherited(db, user).where('document_ancestor.document', '=', document),
);

function selectInherited(db: Database, user: string) {
  return db
    .selectFrom('document_ancestor')
    .innerJoin('document', 'document.id', 'document_ancestor.ancestor')
    .leftJoin('member', (join) =>
      join.onRef('member.document', '=', 'document.id').on('member.user', '=', user),
    )
    .leftJoin('link_terms', 'link_terms.document', 'document.id')
    .leftJoin('link_entry', (join) =>
      join.onRef('link_entry.document', '=', 'document.id').on('link_entry.user', '=', user),
    )
    .select(['document.owner', 'document.link_access', 'document_ancestor.inherits'])
    .select(['document_ancestor.ancestor', 'member.user', 'member.role'])
    .select(['link_terms.password', 'link_entry.user as entered'])
    .orderBy('document_ancestor.depth');
}

const inheritedRowsOfAll = compiledQuery((db, document: string) =>
  db
    .selectFrom('document_ancestor')
    .innerJoin('document', 'document.id', 'document_ancestor.ancestor')
    .leftJoin('member', 'member.document', 'document.id')
    .leftJoin('link_terms', 'link_terms.document', 'document.id')
    .select(['document.owner', 'document.link_access', 'document_ancestor.inherits'])
    .select(['document_ancestor.ancestor', 'member.user', 'member.role', 'link_terms.password'])
    .select(sql<string | null>`null`.as('entered'))
    .where('document_ancestor.document', '=', document)
    .orderBy('document_ancestor.depth'),
);

/** @param rows the nearest document first */
function toInherited(rows: readonly InheritedRow[]): Inherited {
  const owners = new Set<string>();
  const strongest = new Map<string, GivenRole>();
  let link: LinkAccess | null = null;
  let protection: Protection | null = null;
  for (const { owner, ancestor, link_access, inherits, user, role, ...entry } of rows) {
    if (owner !== null) owners.add(owner);
    if (inherits === 0) continue;
    if (link === null && link_access !== null) {
      link = link_access;
      const entered = enteredBy(entry);
      if (entered !== null) protection = { document: ancestor, entered };
    }
    const given = stronger(role, user === null ? null : (strongest.get(user) ?? null));
    if (user !== null && given !== null) strongest.set(user, given);
  }
  return { owners, given: strongest, link, protection };
}

const STRENGTH: Readonly<Record<Role, number>> = { viewer: 1, commenter: 2, editor: 3, owner: 4 };

export function isStronger(one: Role, other: Role): boolean {
  return STRENGTH[one] > STRENGTH[other];
}

function stronger(one: GivenRole | null, other: GivenRole | null): GivenRole | null {
  if (one === null || other === null) return one ?? other;
  return isStronger(other, one) ? other : one;
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((user) => other.has(user));
}

function lifecycleOf({ trashed_at, purged_at }: LifecycleColumns): Lifecycle {
  if (purged_at !== null) return 'purged';
  return trashed_at === null ? 'active' : 'trashed';
}
