/**
 * Checks, before anything is written, whether a database is usable: after a crash, and after an operator
 * replaced it with a backup. The trap is a write-ahead log that belongs to another file: SQLite cannot
 * tell, applies the log's pages, and damages the file. The check only reads.
 */
import { readSync, openSync, closeSync, statSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { StartupError } from '../../runtime/startup-error.ts';
import { BUSY_TIMEOUT_MS, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors, sqliteError, sqliteFailureOf } from './sqlite-error.ts';

/** States that the server never commits. Each query finds one example. */
const CONTRADICTIONS: readonly { readonly table: string; readonly query: string }[] = [
  {
    table: 'journal',
    query: `select document from journal where settled > snapshot_offset and not exists
      (select 1 from "update" where "update".document = journal.document and offset = settled) limit 1`,
  },
  {
    table: 'journal',
    query: `select document from journal where exists
      (select 1 from "update" where "update".document = journal.document and offset > settled) limit 1`,
  },
  {
    table: 'journal',
    query: `select document from journal where snapshot_offset > 0 and not exists
      (select 1 from snapshot where snapshot.document = journal.document) limit 1`,
  },
];

export interface UncleanRun {
  readonly database: { readonly inode: number; readonly mtimeMs: number } | null;
  readonly aliveAtMs: number;
}

/** A process may write to its database this long after its last heartbeat. */
const HEARTBEAT_TOLERANCE_MS = 20_000;

/**
 * Takes about two seconds for each gigabyte.
 *
 * @throws StartupError when the file and the log beside it do not belong together.
 * @throws StorageError when the file is damaged or is not a database.
 */
export function checkDatabase(
  path: string,
  { lastRun }: { readonly lastRun: UncleanRun | null },
): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (bytes === 0) {
    if (hasLog) throw mismatch(path, 'the database file is missing or empty');
    return;
  }
  const detail = (hasLog ? findReplacement(path, lastRun) : null) ?? findDamage(path);
  if (detail !== null) throw hasLog ? mismatch(path, detail) : sqliteError('damaged', detail);
}

function mismatch(path: string, detail: string): StartupError {
  return new StartupError(
    `The database ${path} does not fit the write-ahead log beside it, or is damaged (${detail}). Nothing was changed.
If you put a backup in its place, move tandem.db-wal and tandem.db-shm to another folder and start again.
Otherwise restore a backup as "Backup and restore" in the documentation says.`,
  );
}

function findDamage(path: string): string | null {
  return mapSqliteErrors(() => {
    try {
      // A read-only connection neither checkpoints nor deletes the log when it closes.
      const sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      try {
        return findBrokenPage(sqlite) ?? findContradiction(sqlite);
      } finally {
        sqlite.close();
      }
    } catch (error) {
      if (sqliteFailureOf(error) === 'damaged') return (error as Error).message;
      throw error;
    }
  });
}

function findBrokenPage(sqlite: Sqlite): string | null {
  const row = sqlite.prepare('PRAGMA quick_check(1)').get() as { readonly quick_check: string };
  return row.quick_check === 'ok' ? null : row.quick_check.replace(/\s+/g, ' ');
}

function findContradiction(sqlite: Sqlite): string | null {
  const exists = sqlite.prepare("select 1 from sqlite_master where type = 'table' and name = ?");
  for (const { table, query } of CONTRADICTIONS) {
    if (exists.get(table) !== undefined && sqlite.prepare(query).get() !== undefined)
      return `rows of "${table}" contradict others`;
  }
  return null;
}

/**
 * Detects a replaced database file by its header and times. A log that has every page, or pages that fit
 * by chance, hides the replacement: nothing looks damaged, and the log would overwrite the backup silently.
 */
function findReplacement(path: string, lastRun: UncleanRun | null): string | null {
  const { header, pageSize, usesLog } = readHeader(path);
  // SQLite reports any other header itself.
  if (header !== 'SQLite format 3\0') return null;
  const logPageSize = readBytes(`${path}-wal`, 12).readUInt32BE(8);
  if (logPageSize !== 0 && logPageSize !== pageSize)
    return `pages of ${pageSize} bytes in the file and of ${logPageSize} bytes in the log`;
  if (!usesLog) return 'the database file is a copy that was made without a log';
  if (lastRun === null) return null;
  const { ino, mtimeMs } = statSync(path);
  const { database, aliveAtMs } = lastRun;
  if (database !== null && ino !== database.inode) return 'the database file is another one';
  if (database !== null && mtimeMs < database.mtimeMs)
    return 'the database file is older than when the server started';
  if (mtimeMs > aliveAtMs + HEARTBEAT_TOLERANCE_MS)
    return 'the database file was written after the server ended';
  return null;
}

/** https://sqlite.org/fileformat2.html, 1.3 */
function readHeader(path: string): {
  readonly header: string;
  readonly pageSize: number;
  readonly usesLog: boolean;
} {
  const bytes = readBytes(path, 20);
  const pageSize = bytes.readUInt16BE(16);
  // The field stores 65536 as 1.
  return {
    header: bytes.toString('latin1', 0, 16),
    pageSize: pageSize === 1 ? 65_536 : pageSize,
    usesLog: bytes[19] === 2,
  };
}

function readBytes(path: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, length, 0);
  } finally {
    closeSync(file);
  }
  return bytes;
}
