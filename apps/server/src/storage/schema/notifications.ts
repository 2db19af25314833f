/** The table of notifications: who was notified of what, without its words. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createNotifications(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('notification')
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('cause', types.text, (column) => column.notNull())
    .addColumn('channel', types.text)
    .addColumn('number', types.integer)
    .addColumn('thread', types.text)
    .addColumn('actor', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('read_at', types.integer)
    .addPrimaryKeyConstraint('notification_primary', ['user', 'id'])
    .addUniqueConstraint('notification_once', ['document', 'cause', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createIndex('notification_unread')
    .on('notification')
    .columns(['user', 'document'])
    .where(sql.ref('read_at'), 'is', null)
    .execute();
  await db.schema.createIndex('notification_at').on('notification').column('at').execute();
}
