/**
 * Kysely on one SQLite connection, wherever it is. One connection means one user at a time: a
 * transaction keeps it until its end, everybody else waits for their turn.
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
  /** Of the transaction that is open. */
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
    // Handed over without being free in between, or a newcomer could take it first.
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
    // What has only read waits for no writer to end.
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
    throw new Error('rows are not streamed out of SQLite');
  }
}
