/** The tables of history. */
import { sql, type Kysely } from 'kysely';
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
  await db.schema
    .createIndex('history_unthinned')
    .on('history')
    .column('ended_at')
    .where(sql.ref('thinned_at'), 'is', null)
    .execute();
  await db.schema
    .createTable('named_version')
    .addColumn('document', types.text, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('offset', types.integer, (column) => column.notNull())
    .addColumn('title', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('named_version_primary', ['document', 'id'])
    .modifyEnd(types.clustered)
    .execute();
}
