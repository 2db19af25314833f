/** The table of passkeys. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createPasskeys(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('passkey')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('host', types.text, (column) => column.notNull())
    .addColumn('public_key', types.text, (column) => column.notNull())
    .addColumn('counter', types.integer, (column) => column.notNull())
    .addColumn('transports', types.text, (column) => column.notNull())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('used_at', types.integer)
    .execute();
  await db.schema.createIndex('passkey_user').on('passkey').column('user').execute();
}
