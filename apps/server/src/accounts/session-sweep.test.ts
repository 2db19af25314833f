import { expect, test } from 'vitest';
import { createSession, sessionId } from '../storage/sessions.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser } from '../storage/users.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { sessionSweep } from './session-sweep.ts';

const NOW_MS = 1_700_000_000_000;

async function fixture() {
  const db = await temporaryDatabase();
  const engine = { delete: async () => 'deleted' as const };
  const sweep = sessionSweep({ db, engine, clock: { now: () => NOW_MS } });
  const run = (signal = new AbortController().signal) =>
    sweep.run(null, { id: 'job', attempt: 1, signal });
  return { db, run };
}

test('forgets sessions that are over, and guests of whom nothing is left', async () => {
  const { db, run } = await fixture();
  for (const id of ['ada', 'guest']) await createUser(db, { id, name: id, color: 1, at: 0 });
  for (const expiresAt of [NOW_MS, NOW_MS + 1])
    await createSession(db, { id: sessionId(`until ${expiresAt}`), user: 'ada', at: 0, expiresAt });
  await run();
  const sessions = await db.selectFrom('session').select('expires_at').execute();
  expect(sessions).toEqual([{ expires_at: NOW_MS + 1 }]);
  expect(await db.selectFrom('user').select('id').execute()).toEqual([{ id: 'ada' }]);
});

test('stops between batches of guests when it is told to', async () => {
  const { db, run } = await fixture();
  const guests = Array.from({ length: ACCOUNTS.guestsPerSweep + 1 }, (_, i) => `guest ${i}`);
  await db
    .insertInto('user')
    .values(guests.map((id) => ({ id, name: 'Guest', color: 1, created_at: 0 })))
    .execute();
  const abort = new AbortController();
  const stopped = run(abort.signal);
  abort.abort(new Error('stopping'));
  await expect(stopped).rejects.toThrow('stopping');
  expect(await db.selectFrom('user').select('id').execute()).not.toHaveLength(0);
  await run();
  expect(await db.selectFrom('user').select('id').execute()).toHaveLength(0);
});
