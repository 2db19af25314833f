/**
 * Hocuspocus with SQLite: extension-database with the table and the statements of extension-sqlite,
 * whose better-sqlite3 downloads its binary. It writes a whole document at once, `DEBOUNCE_MS` after
 * the last change.
 *
 * Settings: a write-ahead log, which is synced at each commit, and statements that are prepared once:
 * extension-sqlite has the more expensive rollback journal and prepares a statement for each write.
 */
import { join } from 'node:path';
import { Database } from '@hocuspocus/extension-database';
import { DatabaseSync } from '@photostructure/sqlite';
import { startHocuspocus } from './hocuspocus-server.mjs';

const { DATA_DIR, DEBOUNCE_MS } = process.env;

const database = new DatabaseSync(join(DATA_DIR, 'documents.sqlite'));
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS documents (name varchar(255) NOT NULL, data blob NOT NULL, UNIQUE(name));
`);
const storage = {
  // A statement does not keep its database alive.
  database,
  select: database.prepare('SELECT data FROM documents WHERE name = $name'),
  upsert: database.prepare(
    'INSERT INTO documents (name, data) VALUES ($name, $data) ON CONFLICT(name) DO UPDATE SET data = $data',
  ),
};
const extension = new Database({
  fetch: async ({ documentName }) => storage.select.get({ name: documentName })?.data ?? null,
  store: async ({ documentName, state }) => {
    storage.upsert.run({ name: documentName, data: state });
  },
});
const debounce = DEBOUNCE_MS === undefined ? undefined : Number(DEBOUNCE_MS);
await startHocuspocus({
  extensions: [extension],
  ...(debounce === undefined ? {} : { debounce, maxDebounce: debounce }),
});
