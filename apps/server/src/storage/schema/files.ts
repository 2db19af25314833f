/** The table of uploaded files. Their bytes are in the object store. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createFiles(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('file')
    .addColumn('key', types.text, (column) => column.primaryKey())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('size', types.integer, (column) => column.notNull())
    .addColumn('hash', types.text)
    .addColumn('type', types.text)
    .addColumn('width', types.integer)
    .addColumn('height', types.integer)
    .addColumn('created_by', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('unreferenced_at', types.integer)
    .execute();
  await db.schema
    .createIndex('file_stored')
    .unique()
    .on('file')
    .columns(['document', 'id'])
    .where(sql.ref('state'), '=', sql.lit('stored'))
    .execute();
  await db.schema.createIndex('file_document').on('file').column('document').execute();
  await db.schema.createIndex('file_created_by').on('file').column('created_by').execute();
  await db.schema
    .createIndex('file_id')
    .on('file')
    .column('id')
    .where(sql.ref('state'), '=', sql.lit('stored'))
    .execute();
  await db.schema
    .createIndex('file_not_stored')
    .on('file')
    .columns(['state', 'created_at'])
    .where(sql.ref('state'), '!=', sql.lit('stored'))
    .execute();
}
