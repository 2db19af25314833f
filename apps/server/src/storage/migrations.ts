/**
 * The migrations of the database, in SQLite and in Postgres. Never change a migration that was released; add
 * a new one at the end.
 */
import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Clock } from '../runtime/clock.ts';
import type { ColumnTypes, DatabaseKind, SchemaParts } from './schema/schema-parts.ts';
import { postgresSchema } from './postgres/postgres-schema.ts';
import { createAccessRequests } from './schema/access-requests.ts';
import { createAccounts } from './schema/accounts.ts';
import { createApiTokens } from './schema/api-tokens.ts';
import { createAudit } from './schema/audit.ts';
import { createCommandsAndEvents } from './schema/commands.ts';
import { createDocuments } from './schema/documents.ts';
import { createDocumentTree } from './schema/document-tree.ts';
import { createFiles } from './schema/files.ts';
import { createHistory } from './schema/history.ts';
import { createGroups } from './schema/groups.ts';
import { createInvitedAddresses } from './schema/invited-addresses.ts';
import { createJobs } from './schema/jobs.ts';
import { createLinkTerms } from './schema/link-terms.ts';
import { createMessages } from './schema/messages.ts';
import { createNotifications } from './schema/notifications.ts';
import { createPasskeys } from './schema/passkeys.ts';
import { createPeople } from './schema/people.ts';
import { createPublications } from './schema/publications.ts';
import { createDocumentLinks } from './schema/document-links.ts';
import { createSearch } from './schema/search.ts';
import { createDigests } from './schema/digests.ts';
import { createWebhooks } from './schema/webhooks.ts';
import { sqliteSchema } from './sqlite/sqlite-schema.ts';

export interface Migration {
  readonly name: string;
  /** A version that knows this migration can use the database after the one here: UP2, UP3. */
  readonly needs: string;
  up(db: Kysely<unknown>): Promise<void>;
}

const SCHEMAS: Readonly<Record<DatabaseKind, SchemaParts>> = {
  sqlite: sqliteSchema,
  postgres: postgresSchema,
};

export function migrations(kind: DatabaseKind, clock: Clock): readonly Migration[] {
  return [{ name: '0001-schema', needs: '0001-schema', up: (db) => createSchema(db, kind, clock) }];
}

async function createSchema(db: Kysely<unknown>, kind: DatabaseKind, clock: Clock): Promise<void> {
  const { types, createOwnTables } = SCHEMAS[kind];
  await createOwnTables(db);
  await createPeople(db, types);
  await createAccounts(db, types);
  await createApiTokens(db, types);
  await createPasskeys(db, types);
  await createDocuments(db, types);
  await createGroups(db, types);
  await createDocumentTree(db, types);
  await createCommandsAndEvents(db, types);
  await createMessages(db, types);
  await createNotifications(db, types);
  await createAccessRequests(db, types);
  await createLinkTerms(db, types);
  await createPublications(db, types);
  await createInvitedAddresses(db, types);
  await createFiles(db, types);
  await createTimelines(db, types, clock);
  await createJobs(db, types);
  await createSearch(db, SCHEMAS[kind]);
  await createDocumentLinks(db, types);
  await createHistory(db, types);
  await createAudit(db, types);
  await createWebhooks(db, types);
  await createDigests(db, types);
}

async function createTimelines(
  db: Kysely<unknown>,
  types: ColumnTypes,
  clock: Clock,
): Promise<void> {
  await db.schema
    .createTable('timeline')
    .addColumn('number', types.rowNumber, (column) => column.primaryKey())
    .addColumn('id', types.text, (column) => column.notNull().unique())
    .addColumn('began_at', types.integer, (column) => column.notNull())
    .execute();
  await sql`insert into timeline (id, began_at) values (${randomUUID()}, ${clock.now()})`.execute(
    db,
  );
}
