/** Results of commands, which answer repeats for a month (W25). */
import { encodeTime } from 'ulid';
import { COMMAND_LIMITS } from '../limits.ts';
import type { Database } from './tables.ts';

/** @returns whether there may be more, after `COMMAND_LIMITS.resultsPerSweep` were deleted. */
export async function deleteExpiredResults(db: Database, at: number): Promise<boolean> {
  const before = Math.max(0, at - COMMAND_LIMITS.resultLifetimeMs);
  // Ids begin with the client's time and are the primary key; the server's time decides.
  const deleted = await db
    .deleteFrom('command')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('id', 'user'),
        'in',
        selectFrom('command as expired')
          .select(['expired.id', 'expired.user'])
          .where('expired.id', '<', encodeTime(before))
          .where('expired.at', '<', before)
          .orderBy('expired.id')
          .limit(COMMAND_LIMITS.resultsPerSweep)
          .$asTuple('id', 'user'),
      ),
    )
    .executeTakeFirst();
  return Number(deleted.numDeletedRows) === COMMAND_LIMITS.resultsPerSweep;
}
