/** The tables of groups: who is in them, and which roles documents give them. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createGroups(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('person_group')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('folded_name', types.text, (column) => column.notNull())
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('ended_at', types.integer)
    .execute();
  await db.schema
    .createTable('group_member')
    .addColumn('group_id', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('group_member_primary', ['group_id', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema.createIndex('group_member_user').on('group_member').column('user').execute();
  await db.schema
    .createTable('group_role')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('group_id', types.text, (column) => column.notNull())
    .addColumn('role', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('group_role_primary', ['document', 'group_id'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema.createIndex('group_role_group').on('group_role').column('group_id').execute();
}
