/** A job that deletes expired sessions and tokens, and abandoned guest accounts. */
import type { Engine } from '../engine/port.ts';
import { recurringJob } from '../jobs/job-handler.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { deleteExpiredApiTokens } from '../storage/api-tokens.ts';
import { deleteAbandonedGuests } from '../storage/guests.ts';
import { deleteExpiredOneTime } from '../storage/one-time-tokens.ts';
import { deleteExpiredSessions } from '../storage/sessions.ts';
import type { Database } from '../storage/tables.ts';

export function sessionSweep({
  db,
  engine,
  clock,
}: {
  readonly db: Database;
  readonly engine: Pick<Engine, 'delete'>;
  readonly clock: Pick<Clock, 'now'>;
}) {
  const deleteContent: Engine['delete'] = (document, options) => engine.delete(document, options);
  return recurringJob({
    kind: 'session-sweep',
    intervalMs: ACCOUNTS.sessionSweepMs,
    async run({ signal }) {
      const at = clock.now();
      await deleteExpiredSessions(db, at);
      await deleteExpiredOneTime(db, at);
      await deleteExpiredApiTokens(db, at);
      let after: string | null = '';
      while (after !== null) {
        signal.throwIfAborted();
        after = await deleteAbandonedGuests(db, { after, at, deleteContent });
      }
    },
  });
}
