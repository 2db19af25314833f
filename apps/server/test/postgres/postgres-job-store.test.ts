import { ManualClock } from '@tandem/testkit';
import { sql } from 'kysely';
import { describe, inject } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { DatabaseJobStore } from '../../src/storage/jobs/database-job-store.ts';
import { testJobStore } from '../../src/storage/jobs/job-store.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import type { Database } from '../../src/storage/tables.ts';

const HOUR_MS = 3_600_000;

describe('queue of jobs in Postgres', () => {
  testJobStore(async () => {
    const url = await createDatabase(inject('postgres'));
    const open = () =>
      openPostgres(new Postgres({ url, connections: 4, name: 'test' }), { clock: systemClock });
    const db = await open();
    const otherDb = await open();
    const create = (database: Database, skewMs = 0) =>
      new DatabaseJobStore({
        db: database,
        kind: 'postgres',
        clock: new ManualClock(Date.now() + skewMs),
      });
    return {
      store: create(db),
      other: create(otherDb, HOUR_MS),
      db,
      within: create,
      // The clock of the server does not move for a test, so its rows become older.
      async pass(ms) {
        await db
          .updateTable('job')
          .set({ due_at: sql`due_at - ${ms}`, again_at: sql`again_at - ${ms}` })
          .execute();
      },
      async [Symbol.asyncDispose]() {
        await db.destroy();
        await otherDb.destroy();
      },
    };
  });
});
