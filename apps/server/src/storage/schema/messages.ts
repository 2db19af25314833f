/** The tables of messages, which are written in the chat of a document and in the threads of its comments. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createMessages(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('message')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('channel', types.text, (column) => column.notNull())
    .addColumn('number', types.integer, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('thread', types.text)
    .addColumn('author', types.text, (column) => column.notNull())
    .addColumn('text', types.text, (column) => column.notNull())
    .addColumn('mentions', types.text, (column) => column.notNull())
    .addColumn('reply_to', types.text)
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('edited_at', types.integer)
    .addColumn('deleted_at', types.integer)
    .addColumn('imported', types.text)
    // In a table with row ids, new messages of all documents share a page.
    .addPrimaryKeyConstraint('message_primary', ['document', 'channel', 'number'])
    // Ids begin with their time, so that messages of one time are neighbours.
    .addUniqueConstraint('message_id', ['id', 'document'])
    .execute();
  await db.schema
    .createTable('participant')
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('channel', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('participant_primary', ['user', 'document', 'channel'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createTable('reaction')
    .addColumn('order', types.rowNumber, (column) => column.primaryKey())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('message', types.text, (column) => column.notNull())
    .addColumn('emoji', types.text, (column) => column.notNull())
    .addColumn('place', types.integer, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addUniqueConstraint('reaction_once', ['document', 'message', 'emoji', 'user'])
    .execute();
  await db.schema
    .createIndex('message_deleted')
    .on('message')
    .columns(['document', 'channel', 'number'])
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('message_imported')
    .on('message')
    .columns(['document', 'channel', 'number'])
    .where(sql.ref('imported'), 'is not', null)
    .execute();
  await createThreads(db, types);
}

async function createThreads(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('comment_thread')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('anchor', types.text, (column) => column.notNull())
    .addColumn('resolved_by', types.text)
    .addColumn('resolved_at', types.integer)
    .addColumn('resolved_imported', types.text)
    .addColumn('imported_by', types.text)
    .addPrimaryKeyConstraint('comment_thread_primary', ['document', 'id'])
    .modifyEnd(types.clustered)
    .execute();
}
