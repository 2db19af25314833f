/**
 * Connections to Postgres. Each thread has a pool of its own. Nothing depends on the state of a session, so
 * that a pooler in transaction mode may stand in between.
 */
import {
  Pool,
  types,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import { postgresError, isUsableAfter, toStorageError } from './postgres-error.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly connections: number;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
}

export type Query = Pick<QueryConfig, 'name' | 'text' | 'values'>;

const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any query may take; a connection that is silent for so long is given up. */
const QUERY_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;

const OID = { bytea: 17, int8: 20 } as const;

export class Postgres implements AsyncDisposable {
  readonly #pool: Pool;

  constructor({ url, connections, name }: PostgresOptions) {
    this.#pool = new Pool({
      connectionString: url,
      max: connections,
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      keepAlive: true,
      types: { getTypeParser },
    });
    // A connection that ends fails its query, if it has one, and is replaced with the next.
    this.#pool.on('error', ignore);
    this.#pool.on('connect', (client) => client.on('error', ignore));
  }

  /** @throws StorageError */
  async query<R extends QueryResultRow>(query: Query): Promise<QueryResult<R>> {
    return await this.use((client) => client.query<R>(query));
  }

  /** @throws StorageError; then the transaction was rolled back, or whether it was committed is unknown. */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await this.use(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work(client);
        await commit(client);
        return result;
      } catch (error) {
        // Without an answer the connection is given up, which rolls back.
        if (isUsableAfter(error) || error instanceof Error === false)
          await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  /** @throws StorageError */
  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(!isUsableAfter(error));
      throw toStorageError(error);
    }
  }

  /** @throws StorageError */
  async connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toStorageError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

/** @throws when nothing was committed: a COMMIT after an error succeeds and rolls back. */
export async function commit(client: Pick<PoolClient, 'query'>): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw postgresError('request-failed', 'the transaction had failed');
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
