import { expect, test } from 'vitest';
import { addAuditEntries, listAudit } from '../storage/audit/audit-log.ts';
import { AUDIT } from '../storage/limits.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { auditSweep } from './audit-sweep.ts';

const NOW_MS = 1_800_000_000_000;
const DAY_MS = 24 * 60 * 60_000;

test.each([
  ['AU6 rows are kept for as long as it is set', 365 * DAY_MS, ['kept']],
  ['AU6 none are kept where nothing is recorded', 0, []],
])('%s', async (_, keptMs, left) => {
  const db = await temporaryDatabase();
  const entry = (document: string, at: number) => ({
    ...{ at, user: 'ada' },
    event: { action: 'document:trashed', document, detail: {} } as const,
  });
  await addAuditEntries(db, [
    ...Array.from({ length: AUDIT.sweepBatch + 5 }, () => entry('old', NOW_MS - 365 * DAY_MS - 1)),
    entry('kept', NOW_MS - 365 * DAY_MS),
  ]);
  const { signal } = new AbortController();
  const sweep = auditSweep({ db, clock: { now: () => NOW_MS }, keptMs });
  await sweep.run(null, { id: 'job', attempt: 1, signal });
  const { entries } = await listAudit(db, {}, 10);
  expect(entries.map(({ document }) => document)).toEqual(left);
});
