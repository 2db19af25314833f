/** A database file as the source or the target of a transfer. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Clock } from '../../runtime/clock.ts';
import { assertCurrentSchema } from '../migrator.ts';
import {
  BATCH,
  bytesOf,
  type DatabaseMoment,
  type NewTimeline,
  type TransferRow,
  type TransferTarget,
} from '../transfer/transfer.ts';
import type { TransferTable } from '../transfer/transfer-tables.ts';
import { openDatabase } from './database.ts';
import { LocalExecutor } from './executor.ts';
import { BUSY_TIMEOUT_MS, inTransaction, openSqlite, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors } from './sqlite-error.ts';

/**
 * The recent rows that are not copies, by document. Rows before the deletion of their document do not count
 * (`RecentRows`).
 */
const INDEX_RECENT_ROWS = `
  create temp table unsettled (
    document text not null, offset integer not null, number integer not null, primary key (document, offset)
  ) without rowid;
  insert into temp.unsettled
    select recent.document, recent.offset, recent.number
    from recent
    join journal on journal.document = recent.document
    left join (select document, max(number) as number from recent where offset = 0 group by document) deleted
      on deleted.document = recent.document
    where recent.offset > journal.settled and recent.number > coalesce(deleted.number, 0)`;

/** Both parts are read in the order of their keys and merged, without sorting. */
const SELECT: Readonly<Record<string, string>> = {
  journal: `select document, epoch, kind,
      coalesce((select max(offset) from temp.unsettled where unsettled.document = journal.document), settled) as head,
      snapshot_offset
    from journal order by document`,
  update: `select document, offset, data, user, at from "update"
    union all
    select recent.document, recent.offset, recent.data, recent.user, recent.at
      from temp.unsettled
      cross join journal on journal.document = unsettled.document
      cross join recent on recent.number = unsettled.number
      where unsettled.offset > journal.snapshot_offset
    order by 1, 2`,
};

interface OpenOptions {
  readonly clock: Clock;
  /** `nobody` changes nothing in the folder of a database that was closed cleanly. */
  readonly usedBy: 'nobody' | 'a server';
}

export class SqliteTransferSource implements DatabaseMoment, Disposable {
  readonly #sqlite: Sqlite;
  readonly migrations: readonly string[];

  private constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.migrations = appliedMigrations(sqlite);
  }

  /**
   * All rows are of one moment: a read transaction is open until the end, while others may write.
   *
   * @throws StorageError
   */
  static open(path: string, { clock, usedBy }: OpenOptions): SqliteTransferSource {
    return mapSqliteErrors(() => {
      const sqlite = usedBy === 'nobody' ? openUnused(path) : openReadOnly(path);
      try {
        sqlite.exec('BEGIN');
        assertCurrentSchema(appliedMigrations(sqlite), { kind: 'sqlite', clock });
        return SqliteTransferSource.over(sqlite);
      } catch (error) {
        sqlite.close();
        throw error;
      }
    });
  }

  static over(sqlite: Sqlite): SqliteTransferSource {
    sqlite.exec('PRAGMA temp_store = MEMORY');
    sqlite.exec(INDEX_RECENT_ROWS);
    return new SqliteTransferSource(sqlite);
  }

  async *read(table: TransferTable): AsyncGenerator<readonly TransferRow[]> {
    const columns = Object.keys(table.columns);
    const statement = this.#sqlite.prepare(SELECT[table.name] ?? selectAll(table));
    const rows = mapSqliteErrors(() => statement.iterate());
    let batch: TransferRow[] = [];
    let bytes = 0;
    for (;;) {
      const next = mapSqliteErrors(() => rows.next() as IteratorResult<Record<string, never>>);
      if (next.done === true) break;
      const row: TransferRow = columns.map((column) => next.value[column] as never);
      batch.push(row);
      bytes += bytesOf(row);
      if (batch.length < BATCH.maxRows && bytes < BATCH.maxBytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) yield batch;
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }
}

/** Writes to a file of another name beside the database, which `complete` renames. */
export class SqliteTransferTarget implements TransferTarget, Disposable {
  readonly #path: string;
  readonly #sqlite: Sqlite;
  readonly #inserts = new Map<string, ReturnType<Sqlite['prepare']>>();
  #written: SqliteTransferSource | null = null;

  private constructor(path: string, sqlite: Sqlite) {
    this.#path = path;
    this.#sqlite = sqlite;
  }

  /**
   * Deletes what an interrupted transfer has left.
   *
   * @param path of a file that does not exist.
   * @throws StorageError
   */
  static async create(path: string, clock: Clock): Promise<SqliteTransferTarget> {
    const unfinished = unfinishedOf(path);
    removeDatabase(unfinished);
    const db = await openDatabase(new LocalExecutor(unfinished), clock);
    await db.destroy();
    const sqlite = openSqlite(unfinished);
    // Before it is complete, nobody counts on it; then the whole file is flushed.
    sqlite.exec('PRAGMA synchronous = OFF');
    // The history of the source replaces it.
    sqlite.exec('delete from timeline');
    return new SqliteTransferTarget(path, sqlite);
  }

  async write(table: TransferTable, rows: readonly TransferRow[]): Promise<void> {
    let insert = this.#inserts.get(table.name);
    if (insert === undefined)
      this.#inserts.set(table.name, (insert = this.#sqlite.prepare(insertInto(table))));
    inTransaction(this.#sqlite, () => {
      for (const row of rows) insert.run(...row);
    });
  }

  async *read(table: TransferTable): AsyncGenerator<readonly TransferRow[]> {
    this.#written ??= SqliteTransferSource.over(this.#sqlite);
    yield* this.#written.read(table);
  }

  async complete(timeline: NewTimeline | null): Promise<void> {
    mapSqliteErrors(() => {
      if (timeline !== null)
        this.#sqlite
          .prepare('insert into timeline (id, began_at) values (?, ?)')
          .run(timeline.id, timeline.atMs);
      // A file in the same timeline that is put in place by hand is of no run that a server remembers (RS1).
      else this.#sqlite.exec("insert into run (id, schema_version) values ('backup', -1)");
      this.#sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      this.#sqlite.close();
    });
    const unfinished = unfinishedOf(this.#path);
    flush(unfinished);
    renameSync(unfinished, this.#path);
    flush(dirname(this.#path));
  }

  /** Deletes what was not completed. */
  [Symbol.dispose](): void {
    if (this.#sqlite.isOpen) this.#sqlite.close();
    removeDatabase(unfinishedOf(this.#path));
  }
}

/** The file that becomes the database once it is complete. */
export function unfinishedOf(path: string): string {
  return `${path}.unfinished`;
}

function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}

const READ_ONLY = { readOnly: true, timeout: BUSY_TIMEOUT_MS } as const;

function openReadOnly(path: string): Sqlite {
  return new DatabaseSync(path, READ_ONLY);
}

function openUnused(path: string): Sqlite {
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (hasLog) return openReadOnly(path);
  // Otherwise SQLite creates a log and an index of it, which a read-only connection does not delete.
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url.href, READ_ONLY);
}

function appliedMigrations(sqlite: Sqlite): readonly string[] {
  const table = sqlite.prepare("select 1 from sqlite_master where name = 'migration'").get();
  if (table === undefined) return [];
  const rows = sqlite.prepare('select name from migration order by name').all();
  return (rows as { readonly name: string }[]).map(({ name }) => name);
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function selectAll({ name, columns, key }: TransferTable): string {
  return `select ${quoted(Object.keys(columns))} from "${name}" order by ${quoted(key)}`;
}

/** All rows are settled. */
function insertInto({ name, columns }: TransferTable): string {
  const names = Object.keys(columns).map((column) =>
    name === 'journal' && column === 'head' ? 'settled' : column,
  );
  return `insert into "${name}" (${quoted(names)}) values (${names.map(() => '?').join(', ')})`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
