/** The tables of chat. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createChat(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('chat_message')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('number', types.integer, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('author', types.text, (column) => column.notNull())
    .addColumn('text', types.text, (column) => column.notNull())
    .addColumn('mentions', types.text, (column) => column.notNull())
    .addColumn('reply_to', types.text)
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('edited_at', types.integer)
    .addColumn('deleted_at', types.integer)
    // In a table with row ids, new messages of all documents share a page.
    .addPrimaryKeyConstraint('chat_message_primary', ['document', 'number'])
    // Ids begin with their time, so that messages of one time are neighbours.
    .addUniqueConstraint('chat_message_id', ['id', 'document'])
    .execute();
  await db.schema
    .createTable('chat_author')
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('document', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('chat_author_primary', ['user', 'document'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createTable('chat_reaction')
    .addColumn('order', types.rowNumber, (column) => column.primaryKey())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('message', types.text, (column) => column.notNull())
    .addColumn('emoji', types.text, (column) => column.notNull())
    .addColumn('place', types.integer, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addUniqueConstraint('chat_reaction_once', ['document', 'message', 'emoji', 'user'])
    .execute();
  await db.schema.createIndex('chat_reaction_user').on('chat_reaction').column('user').execute();
  await db.schema
    .createIndex('chat_message_deleted')
    .on('chat_message')
    .columns(['document', 'number'])
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute();
}
