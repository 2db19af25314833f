/** Reads what decides the standings of people in documents. */
import { sql } from 'kysely';
import type { Standing } from '@tandem/protocol';
import { compiledQuery } from './compiled-query.ts';
import { readEntered } from './link-terms.ts';
import {
  decideStanding,
  enteredBy,
  NOTHING_INHERITED,
  standingIn,
  toInherited,
  type Decisive,
  type DocumentAccess,
  type EntryColumns,
  type GivenRole,
  type Inherited,
  type InheritedRow,
} from './standing.ts';
import type { Database } from './tables.ts';
import type { DocumentAncestorTable, DocumentRow } from './tables/documents.ts';

export interface AccessEntry extends Standing {
  readonly document: DocumentRow;
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
  return { ...standing, document };
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
    .select(({ exists, selectFrom, or }) =>
      or([
        exists(
          selectFrom('invited_address')
            .select('address')
            .whereRef('invited_address.document', '=', 'document.id'),
        ),
        exists(
          selectFrom('document_ancestor')
            .innerJoin('invited_address', 'invited_address.document', 'document_ancestor.ancestor')
            .select('address')
            .whereRef('document_ancestor.document', '=', 'document.id')
            .where('document_ancestor.inherits', '=', 1),
        ),
      ]).as('has_invited'),
    )
    .where('document.id', '=', document),
);

export async function findAccess(db: Database, document: string): Promise<DocumentAccess | null> {
  const rows = await accessRows(db, document);
  const [first] = rows;
  if (first === undefined) return null;
  const { user: _user, role: _role, password, has_invited, ...facts } = first;
  const given = new Map<string, GivenRole>();
  for (const { user, role } of rows) if (user !== null && role !== null) given.set(user, role);
  const entered = password === null ? null : await readEntered(db, document);
  const inherited = first.parent === null ? NOTHING_INHERITED : await inheritedByAll(db, document);
  const hasInvited = Boolean(has_invited);
  return { ...facts, entered, given: given.size === 0 ? null : given, inherited, hasInvited };
}

/** Of the nearest link, the entries are read only if it has a password. */
async function inheritedByAll(db: Database, document: string): Promise<Inherited> {
  const inherited = toInherited(await inheritedRowsOfAll(db, document));
  const { protection } = inherited;
  if (protection === null) return inherited;
  const entered = await readEntered(db, protection.document);
  return { ...inherited, protection: { ...protection, entered } };
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
  const entered = new Map<string, Set<string>>();
  for (const [id, { password }] of facts) if (password !== null) entered.set(id, new Set());
  for (const ids of inGroups([...entered.keys()])) {
    const entries = await db
      .selectFrom('link_entry')
      .select(['document', 'user'])
      .where('document', 'in', ids)
      .execute();
    for (const { document, user } of entries) entered.get(document)?.add(user);
  }
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

/** Who owns the document, or one around it. */
export async function readOwners(db: Database, document: string): Promise<string[]> {
  const access = await findAccess(db, document);
  if (access === null) return [];
  const owners = new Set(access.inherited.owners);
  if (access.owner !== null) owners.add(access.owner);
  return [...owners];
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
