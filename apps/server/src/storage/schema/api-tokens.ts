/** The table of API tokens. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createApiTokens(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('api_token')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('beginning', types.text, (column) => column.notNull())
    .addColumn('scopes', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer)
    .addColumn('used_at', types.integer)
    .execute();
  await db.schema.createIndex('api_token_user').on('api_token').column('user').execute();
  await db.schema
    .createIndex('api_token_expires_at')
    .on('api_token')
    .column('expires_at')
    .execute();
}
