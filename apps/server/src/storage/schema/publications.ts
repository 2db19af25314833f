/** The table of documents that are on the web for everyone. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createPublications(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('publication')
    .addColumn('document', types.text, (column) => column.primaryKey())
    .addColumn('id', types.text, (column) => column.notNull().unique())
    .addColumn('published_by', types.text, (column) => column.notNull())
    .addColumn('is_indexed', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('publication_published_by')
    .on('publication')
    .column('published_by')
    .execute();
}
