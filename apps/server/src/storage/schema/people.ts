/** The tables of people and their sessions. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createPeople(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('user')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('folded_name', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('color', types.integer, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('registered_at', types.integer)
    .addColumn('is_administrator', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('merged_into', types.text)
    .addColumn('offered_to', types.text)
    .addColumn('blocked_at', types.integer)
    .execute();
  await db.schema
    .createIndex('user_registered')
    .on('user')
    .column('folded_name')
    .where(sql.ref('registered_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('user_administrator')
    .on('user')
    .column('is_administrator')
    .where(sql.ref('is_administrator'), '=', 1)
    .execute();
  await db.schema
    .createIndex('user_registered_at')
    .on('user')
    .column('registered_at')
    .where(sql.ref('registered_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('user_offered_to')
    .on('user')
    .column('offered_to')
    .where(sql.ref('offered_to'), 'is not', null)
    .execute();
  await db.schema
    .createTable('session')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addColumn('used_at', types.integer, (column) => column.notNull())
    .addColumn('confirmed_at', types.integer, (column) => column.notNull())
    .addColumn('agent', types.text, (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.createIndex('session_expires_at').on('session').column('expires_at').execute();
  await db.schema.createIndex('session_user').on('session').column('user').execute();
}
