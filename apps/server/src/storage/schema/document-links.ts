/** The table of links between documents, which the search index derives from texts. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createDocumentLinks(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('document_link')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('target', types.text, (column) => column.notNull())
    .addColumn('host', types.text, (column) => column.notNull())
    .addColumn('excerpt', types.text, (column) => column.notNull())
    .addColumn('link_from', types.integer, (column) => column.notNull())
    .addColumn('link_to', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('document_link_primary', ['document', 'target', 'host'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createIndex('document_link_target')
    .on('document_link')
    .column('target')
    .execute();
}
