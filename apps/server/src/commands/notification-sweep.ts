/** A job that deletes notifications and requests for access after 90 days (NT8), and invited addresses when they expire (IA4). */
import { recurringJob } from '../jobs/job-handler.ts';
import { NOTIFICATIONS } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { deleteOldAccessRequests } from '../storage/access-requests.ts';
import { deleteExpiredInvited } from '../storage/invited-addresses.ts';
import { deleteOldNotifications } from '../storage/notifications.ts';
import type { Database } from '../storage/tables.ts';

export function notificationSweep(db: Database, clock: Pick<Clock, 'now'>) {
  return recurringJob({
    kind: 'notification-sweep',
    intervalMs: NOTIFICATIONS.sweepMs,
    async run({ signal }) {
      const before = clock.now() - NOTIFICATIONS.keptMs;
      do signal.throwIfAborted();
      while (await deleteOldNotifications(db, before));
      do signal.throwIfAborted();
      while (await deleteOldAccessRequests(db, before));
      do signal.throwIfAborted();
      while (await deleteExpiredInvited(db, clock.now()));
    },
  });
}
