/**
 * The migrations of the database. Names sort in execution order. Never change a migration that was
 * released; add a new one at the end.
 */
import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Migration } from 'kysely';
import type { Clock } from '../runtime/clock.ts';

export function migrations(clock: Clock): Readonly<Record<string, Migration>> {
  return { '0001-schema': { up: (db) => createSchema(db, clock) } };
}

async function createSchema(db: Kysely<unknown>, clock: Clock): Promise<void> {
  await createPeopleAndDocuments(db);
  await createJournal(db);
  await createCommandsAndEvents(db);
  await createChat(db);
  await createTimelines(db, clock);
}

async function createPeopleAndDocuments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('user')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('color', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('session')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'integer', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('session_expires_at').on('session').column('expires_at').execute();
  await db.schema.createIndex('session_user').on('session').column('user').execute();
  await db.schema
    .createTable('document')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('link_access', 'text', (column) => column.notNull().defaultTo('edit'))
    .addColumn('excerpt', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('folded_title', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('folded_excerpt', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'integer', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('document_owner').on('document').column('owner').execute();
  await db.schema
    .createTable('visit')
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('opened_at', 'integer', (column) => column.notNull())
    .addColumn('chat_read', 'integer', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('visit_primary', ['user', 'document'])
    .execute();
  await db.schema
    .createIndex('visit_document')
    .on('visit')
    .columns(['document', 'opened_at'])
    .execute();
  await db.schema
    .createTable('member')
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('member_primary', ['document', 'user'])
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema.createIndex('member_user').on('member').column('user').execute();
}

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
    .createTable('recent')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('offset', 'integer', (column) => column.notNull())
    .addColumn('data', 'blob', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('client')
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('client', 'integer', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('client_primary', ['document', 'client'])
    .modifyEnd(sql`without rowid`)
    .execute();
}

async function createCommandsAndEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('command')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    // Ids begin with their time, so that rows of one time are neighbours.
    .addPrimaryKeyConstraint('command_primary', ['id', 'user'])
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema
    .createTable('event')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('offset', 'integer', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_primary', ['channel', 'offset'])
    .modifyEnd(sql`without rowid`)
    .execute();
}

async function createChat(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('chat_message')
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('mentions', 'text', (column) => column.notNull())
    .addColumn('reply_to', 'text')
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('edited_at', 'integer')
    .addColumn('deleted_at', 'integer')
    // In a table with row ids, new messages of all documents share a page.
    .addPrimaryKeyConstraint('chat_message_primary', ['document', 'number'])
    // Ids begin with their time, so that messages of one time are neighbours.
    .addUniqueConstraint('chat_message_id', ['id', 'document'])
    .execute();
  await db.schema
    .createTable('chat_author')
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('chat_author_primary', ['user', 'document'])
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema
    .createTable('chat_reaction')
    .addColumn('order', 'integer', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('emoji', 'text', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addUniqueConstraint('chat_reaction_once', ['document', 'message', 'emoji', 'user'])
    .execute();
  await db.schema.createIndex('chat_reaction_user').on('chat_reaction').column('user').execute();
  await db.schema
    .createIndex('chat_message_deleted')
    .on('chat_message')
    .columns(['document', 'number'])
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute();
}

async function createTimelines(db: Kysely<unknown>, clock: Clock): Promise<void> {
  await db.schema
    .createTable('timeline')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('began_at', 'integer', (column) => column.notNull())
    .execute();
  await sql`insert into timeline (id, began_at) values (${randomUUID()}, ${clock.now()})`.execute(
    db,
  );
  await db.schema
    .createTable('run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('schema_version', 'integer', (column) => column.notNull())
    .execute();
}
