import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testJournal, testSharedJournal } from '../../src/storage/journal/journal.contract.ts';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

async function openJournal(): Promise<PostgresJournal> {
  const url = await server.createDatabase();
  const db = await openPostgres(new Postgres({ url, connections: 1, name: 'test' }), {
    clock: systemClock,
  });
  await db.destroy();
  return new PostgresJournal(new Postgres({ url, connections: 2, name: 'test' }));
}

describe('journal in Postgres', () => {
  testJournal(openJournal);
  testSharedJournal(openJournal);
});
