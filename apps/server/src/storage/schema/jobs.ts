/** The tables of jobs. */
import { sql, type Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createJobs(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('job')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('key', types.text, (column) => column.notNull())
    .addColumn('input', types.text, (column) => column.notNull())
    .addColumn('due_at', types.integer)
    .addColumn('lease', types.text)
    .addColumn('again_at', types.integer)
    .addColumn('interval_ms', types.integer)
    .addColumn('attempts', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('failures', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('failed_at', types.integer)
    .addColumn('error', types.text)
    .addUniqueConstraint('job_key', ['kind', 'key'])
    .execute();
  await db.schema.createIndex('job_due_at').on('job').column('due_at').execute();
  await db.schema
    .createIndex('job_failed_at')
    .on('job')
    .column('failed_at')
    .where(sql.ref('failed_at'), 'is not', null)
    .execute();
}
