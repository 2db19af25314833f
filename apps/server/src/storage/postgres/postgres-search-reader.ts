/** Connections of searches, with settings that last for one transaction, because a pooler gives sessions to others. */
import { SEARCH } from '../limits.ts';
import type { SearchReader } from '../search/search-reader.ts';
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

/** @param postgres is closed together with the reader. */
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
  return {
    read: async (work) => await db.transaction().execute(work),
    close: () => db.destroy(),
  };
}
