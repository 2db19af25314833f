/**
 * On what the links of documents depend: when they end (PO11), and a password (PO12). A link that has ended is off, and its
 * row says since when; one that is turned off has no row.
 */
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';
import type { LinkTermsRow } from './tables/documents.ts';

export async function readLinkTerms(
  db: Database,
  document: string,
): Promise<LinkTermsRow | undefined> {
  return await db
    .selectFrom('link_terms')
    .selectAll()
    .where('document', '=', document)
    .executeTakeFirst();
}

/** @param expiresAt null: not by itself */
export async function setExpiry(
  db: Database,
  document: string,
  expiresAt: number | null,
): Promise<void> {
  const terms = { expires_at: expiresAt, is_over: 0 };
  await db
    .insertInto('link_terms')
    .values({ document, ...terms })
    .onConflict((conflict) => conflict.column('document').doUpdateSet(terms))
    .execute();
}

/** Of a link that is turned off, or is that of the document around it. */
export async function forgetLinkTerms(db: Database, document: string): Promise<void> {
  for (const table of ['link_terms', 'link_entry'] as const)
    await db.deleteFrom(table).where('document', '=', document).execute();
}

/** Everyone has to enter the new one. @param password a hash; null for none */
export async function setLinkPassword(
  db: Database,
  document: string,
  password: string | null,
): Promise<void> {
  await db
    .insertInto('link_terms')
    .values({ document, password })
    .onConflict((conflict) => conflict.column('document').doUpdateSet({ password }))
    .execute();
  await db.deleteFrom('link_entry').where('document', '=', document).execute();
}

export async function enterLink(
  db: Database,
  entry: { readonly document: string; readonly user: string; readonly at: number },
): Promise<void> {
  await db
    .insertInto('link_entry')
    .values(entry)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const entriesOf = compiledQuery((db, document: string) =>
  db.selectFrom('link_entry').select('user').where('document', '=', document),
);

/** Who has entered the password of a document's own link. */
export async function readEntered(db: Database, document: string): Promise<ReadonlySet<string>> {
  return new Set((await entriesOf(db, document)).map(({ user }) => user));
}

/** The document whose link holds in this one, if it has a password. */
export async function findLinkPassword(
  db: Database,
  document: string,
): Promise<{ readonly document: string; readonly password: string } | null> {
  const around = await db
    .selectFrom('document_ancestor')
    .innerJoin('document', 'document.id', 'document_ancestor.ancestor')
    .select(['document.id', 'document.link_access'])
    .where('document_ancestor.document', '=', document)
    .where('document_ancestor.inherits', '=', 1)
    .orderBy('document_ancestor.depth')
    .execute();
  const own = await db
    .selectFrom('document')
    .select(['id', 'link_access'])
    .where('id', '=', document)
    .where('trashed_at', 'is', null)
    .where('purged_at', 'is', null)
    .executeTakeFirst();
  if (own === undefined) return null;
  const source = [own, ...around].find(({ link_access }) => link_access !== null);
  const password = (await readLinkTerms(db, source?.id ?? ''))?.password ?? null;
  return source === undefined || password === null ? null : { document: source.id, password };
}

/** What a guest has entered counts for the account. */
export async function mergeLinkEntries(
  db: Database,
  guest: string,
  account: string,
): Promise<void> {
  const entries = await db
    .selectFrom('link_entry')
    .select(['document', 'at'])
    .where('user', '=', guest)
    .execute();
  for (const { document, at } of entries) await enterLink(db, { document, user: account, at });
  await db.deleteFrom('link_entry').where('user', '=', guest).execute();
}

export async function markExpired(db: Database, document: string): Promise<void> {
  await db.deleteFrom('link_entry').where('document', '=', document).execute();
  await db
    .updateTable('link_terms')
    .set({ is_over: 1, password: null })
    .where('document', '=', document)
    .execute();
}

export interface ExpiringLink {
  readonly document: string;
  readonly owner: string | null;
  readonly expiresAt: number;
}

/** Those that end next, and those that should have ended, the first ones first. */
export async function findExpiringLinks(db: Database, limit: number): Promise<ExpiringLink[]> {
  return await db
    .selectFrom('link_terms')
    .innerJoin('document', 'document.id', 'link_terms.document')
    .select(['link_terms.document', 'document.owner', 'link_terms.expires_at as expiresAt'])
    .where('link_terms.is_over', '=', 0)
    .where('link_terms.expires_at', 'is not', null)
    .$narrowType<{ expiresAt: number }>()
    .orderBy('link_terms.expires_at')
    .limit(limit)
    .execute();
}
