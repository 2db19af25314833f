/** The types of columns in SQLite, and the tables that only the SQLite adapters use. */
import { sql, type Kysely } from 'kysely';
import { ADD_SEARCH_WORDS, CREATE_SEARCH_TERMS } from '../search/sqlite-terms.ts';
import type { SchemaParts } from '../schema/schema-parts.ts';

export const sqliteSchema: SchemaParts = {
  types: {
    text: 'text',
    integer: 'integer',
    bytes: 'blob',
    rowNumber: 'integer',
    clustered: sql`without rowid`,
  },
  async createOwnTables(db) {
    await createJournal(db);
    await db.schema
      .createTable('run')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('schema_version', 'integer', (column) => column.notNull())
      .execute();
  },
  async createSearchTerms(db) {
    await sql.raw(CREATE_SEARCH_TERMS).execute(db);
    await sql.raw(ADD_SEARCH_WORDS).execute(db);
  },
};

async function createJournal(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('journal')
    .addColumn('document', 'text', (column) => column.primaryKey())
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('settled', 'integer', (column) => column.notNull())
    .addColumn('snapshot_offset', 'integer', (column) => column.notNull())
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema
    .createTable('snapshot')
    .addColumn('document', 'text', (column) => column.primaryKey())
    .addColumn('data', 'blob', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('update')
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('offset', 'integer', (column) => column.notNull())
    .addColumn('data', 'blob', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('update_primary', ['document', 'offset'])
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema
    .createTable('client')
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('client', 'integer', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('client_primary', ['document', 'client'])
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema
    .createTable('recent')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('offset', 'integer', (column) => column.notNull())
    .addColumn('data', 'blob', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .execute();
}
