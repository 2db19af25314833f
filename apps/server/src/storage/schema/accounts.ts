/** The tables of what people sign in with, of links that work once, and of settings that administrators change. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createAccounts(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('identity')
    .addColumn('issuer', types.text, (column) => column.notNull())
    .addColumn('subject', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('credential', types.text)
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('verified_at', types.integer)
    .addColumn('verified_address', types.text)
    .addPrimaryKeyConstraint('identity_primary', ['issuer', 'subject'])
    .execute();
  await db.schema
    .createTable('removed_identity')
    .addColumn('issuer', types.text, (column) => column.notNull())
    .addColumn('subject', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('removed_identity_primary', ['issuer', 'subject', 'user'])
    .execute();
  await db.schema
    .createTable('one_time')
    .addColumn('token_hash', types.text, (column) => column.primaryKey())
    .addColumn('purpose', types.text, (column) => column.notNull())
    .addColumn('subject', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('one_time_expires_at').on('one_time').column('expires_at').execute();
  await db.schema
    .createIndex('one_time_subject')
    .on('one_time')
    .columns(['purpose', 'subject'])
    .execute();
  await db.schema
    .createTable('setting')
    .addColumn('name', types.text, (column) => column.primaryKey())
    .addColumn('value', types.text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('identity_user').on('identity').column('user').execute();
}
