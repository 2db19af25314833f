/** Documents whose history holds chunks that are due to be thinned. */
import type { Database } from '../tables.ts';

export async function findUnthinned(
  db: Database,
  before: number,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('history')
    .select('document')
    .distinct()
    .where('thinned_at', 'is', null)
    .where('ended_at', '<', before)
    .limit(limit)
    .execute();
  return rows.map(({ document }) => document);
}
