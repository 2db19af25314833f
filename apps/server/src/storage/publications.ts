/** Documents that are on the web for everyone: PB1 to PB11 of PROTOCOL.md. */
import type { Publication } from '@tandem/protocol';
import { sql } from 'kysely';
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';

/** A published document, as its readers may know of it, but for the person. */
export interface PublishedDocument extends Publication {
  readonly document: string;
  readonly title: string;
  readonly updatedAt: number;
  readonly publishedBy: string;
}

const published = compiledQuery((db, id: string) =>
  db
    .selectFrom('publication')
    .innerJoin('document', 'document.id', 'publication.document')
    .innerJoin('user as publisher', 'publisher.id', 'publication.published_by')
    .innerJoin('user as owner', 'owner.id', 'document.owner')
    .select(['document.id as document', 'document.title', 'document.updated_at as updatedAt'])
    .select(['publication.id', 'publication.is_indexed'])
    .select('publication.published_by as publishedBy')
    .where('publication.id', '=', id)
    .where('document.kind', '=', 'page')
    .where('document.trashed_at', 'is', null)
    .where('document.purged_at', 'is', null)
    .where('publisher.blocked_at', 'is', null)
    .where('owner.blocked_at', 'is', null),
);

/** @returns null where nothing is published, and while a person who answers for it is blocked or gone (PB6). */
export async function findPublished(db: Database, id: string): Promise<PublishedDocument | null> {
  const [row] = await published(db, id);
  if (row === undefined) return null;
  const { is_indexed, updatedAt, ...rest } = row;
  return { ...rest, isIndexed: is_indexed === 1, updatedAt: Number(updatedAt) };
}

export async function readPublication(db: Database, document: string): Promise<Publication | null> {
  const row = await db
    .selectFrom('publication')
    .select(['id', 'is_indexed'])
    .where('document', '=', document)
    .executeTakeFirst();
  return row === undefined ? null : { id: row.id, isIndexed: row.is_indexed === 1 };
}

/** Finds who has published at an address, also while nobody sees the page. */
export async function findPublisher(
  db: Database,
  id: string,
): Promise<{ readonly document: string; readonly publishedBy: string } | null> {
  const row = await db
    .selectFrom('publication')
    .select(['document', 'published_by as publishedBy'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export async function countPublicationsOf(db: Database, user: string): Promise<number> {
  const { count } = await db
    .selectFrom('publication')
    .select(sql<number>`count(*)`.as('count'))
    .where('published_by', '=', user)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function addPublication(
  db: Database,
  publication: {
    readonly document: string;
    readonly id: string;
    readonly by: string;
    readonly at: number;
  },
): Promise<void> {
  const { document, id, by, at } = publication;
  const values = { document, id, published_by: by, created_at: at };
  await db.insertInto('publication').values(values).execute();
}

export async function setIndexed(
  db: Database,
  document: string,
  isIndexed: boolean,
): Promise<void> {
  await db
    .updateTable('publication')
    .set({ is_indexed: isIndexed ? 1 : 0 })
    .where('document', '=', document)
    .execute();
}

export async function removePublication(db: Database, document: string): Promise<void> {
  await db.deleteFrom('publication').where('document', '=', document).execute();
}

/** Takes a document off, and what is inside it. @returns the documents that were published */
export async function removePublicationsIn(
  db: Database,
  document: string,
): Promise<readonly string[]> {
  const removed = await db
    .deleteFrom('publication')
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('document', '=', document),
        eb(
          'document',
          'in',
          selectFrom('document_ancestor').select('document').where('ancestor', '=', document),
        ),
      ]),
    )
    .returning('document')
    .execute();
  return removed.map((row) => row.document);
}

/** A database that was put back starts with nothing published (PB11): it may not know what was taken off since. */
export async function removeAllPublications(db: Database): Promise<void> {
  await db.deleteFrom('publication').execute();
}
