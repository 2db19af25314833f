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

const BEGIN = /^\s*begin immediate\b/i;
const COMMIT = /^\s*commit\b/i;
const ROLLBACK = /^\s*rollback\s*;?\s*$/i;
/** Statements that never wait for a writer. */
const READS = /^\s*(select|pragma|begin deferred|rollback)\b/i;

interface Statement {
  readonly prepared: ReturnType<Sqlite['prepare']>;
  /** Determined once, because asking SQLite takes longer than most statements. */
  readonly returns: 'rows' | 'changes';
  readonly lock: WriteLock;
}

/**
 * A transaction holds the lock from its beginning to its end: a writer that took the lock in between would wait for
 * SQLite's own lock, and the transaction for that writer.
 */
export class LocalExecutor implements SqlExecutor {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  #transaction: Disposable | null = null;
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
      if (this.#transaction !== null) return this.#runWithin(statement, { sql, parameters });
      if (!BEGIN.test(sql)) return statement.lock.run(() => run(statement, parameters));
      const held = statement.lock.hold();
      try {
        const result = run(statement, parameters);
        this.#transaction = held;
        return result;
      } catch (error) {
        held[Symbol.dispose]();
        throw error;
      }
    });
  }

  /** A commit that fails is followed by a rollback, which ends the transaction in any case. */
  #runWithin(
    statement: Statement,
    { sql, parameters }: { readonly sql: string; readonly parameters: readonly unknown[] },
  ): SqlResult {
    let isOver = ROLLBACK.test(sql);
    try {
      const result = run(statement, parameters);
      isOver ||= COMMIT.test(sql);
      return result;
    } finally {
      if (isOver) this.#endTransaction();
    }
  }

  #endTransaction(): void {
    this.#transaction?.[Symbol.dispose]();
    this.#transaction = null;
  }

  async close(): Promise<void> {
    this.#endTransaction();
    this.#statements.clear();
    this.#sqlite.close();
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      const prepared = this.#sqlite.prepare(hideLimits(sql));
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

/**
 * SQLite plans by the value of a limit that is a parameter, and therefore prepares the statement again each time one is
 * bound, which takes longer than most of them. It does not look into an expression.
 */
export function hideLimits(sql: string): string {
  return sql.replaceAll(/\b(limit|offset) \?/gi, '$1 ? + 0');
}

function run({ prepared, returns }: Statement, parameters: readonly unknown[]): SqlResult {
  if (returns === 'rows') return { rows: prepared.all(...parameters), changes: 0 };
  return { rows: [], changes: Number(prepared.run(...parameters).changes) };
}
