import { ManualClock } from '@tandem/testkit';
import { sql } from 'kysely';
import { describe } from 'vitest';
import { temporaryDatabase } from '../testing/temporary-database.ts';
import { DatabaseJobStore } from './database-job-store.ts';
import { testJobStore } from './job-store.contract.ts';

describe('queue of jobs in SQLite', () => {
  testJobStore(async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const db = await temporaryDatabase();
    // Ten thousand commits, which no crash threatens.
    await sql`pragma synchronous = off`.execute(db);
    // One process has the file, and therefore one clock.
    const create = (database = db) => new DatabaseJobStore({ db: database, kind: 'sqlite', clock });
    return {
      store: create(),
      other: create(),
      db,
      within: create,
      pass: async (ms) => clock.advance(ms),
      async [Symbol.asyncDispose]() {},
    };
  });
});
