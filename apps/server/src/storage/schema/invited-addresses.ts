/** The table of addresses that were given a role in a document, and whose people have not opened it yet. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createInvitedAddresses(
  db: Kysely<unknown>,
  types: ColumnTypes,
): Promise<void> {
  await db.schema
    .createTable('invited_address')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('address', types.text, (column) => column.notNull())
    .addColumn('role', types.text, (column) => column.notNull())
    .addColumn('invited_by', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('invited_address_primary', ['document', 'address'])
    .modifyEnd(types.clustered)
    .execute();
  for (const column of ['address', 'invited_by', 'expires_at'])
    await db.schema
      .createIndex(`invited_address_${column}`)
      .on('invited_address')
      .column(column)
      .execute();
}
