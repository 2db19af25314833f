/** The table of digests: how often a person is mailed, and up to which notification they were. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createDigests(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('digest')
    .addColumn('user', types.text, (column) => column.primaryKey())
    .addColumn('frequency', types.text, (column) => column.notNull().defaultTo('soon'))
    .addColumn('mark', types.text, (column) => column.notNull().defaultTo(''))
    .addColumn('sent_at', types.integer)
    .execute();
}
