/** A job that deletes old entries of the log of commits. */
import { recurringJob } from '../jobs/job-handler.ts';
import { LOG } from '../storage/limits.ts';
import type { ClusterLog } from '../storage/cluster-log.ts';

export function logSweep(log: Pick<ClusterLog, 'deleteOld'>) {
  return recurringJob({
    kind: 'cluster-log-sweep',
    intervalMs: LOG.sweepIntervalMs,
    run: () => log.deleteOld(),
  });
}
