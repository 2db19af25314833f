/** What is published, in Postgres. */
import { inject, onTestFinished } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { testPublications } from '../../src/storage/publications.contract.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';

testPublications(async () => {
  const url = await createDatabase(inject('postgres'));
  const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
    clock: systemClock,
  });
  onTestFinished(() => db.destroy());
  return db;
});
