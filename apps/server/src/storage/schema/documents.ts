/** The tables of documents, who opened them, and who has which role. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createDocuments(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('document')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('title', types.text, (column) => column.notNull())
    .addColumn('owner', types.text)
    .addColumn('link_access', types.text, (column) => column.defaultTo('edit'))
    .addColumn('parent', types.text)
    .addColumn('position', types.text, (column) => column.notNull().defaultTo('a0'))
    .addColumn('is_restricted', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('excerpt', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('folded_title', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('folded_excerpt', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('updated_at', types.integer, (column) => column.notNull())
    .addColumn('template_at', types.integer)
    .addColumn('trashed_at', types.integer)
    .addColumn('trashed_with', types.text)
    .addColumn('purged_at', types.integer)
    .execute();
  await db.schema
    .createIndex('document_trashed_at')
    .on('document')
    .column('trashed_at')
    .where(sql.ref('trashed_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('document_template_at')
    .on('document')
    .column('template_at')
    .where(sql.ref('template_at'), 'is not', null)
    .execute();
  await db.schema.createIndex('document_owner').on('document').column('owner').execute();
  await db.schema
    .createTable('visit')
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('opened_at', types.integer, (column) => column.notNull())
    .addColumn('chat_read', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('comments_read', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('favourite_at', types.integer)
    .addColumn('follows', types.text)
    .addPrimaryKeyConstraint('visit_primary', ['user', 'document'])
    .execute();
  await db.schema
    .createIndex('visit_favourite')
    .on('visit')
    .columns(['user', 'favourite_at'])
    .where(sql.ref('favourite_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('visit_follows')
    .on('visit')
    .columns(['document'])
    .where(sql.ref('follows'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('visit_document')
    .on('visit')
    .columns(['document', 'opened_at'])
    .execute();
  await db.schema
    .createTable('former_listing')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('former_listing_primary', ['document', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema.createIndex('former_listing_user').on('former_listing').column('user').execute();
  await db.schema
    .createTable('member')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('role', types.text, (column) => column.notNull())
    .addColumn('own_role', types.text)
    .addPrimaryKeyConstraint('member_primary', ['document', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema.createIndex('member_user').on('member').column('user').execute();
}
