/** Who runs SQL for Kysely: a connection in this thread, or one in a worker. */
import { DatabaseError } from '../storage-error.ts';
import { openSqlite, translated, type Sqlite } from './sqlite.ts';
import { noLock, type WriteLock } from './write-lock.ts';

export interface SqlResult {
  readonly rows: readonly Record<string, unknown>[];
  /** How many rows a statement without `returning` changed. */
  readonly changes: number;
}

export interface SqlExecutor {
  /** @throws DatabaseError */
  execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult>;
  close(): Promise<void>;
}

/** Prepared statements that are kept. */
const MAX_STATEMENTS = 256;

/** What never waits for a writer. */
const READS = /^\s*(select|pragma|begin deferred|rollback)\b/i;

interface Statement {
  readonly prepared: ReturnType<Sqlite['prepare']>;
  /** What SQLite says of it, once: asking takes longer than most statements. */
  readonly gives: 'rows' | 'changes';
  readonly lock: WriteLock;
}

/** For the worker, for tests and for commands that are alone in their process: every call blocks. */
export class LocalExecutor implements SqlExecutor {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  readonly #statements = new Map<string, Statement>();

  /** @throws DatabaseError */
  constructor(path: string, lock = noLock) {
    this.#sqlite = openSqlite(path);
    this.#lock = lock;
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    // SQLite would store the text up to there, and say that all of it is stored.
    if (parameters.some((value) => typeof value === 'string' && value.includes('\0')))
      throw new DatabaseError('failed', 'a text contains U+0000');
    return translated(() => {
      const statement = this.#prepare(sql);
      return statement.lock.hold(() => run(statement, parameters));
    });
  }

  async close(): Promise<void> {
    this.#statements.clear();
    this.#sqlite.close();
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      const prepared = this.#sqlite.prepare(sql);
      statement = {
        prepared,
        gives: prepared.columns().length > 0 ? 'rows' : 'changes',
        lock: READS.test(sql) ? noLock : this.#lock,
      };
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function run({ prepared, gives }: Statement, parameters: readonly unknown[]): SqlResult {
  if (gives === 'rows') return { rows: prepared.all(...parameters), changes: 0 };
  return { rows: [], changes: Number(prepared.run(...parameters).changes) };
}
