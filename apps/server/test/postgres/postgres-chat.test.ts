/** Imported chat in Postgres. */
import { describe, inject, onTestFinished } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testChat } from '../../src/storage/chat.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';

describe('chat in Postgres', () => {
  testChat(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});
