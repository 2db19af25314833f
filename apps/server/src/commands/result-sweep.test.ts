import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { COMMAND_LIMITS } from '../limits.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { resultSweep } from './result-sweep.ts';

const NOW_MS = 1_700_000_000_000;
const EXPIRED_MS = NOW_MS - COMMAND_LIMITS.resultLifetimeMs - 1;

test('results are kept for a month by the clock of the server, however many they are (W25)', async () => {
  const db = await temporaryDatabase();
  const row = (id: string, at: number) => ({ id, user: 'ada', result: '', at });
  const expired = Array.from({ length: 2 * COMMAND_LIMITS.resultsPerSweep }, () =>
    row(ulid(EXPIRED_MS), EXPIRED_MS),
  );
  // The client's clock was a year behind, or ahead.
  const behind = row(ulid(EXPIRED_MS - 365 * 86_400_000), EXPIRED_MS + 1);
  const ahead = row(ulid(NOW_MS + 365 * 86_400_000), EXPIRED_MS);
  const kept = row(ulid(EXPIRED_MS + 1_000), EXPIRED_MS + 1_000);
  for (const rows of [expired, [behind, ahead, kept]])
    await db.insertInto('command').values(rows).execute();
  const { signal } = new AbortController();
  await resultSweep(db, { now: () => NOW_MS }).run(null, { id: 'job', attempt: 1, signal });
  const left = await db.selectFrom('command').select('id').orderBy('id').execute();
  expect(left.map(({ id }) => id)).toEqual([behind, kept, ahead].map(({ id }) => id));
});
