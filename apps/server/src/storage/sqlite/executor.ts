/** Executes SQL for Kysely, over a connection in this thread or in a worker. */
import { LRUCache } from 'lru-cache';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { mapSqliteErrors, sqliteError } from './sqlite-error.ts';
import { noLock, type WriteLock } from './write-lock.ts';

export interface SqlResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly changes: number;
}

export interface SqlExecutor {
  /** @throws StorageError */
  execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult>;
  close(): Promise<void>;
}

const MAX_PREPARED_STATEMENTS = 256;

/** Statements that never wait for a writer. */
const READS = /^\s*(select|pragma|begin deferred|rollback)\b/i;

interface Statement {
  readonly prepared: ReturnType<Sqlite['prepare']>;
  /** Determined once, because asking SQLite takes longer than most statements. */
  readonly returns: 'rows' | 'changes';
  readonly lock: WriteLock;
}

export class LocalExecutor implements SqlExecutor {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  readonly #statements = new LRUCache<string, Statement>({ max: MAX_PREPARED_STATEMENTS });

  /** @throws StorageError */
  constructor(path: string, lock = noLock) {
    this.#sqlite = openSqlite(path);
    this.#lock = lock;
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    // SQLite would store the text up to U+0000 without an error.
    if (parameters.some((value) => typeof value === 'string' && value.includes('\0')))
      throw sqliteError('request-failed', 'a text contains U+0000');
    return mapSqliteErrors(() => {
      const statement = this.#prepare(sql);
      return statement.lock.run(() => run(statement, parameters));
    });
  }

  async close(): Promise<void> {
    this.#statements.clear();
    this.#sqlite.close();
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      const prepared = this.#sqlite.prepare(sql);
      statement = {
        prepared,
        returns: prepared.columns().length > 0 ? 'rows' : 'changes',
        lock: READS.test(sql) ? noLock : this.#lock,
      };
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function run({ prepared, returns }: Statement, parameters: readonly unknown[]): SqlResult {
  if (returns === 'rows') return { rows: prepared.all(...parameters), changes: 0 };
  return { rows: [], changes: Number(prepared.run(...parameters).changes) };
}
