/** The table of what links of documents depend on, besides what they allow. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createLinkTerms(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('link_terms')
    .addColumn('document', types.text, (column) => column.primaryKey())
    .addColumn('expires_at', types.integer)
    .addColumn('is_over', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('password', types.text)
    .execute();
  await db.schema
    .createTable('link_entry')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('link_entry_primary', ['document', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema.createIndex('link_entry_user').on('link_entry').column('user').execute();
  await db.schema
    .createIndex('link_terms_expires_at')
    .on('link_terms')
    .column('expires_at')
    .where(sql.ref('is_over'), '=', 0)
    .execute();
}
