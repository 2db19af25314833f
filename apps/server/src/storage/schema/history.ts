/** The table of history. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createHistory(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('history')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('to_offset', types.integer, (column) => column.notNull())
    .addColumn('from_offset', types.integer, (column) => column.notNull())
    .addColumn('ended_at', types.integer, (column) => column.notNull())
    .addColumn('bytes', types.integer, (column) => column.notNull())
    .addColumn('sessions', types.text, (column) => column.notNull())
    .addColumn('thinned_at', types.integer)
    .addColumn('data', types.bytes, (column) => column.notNull())
    // Last, because SQLite reads past it only when it is asked for.
    .addColumn('checkpoint', types.bytes)
    .addPrimaryKeyConstraint('history_primary', ['document', 'to_offset'])
    .execute();
}
