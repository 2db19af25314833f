/** Sessions that are over are forgotten, and guests of whom nothing else is left: at the start, and then every day. */
import { forgetGuests } from '../storage/guests.ts';
import { deleteExpiredSessions } from '../storage/sessions.ts';
import type { Database } from '../storage/tables.ts';
import { ACCOUNTS } from '../limits.ts';
import type { Log } from '../runtime/log.ts';

export function sweepSessions({
  db,
  log,
}: {
  readonly db: Database;
  readonly log: Log;
}): Disposable {
  let state: 'open' | 'over' = 'open';
  const sweep = async (): Promise<void> => {
    const at = Date.now();
    try {
      await deleteExpiredSessions(db, at);
      let after: string | null = '';
      while (after !== null && state === 'open') after = await forgetGuests(db, { after, at });
    } catch (error) {
      log.warn({ err: error }, 'sessions that are over could not be forgotten');
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
