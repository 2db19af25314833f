import { expect, test } from 'vitest';
import { errorOf } from '@tandem/protocol';
import { EngineError } from '../engine/port.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import type { Database } from '../storage/tables.ts';
import type { HistoryRequest } from './port.ts';
import { historyThinning } from './thinning-job.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

async function addChunk(db: Database, document: string, endedAt: number): Promise<void> {
  await db
    .insertInto('history')
    .values({
      ...{ document, to_offset: endedAt, from_offset: 1, ended_at: endedAt, bytes: 1 },
      ...{ sessions: '[]', thinned_at: null, data: new Uint8Array(), checkpoint: null },
    })
    .execute();
}

async function runJob(isOneSlow: boolean) {
  const db = await temporaryDatabase();
  await addChunk(db, 'old', 5);
  await addChunk(db, 'damaged', 5);
  if (isOneSlow) await addChunk(db, 'slow', 4);
  await addChunk(db, 'new', 2 * DAY_MS);
  await db
    .insertInto('named_version')
    .values({ document: 'old', id: 'v', offset: 3, title: 'Draft', user: 'ada', at: 1 })
    .execute();
  const requests: HistoryRequest[] = [];
  const job = historyThinning({
    db,
    history: {
      async read(request) {
        requests.push(request);
        if (request.document === 'damaged') throw new EngineError(errorOf('document-damaged'));
        if (request.document === 'slow') throw new EngineError(errorOf('overloaded'));
        await db
          .updateTable('history')
          .set({ thinned_at: 1 })
          .where('document', '=', request.document)
          .execute();
        return 1 as never;
      },
    },
    fullMs: DAY_MS,
    clock: { now: () => 3 * DAY_MS },
  });
  const run = job.run(null, { id: 'job', attempt: 1, signal: new AbortController().signal });
  return { requests, run };
}

const before = 2 * DAY_MS;

test('HY12 the job thins what is old enough, and passes over a damaged document', async () => {
  const { requests, run } = await runJob(false);
  await run;
  expect(requests).toHaveLength(2);
  expect(requests).toContainEqual({ kind: 'thin', document: 'old', before, pinned: [3] });
  expect(requests).toContainEqual({ kind: 'thin', document: 'damaged', before, pinned: [] });
});

test('HY12 a document that takes too long keeps no other from being thinned, and is tried again', async () => {
  const { requests, run } = await runJob(true);
  await expect(run).rejects.toMatchObject({ body: { code: 'overloaded' } });
  expect(requests).toHaveLength(3);
  expect(requests).toContainEqual({ kind: 'thin', document: 'old', before, pinned: [3] });
});
