/** Sessions that are over are forgotten: at the start, and then every day. */
import { deleteExpiredSessions } from '../database/sessions.ts';
import type { Database } from '../database/tables.ts';
import { SESSION_SWEEP_MS } from '../limits.ts';
import type { Log } from '../log.ts';

export function sweepSessions({
  db,
  log,
}: {
  readonly db: Database;
  readonly log: Log;
}): Disposable {
  const sweep = (): void => {
    deleteExpiredSessions(db, Date.now()).catch((error: unknown) =>
      log.warn({ err: error }, 'sessions that are over could not be forgotten'),
    );
  };
  sweep();
  const timer = setInterval(sweep, SESSION_SWEEP_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
