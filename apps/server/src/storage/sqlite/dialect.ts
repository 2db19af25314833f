/**
 * A Kysely dialect over one SQLite connection, in this thread or in another. A transaction has the
 * connection for itself until its end; other queries wait in a queue.
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
  readonly #connection: DatabaseConnection;
  readonly #queue: (() => void)[] = [];
  #state: 'free' | 'taken' = 'free';
  #accessMode: AccessMode = 'read write';

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
    this.#connection = new ExecutorConnection(executor);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#state === 'taken') await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#state = 'taken';
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const next = this.#queue.shift();
    // The next waiter takes the connection directly, so that no newcomer overtakes it.
    if (next === undefined) this.#state = 'free';
    else next();
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { accessMode = 'read write' }: TransactionSettings,
  ): Promise<void> {
    this.#accessMode = accessMode;
    const begin = accessMode === 'read only' ? 'BEGIN DEFERRED' : 'BEGIN IMMEDIATE';
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    // A rollback of a read-only transaction does not wait for writers.
    const end = this.#accessMode === 'read only' ? 'ROLLBACK' : 'COMMIT';
    await connection.executeQuery(CompiledQuery.raw(end));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('ROLLBACK'));
  }

  async destroy(): Promise<void> {
    await this.#executor.close();
  }
}

class ExecutorConnection implements DatabaseConnection {
  readonly #executor: SqlExecutor;

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes } = await this.#executor.execute(query.sql, query.parameters);
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming rows out of SQLite is not supported');
  }
}
