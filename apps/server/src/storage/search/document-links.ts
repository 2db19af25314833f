/** Links between documents: what a text has of them, and which documents link to one (BL1 to BL5). */
import type { DocumentLink } from '@tandem/document';
import { sql } from 'kysely';
import type { Backlinks, DocumentKind } from '@tandem/protocol';
import { NEVER_OPENED } from '../visits.ts';
import type { Database } from '../tables.ts';
import { findableDocuments, isAmong } from './search-query.ts';

/** Writes nothing where the links are those that the document has. */
export async function replaceLinks(
  db: Database,
  document: string,
  links: readonly DocumentLink[],
): Promise<void> {
  const wanted = links.map(({ target, host, excerpt, from, to }) => ({
    ...{ document, target, host, excerpt },
    ...{ link_from: from, link_to: to },
  }));
  const known = await db
    .selectFrom('document_link')
    .selectAll()
    .where('document', '=', document)
    .execute();
  const keyOf = (row: (typeof wanted)[number]) =>
    JSON.stringify([row.target, row.host, row.excerpt, row.link_from, row.link_to]);
  const missing = new Map(wanted.map((row) => [keyOf(row), row]));
  const isSame = known.length === wanted.length && known.every((row) => missing.has(keyOf(row)));
  if (isSame) return;
  await removeLinks(db, document);
  if (wanted.length > 0) await db.insertInto('document_link').values(wanted).execute();
}

export async function removeLinks(db: Database, document: string): Promise<void> {
  await db.deleteFrom('document_link').where('document', '=', document).execute();
}

export interface BacklinkQuery {
  readonly document: string;
  readonly user: string;
  /** Of this server, as its people know it. */
  readonly hosts: readonly string[];
  readonly limit: number;
}

interface LinkRow {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly updatedAt: number;
  readonly excerpt: string;
  readonly from: number;
  readonly to: number;
}

/** Last changed first. Those which the user may not find are no part of it in any way (BL2). */
export async function findBacklinks(
  db: Database,
  query: BacklinkQuery,
): Promise<Backlinks['documents']> {
  // Nothing links to most documents, and what a person finds takes longer to compute.
  if (!(await isLinked(db, query))) return [];
  const { document, user, hosts, limit } = query;
  const { rows } = await sql<LinkRow>`
    with mine as materialized (${findableDocuments(user)}),
    ranked as (
      select link.document, link.excerpt, link.link_from, link.link_to,
        row_number() over (partition by link.document order by link.host) as place
      from document_link as link
      where link.target = ${document} and link.document <> ${document}
        and link.host in (${sql.join(['', ...hosts])})
        and ${isAmong(sql`link.document`, sql`select id from mine`)}
        and not exists (select 1 from visit where visit.document = link.document
          and visit."user" = ${user} and visit.opened_at = ${NEVER_OPENED})
    )
    select document.id as document, document.kind, document.title,
      document.updated_at as "updatedAt", ranked.excerpt,
      ranked.link_from as "from", ranked.link_to as "to"
    from ranked join document on document.id = ranked.document
    where ranked.place = 1
    order by document.updated_at desc, document.id
    limit ${limit}`.execute(db);
  return rows.map(({ from, to, ...row }) => ({ ...row, matches: [{ from, to }] }));
}

async function isLinked(
  db: Database,
  { document, hosts }: Pick<BacklinkQuery, 'document' | 'hosts'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('document_link')
    .select('document')
    .where('target', '=', document)
    .where('document', '<>', document)
    .where('host', 'in', ['', ...hosts])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
