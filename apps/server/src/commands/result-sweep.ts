/** A job that deletes results of commands which can no longer be repeated (W25). */
import { recurringJob } from '../jobs/job-handler.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { deleteExpiredResults } from '../storage/command-results.ts';
import type { Database } from '../storage/tables.ts';

export function resultSweep(db: Database, clock: Pick<Clock, 'now'>) {
  return recurringJob({
    kind: 'command-result-sweep',
    intervalMs: COMMAND_LIMITS.resultSweepMs,
    async run({ signal }) {
      const at = clock.now();
      do signal.throwIfAborted();
      while (await deleteExpiredResults(db, at));
    },
  });
}
