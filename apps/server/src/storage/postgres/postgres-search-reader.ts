/** Connections of searches, with settings that last for one transaction, because a pooler gives sessions to others. */
import pLimit, { type LimitFunction } from 'p-limit';
import { SEARCH } from '../limits.ts';
import type { SearchReader } from '../search/search-reader.ts';
import { StorageError } from '../storage-error.ts';
import type { Database } from '../tables.ts';
import { connectPool } from './postgres-database.ts';
import type { Postgres } from './postgres.ts';

/**
 * Tables are read along their indexes, whatever the statistics of Postgres say (SE12): those of new tables are missing, and
 * what matches a search is a guess. The ids of some hundred thousand documents fit into this memory, where they are looked up.
 */
const PLANNING = [
  'enable_seqscan = off',
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  "work_mem = '32MB'",
  'jit = off',
];

/**
 * Searches wait for their turn here, not in the pool, which takes a long wait for a database that is gone.
 *
 * @param postgres is closed together with the reader.
 */
export function postgresReader(
  postgres: Postgres,
  limitMs: number = SEARCH.queryLimitMs,
): SearchReader {
  const limits = [
    `statement_timeout = ${limitMs}`,
    "idle_in_transaction_session_timeout = '2s'",
    ...PLANNING,
  ];
  const db = connectPool(postgres, limits.map((setting) => `SET LOCAL ${setting}`).join('; '));
  const searches = new Turns(SEARCH.maxAtOnce);
  const links = new Turns(SEARCH.maxLinksAtOnce);
  const read = async <T>(work: (db: Database) => Promise<T>) =>
    await db.transaction().execute(work);
  return {
    read: (work, signal) => searches.run(() => read(work), signal),
    readLinks: (work, signal) => links.run(() => read(work), signal),
    close: () => db.destroy(),
  };
}

/** Who has left the queue, because nobody waits for the answer any more, keeps no place in it. */
class Turns {
  readonly #limit: LimitFunction;
  #waiting = 0;

  constructor(atOnce: number) {
    this.#limit = pLimit(atOnce);
  }

  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#waiting >= SEARCH.maxWaiting) throw tooMany();
    this.#waiting++;
    let isWaiting = true;
    const leave = () => {
      if (isWaiting) this.#waiting--;
      isWaiting = false;
    };
    signal?.addEventListener('abort', leave, { once: true });
    return await this.#limit(async () => {
      leave();
      signal?.throwIfAborted();
      return await work();
    });
  }
}

function tooMany(): StorageError {
  const message = 'many searches wait already';
  return new StorageError({ message, retryable: true, damaged: false, isTooLong: true });
}
