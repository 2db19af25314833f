import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testHistory } from '../../src/storage/history/history.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { PostgresHistory } from '../../src/storage/postgres/postgres-history.ts';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('history in Postgres', () => {
  testHistory(async () => {
    const url = await server.createDatabase();
    const connect = () => new Postgres({ url, connections: 2, name: 'test' });
    const db = await openPostgres(connect(), { clock: systemClock });
    await db.destroy();
    const journal = new PostgresJournal(connect());
    const history = new PostgresHistory(connect());
    const other = connect();
    return {
      journal,
      history,
      async name(offset: number) {
        await other.query({
          text: `insert into named_version (document, id, "offset", title, "user", at)
                 values ('a', $1, $2, 'Draft', 'ada', 1)`,
          values: [`v${offset}`, offset],
        });
      },
      async [Symbol.asyncDispose]() {
        await other[Symbol.asyncDispose]();
        await journal[Symbol.asyncDispose]();
        await history[Symbol.asyncDispose]();
      },
    };
  });
});
