/** The table of the audit log: who did what to what, in ids and words of lists. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createAudit(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('number', types.rowNumber, (column) => column.primaryKey())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('actor', types.text)
    .addColumn('action', types.text, (column) => column.notNull())
    .addColumn('document', types.text)
    .addColumn('person', types.text)
    .addColumn('network', types.text)
    .addColumn('detail', types.text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_at').on('audit').column('at').execute();
  for (const column of ['actor', 'person', 'document', 'action'])
    await db.schema
      .createIndex(`audit_${column}`)
      .on('audit')
      .columns([column, 'number'])
      .execute();
}
