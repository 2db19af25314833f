/** The tables of webhooks. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createWebhooks(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('webhook')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('url', types.text, (column) => column.notNull())
    .addColumn('events', types.text, (column) => column.notNull())
    .addColumn('document', types.text)
    .addColumn('secret', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('last_at', types.integer)
    .addColumn('last_result', types.text)
    .addColumn('failures', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('failing_since', types.integer)
    .addColumn('next_at', types.integer)
    .addColumn('dropped', types.integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('webhook_user').on('webhook').column('user').execute();
  await db.schema.createIndex('webhook_document').on('webhook').column('document').execute();
  await db.schema.createIndex('webhook_state').on('webhook').column('state').execute();
  await db.schema
    .createTable('webhook_delivery')
    .addColumn('webhook', types.text, (column) => column.notNull())
    .addColumn('event', types.text, (column) => column.notNull())
    .addColumn('type', types.text, (column) => column.notNull())
    .addColumn('document', types.text)
    .addColumn('actor', types.text)
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('webhook_delivery_primary', ['webhook', 'event'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createIndex('webhook_delivery_order')
    .on('webhook_delivery')
    .columns(['webhook', 'at', 'event'])
    .execute();
}
