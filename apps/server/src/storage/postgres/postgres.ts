/**
 * Connections to Postgres. Each thread has a pool of its own. Nothing depends on the state of a session, so
 * that a pooler in transaction mode may stand in between.
 */
import {
  Pool,
  types,
  type ClientBase,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import { CircuitBreaker } from '../../runtime/circuit-breaker.ts';
import { systemClock } from '../../runtime/clock.ts';
import { PostgresError, toPostgresError } from './postgres-error.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly connections: number;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  /** A connection whose query takes longer is given up; null for migrations. */
  readonly queryTimeoutMs?: number | null | undefined;
}

export type Query = Pick<QueryConfig, 'name' | 'text' | 'values'>;

const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any query of a server may take. */
const QUERY_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;
/** Requests that wait for a connection; more fail at once. */
const MAX_WAITING = 2_000;
/** While no connection is to be had, one request in this time tries, and the others fail at once. */
const RETRY_MS = 200;

/**
 * Limits that the server keeps, also for a node that is stopped or cut off in the middle of a transaction: others
 * wait for its locks, and for less than their own limit. Per transaction, because a pooler gives sessions to others.
 */
export const LIMITS_OF_TRANSACTION =
  "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '8s'; SET LOCAL idle_in_transaction_session_timeout = '2s'";

const OID = { bytea: 17, int8: 20 } as const;

export class Postgres implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #options: PostgresOptions;
  readonly #breaker = new CircuitBreaker<PostgresError>({ clock: systemClock, retryMs: RETRY_MS });

  constructor({ url, connections, name, queryTimeoutMs = QUERY_TIMEOUT_MS }: PostgresOptions) {
    this.#options = { url, connections, name };
    this.#pool = new Pool({
      connectionString: url,
      max: connections,
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(queryTimeoutMs === null ? {} : { query_timeout: queryTimeoutMs }),
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      keepAlive: true,
      types: { getTypeParser },
      verify: (client, done) => void prepareSession(client).then(() => done(), done),
    });
    // A connection that ends fails its query, if it has one, and is replaced with the next.
    this.#pool.on('error', ignore);
    this.#pool.on('connect', (client) => client.on('error', ignore));
  }

  /** One connection, whose queries take as long as they need. */
  forMigrations(): Postgres {
    return new Postgres({ ...this.#options, connections: 1, queryTimeoutMs: null });
  }

  /** @throws PostgresError */
  async query<R extends QueryResultRow>(query: Query): Promise<QueryResult<R>> {
    return await this.#use((client) => runQuery<R>(client, query));
  }

  /** @throws PostgresError, or the error of `work`; the transaction was rolled back, or its outcome is unknown. */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await this.#use(async (client) => {
      await runQuery(client, { text: `BEGIN; ${LIMITS_OF_TRANSACTION}` });
      try {
        const result = await work(client);
        const { command } = await runQuery(client, { text: 'COMMIT' });
        // After an error in the transaction, COMMIT succeeds and rolls back.
        if (command !== 'COMMIT')
          throw new PostgresError('request-failed', 'the transaction had failed', false);
        return result;
      } catch (error) {
        if (!isLost(error)) await runQuery(client, { text: 'ROLLBACK' });
        throw error;
      }
    });
  }

  /** @throws PostgresError */
  async connect(): Promise<PoolClient> {
    if (this.#pool.waitingCount >= MAX_WAITING)
      throw new PostgresError('busy', 'too many requests wait for a connection', false);
    return await this.#breaker.run(async () => {
      try {
        return await this.#pool.connect();
      } catch (error) {
        throw toPostgresError(error);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  async #use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(isLost(error));
      throw error;
    }
  }
}

/** Connections to a pooler, which may give each transaction to another session of Postgres. */
const pooled = new WeakSet<ClientBase>();

/**
 * Notices a pooler, which makes up the process that a connection is told, for requests to cancel its queries.
 *
 * Postgres compiles a query whose estimated cost is high, which takes a second. Those of the conditions of access are
 * estimated far too high, so nothing is compiled. A session of a pooler may not have been told so.
 */
async function prepareSession(client: ClientBase): Promise<void> {
  const { processID } = client as ClientBase & { readonly processID: number | null };
  const { rows } = await client.query<{ pid: number }>(
    "select pg_backend_pid() as pid, set_config('jit', 'off', false)",
  );
  if (rows[0]?.pid !== processID) pooled.add(client);
}

/**
 * Statements with a name are prepared once for each session, so through a pooler the name is left out.
 *
 * @throws PostgresError
 */
export async function runQuery<R extends QueryResultRow>(
  client: PoolClient,
  query: Query,
): Promise<QueryResult<R>> {
  try {
    const { name: _, ...unnamed } = query;
    return await client.query<R>(pooled.has(client) ? unnamed : query);
  } catch (error) {
    throw toPostgresError(error);
  }
}

function isLost(error: unknown): boolean {
  return error instanceof PostgresError && error.isConnectionLost;
}

/** Results are text: `pg` decodes also binary ones as UTF-8. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === OID.int8) return Number;
  if (oid === OID.bytea) return fromHexadecimal;
  return types.getTypeParser(oid, format);
}

/** @param text begins with `\x`. */
function fromHexadecimal(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

function ignore(): void {}
