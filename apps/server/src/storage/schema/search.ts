/** The tables of search. */
import type { Kysely } from 'kysely';
import type { SchemaParts } from './schema-parts.ts';

export async function createSearch(
  db: Kysely<unknown>,
  { types, createSearchTerms }: SchemaParts,
): Promise<void> {
  await db.schema
    .createTable('search_part')
    .addColumn('number', types.rowNumber, (column) => column.primaryKey())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('key', types.text, (column) => column.notNull())
    .addColumn('content', types.text, (column) => column.notNull())
    .addUniqueConstraint('search_part_key', ['document', 'kind', 'key'])
    .execute();
  await db.schema
    .createTable('search_document')
    .addColumn('document', types.text, (column) => column.primaryKey())
    .addColumn('epoch', types.text, (column) => column.notNull())
    .addColumn('offset', types.integer, (column) => column.notNull())
    .addColumn('indexed_at', types.integer, (column) => column.notNull())
    .execute();
  await createSearchTerms(db);
}
