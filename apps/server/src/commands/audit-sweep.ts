/** A job that deletes old rows of the audit log (AU6). */
import { recurringJob } from '../jobs/job-handler.ts';
import { AUDIT } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { deleteOldAudit } from '../storage/audit/audit-log.ts';
import type { Database } from '../storage/tables.ts';

export function auditSweep({
  db,
  clock,
  keptMs,
}: {
  readonly db: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly keptMs: number;
}) {
  return recurringJob({
    kind: 'audit-sweep',
    intervalMs: AUDIT.sweepMs,
    async run({ signal }) {
      const before = clock.now() - keptMs;
      do signal.throwIfAborted();
      while (await deleteOldAudit(db, before));
    },
  });
}
