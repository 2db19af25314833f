import { pino } from 'pino';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { createSession } from '../storage/sessions.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser } from '../storage/users.ts';
import { SESSION_SWEEP_MS } from '../limits.ts';
import { sweepSessions } from './session-sweep.ts';

afterEach(() => void vi.useRealTimers());

it('forgets sessions that are over, at the start and every day', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_000 });
  const db = await temporaryDatabase();
  await createUser(db, { id: 'ada', name: 'Ada', color: 1, at: 0 });
  for (const expiresAt of [999, SESSION_SWEEP_MS, SESSION_SWEEP_MS * 9])
    await createSession(db, { cookie: `until ${expiresAt}`, user: 'ada', at: 0, expiresAt });
  const left = async () =>
    (await db.selectFrom('session').select('expires_at').orderBy('expires_at').execute()).map(
      (session) => session.expires_at,
    );

  const sweep = sweepSessions({ db, log: pino({ enabled: false }) });
  onTestFinished(() => sweep[Symbol.dispose]());
  await vi.waitFor(async () =>
    expect(await left()).toEqual([SESSION_SWEEP_MS, SESSION_SWEEP_MS * 9]),
  );
  vi.advanceTimersByTime(SESSION_SWEEP_MS);
  await vi.waitFor(async () => expect(await left()).toEqual([SESSION_SWEEP_MS * 9]));
});
