/** The table of requests for access: who has asked for a role in which document. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createAccessRequests(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('access_request')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('message', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('declined_at', types.integer)
    .addPrimaryKeyConstraint('access_request_primary', ['document', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createIndex('access_request_user')
    .on('access_request')
    .columns(['user', 'at'])
    .execute();
  await db.schema.createIndex('access_request_at').on('access_request').column('at').execute();
}
