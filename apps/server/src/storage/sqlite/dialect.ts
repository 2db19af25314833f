/**
 * A Kysely dialect over one SQLite connection, in this thread or in another. Queries are executed in the
 * order in which they come, without waiting for each other's results. A transaction has the connection for
 * itself until its end.
 */
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type AccessMode,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { SqlExecutor } from './executor.ts';

export class SqliteExecutorDialect implements Dialect {
  readonly #executor: SqlExecutor;

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter();
  }

  createDriver(): Driver {
    return new ExecutorDriver(this.#executor);
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }
}

class ExecutorDriver implements Driver {
  readonly #executor: SqlExecutor;
  readonly #turns = new Turns();
  #accessMode: AccessMode = 'read write';

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new ExecutorConnection(this.#executor, this.#turns);
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(
    connection: DatabaseConnection,
    { accessMode = 'read write' }: TransactionSettings,
  ): Promise<void> {
    await this.#turns.begin(connection);
    this.#accessMode = accessMode;
    const begin = accessMode === 'read only' ? 'BEGIN DEFERRED' : 'BEGIN IMMEDIATE';
    try {
      await connection.executeQuery(CompiledQuery.raw(begin));
    } catch (error) {
      this.#turns.end();
      throw error;
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    // A rollback of a read-only transaction does not wait for writers.
    const end = this.#accessMode === 'read only' ? 'ROLLBACK' : 'COMMIT';
    await connection.executeQuery(CompiledQuery.raw(end));
    this.#turns.end();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('ROLLBACK'));
    } finally {
      this.#turns.end();
    }
  }

  async destroy(): Promise<void> {
    await this.#executor.close();
  }
}

/** Who may use the connection: the transaction that runs, or else everyone. */
class Turns {
  #transaction: DatabaseConnection | null = null;
  readonly #waiting: {
    readonly transaction: DatabaseConnection | null;
    readonly start: () => void;
  }[] = [];

  async begin(connection: DatabaseConnection): Promise<void> {
    if (this.#transaction === null) this.#transaction = connection;
    else await this.#wait(connection);
  }

  end(): void {
    this.#transaction = null;
    while (this.#transaction === null) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      // At once, so that no newcomer overtakes it.
      this.#transaction = next.transaction;
      next.start();
    }
  }

  /** Undefined: at once. */
  waitFor(connection: DatabaseConnection): Promise<void> | undefined {
    const isFree = this.#transaction === null || connection === this.#transaction;
    return isFree ? undefined : this.#wait(null);
  }

  #wait(transaction: DatabaseConnection | null): Promise<void> {
    return new Promise((start) => this.#waiting.push({ transaction, start }));
  }
}

class ExecutorConnection implements DatabaseConnection {
  readonly #executor: SqlExecutor;
  readonly #turns: Turns;

  constructor(executor: SqlExecutor, turns: Turns) {
    this.#executor = executor;
    this.#turns = turns;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const turn = this.#turns.waitFor(this);
    if (turn !== undefined) await turn;
    const { rows, changes } = await this.#executor.execute(query.sql, query.parameters);
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming rows out of SQLite is not supported');
  }
}
