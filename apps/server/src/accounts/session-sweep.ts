/** Deletes expired sessions and abandoned guest accounts, at the start and then every day. */
import type { Engine } from '../engine/port.ts';
import { deleteAbandonedGuests } from '../storage/guests.ts';
import { deleteExpiredSessions } from '../storage/sessions.ts';
import type { Database } from '../storage/tables.ts';
import { ACCOUNTS } from '../limits.ts';
import type { Log } from '../runtime/log.ts';

export function sweepSessions({
  db,
  engine,
  log,
}: {
  readonly db: Database;
  readonly engine: Pick<Engine, 'delete'>;
  readonly log: Log;
}): Disposable {
  let state: 'open' | 'over' = 'open';
  const sweep = async (): Promise<void> => {
    const at = Date.now();
    try {
      await deleteExpiredSessions(db, at);
      let after: string | null = '';
      const deleteContent: Engine['delete'] = (document, options) =>
        engine.delete(document, options);
      while (after !== null && state === 'open')
        after = await deleteAbandonedGuests(db, { after, at, deleteContent });
    } catch (error) {
      log.warn({ err: error }, 'deleting expired sessions failed');
    }
  };
  void sweep();
  const timer = setInterval(() => void sweep(), ACCOUNTS.sessionSweepMs).unref();
  return {
    [Symbol.dispose]() {
      state = 'over';
      clearInterval(timer);
    },
  };
}
