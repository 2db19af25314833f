import { pino } from 'pino';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createSession } from '../storage/sessions.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser } from '../storage/users.ts';
import { ACCOUNTS } from '../limits.ts';
import { sweepSessions } from './session-sweep.ts';

afterEach(() => void vi.useRealTimers());

test('forgets sessions that are over, at the start and every day', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_000 });
  const db = await temporaryDatabase();
  await createUser(db, { id: 'ada', name: 'Ada', color: 1, at: 0 });
  for (const expiresAt of [999, ACCOUNTS.sessionSweepMs, ACCOUNTS.sessionSweepMs * 9])
    await createSession(db, { cookie: `until ${expiresAt}`, user: 'ada', at: 0, expiresAt });
  const left = async () =>
    (await db.selectFrom('session').select('expires_at').orderBy('expires_at').execute()).map(
      (session) => session.expires_at,
    );

  const engine = { delete: async () => 'deleted' as const };
  const sweep = sweepSessions({ db, engine, log: pino({ enabled: false }) });
  onTestFinished(() => sweep[Symbol.dispose]());
  await vi.waitFor(async () =>
    expect(await left()).toEqual([ACCOUNTS.sessionSweepMs, ACCOUNTS.sessionSweepMs * 9]),
  );
  vi.advanceTimersByTime(ACCOUNTS.sessionSweepMs);
  await vi.waitFor(async () => expect(await left()).toEqual([ACCOUNTS.sessionSweepMs * 9]));
});
