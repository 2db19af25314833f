/** Which documents are inside which others: the transitive closure of `document.parent`. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createDocumentTree(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createIndex('document_parent')
    .on('document')
    .columns(['parent', 'position'])
    .execute();
  await db.schema
    .createTable('document_ancestor')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('ancestor', types.text, (column) => column.notNull())
    .addColumn('depth', types.integer, (column) => column.notNull())
    .addColumn('inherits', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('document_ancestor_primary', ['document', 'ancestor'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createIndex('document_ancestor_ancestor')
    .on('document_ancestor')
    .column('ancestor')
    .execute();
}
