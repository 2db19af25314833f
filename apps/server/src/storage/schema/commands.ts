/** The tables of the results of commands, and their events. */
import type { Kysely } from 'kysely';
import type { ColumnTypes } from './schema-parts.ts';

export async function createCommandsAndEvents(
  db: Kysely<unknown>,
  types: ColumnTypes,
): Promise<void> {
  await db.schema
    .createTable('command')
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('user', types.text, (column) => column.notNull())
    .addColumn('result', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    // Ids begin with their time, so that rows of one time are neighbours.
    .addPrimaryKeyConstraint('command_primary', ['id', 'user'])
    .modifyEnd(types.clustered)
    .execute();
  await db.schema
    .createTable('event')
    .addColumn('channel', types.text, (column) => column.notNull())
    .addColumn('offset', types.integer, (column) => column.notNull())
    .addColumn('data', types.text, (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('event_primary', ['channel', 'offset'])
    .modifyEnd(types.clustered)
    .execute();
}
