/** Passkeys in Postgres, and on two servers of one database. */
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testPasskeys } from '../../src/storage/passkeys.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { PasskeyClient } from '../passkey-client.ts';
import { RunningServer } from '../running-server.ts';
import { signUp } from '../signed-up.ts';

describe('passkeys in Postgres', () => {
  testPasskeys(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

test('PK3 a challenge of one node works on another, once in both, also at the same moment', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const PUBLIC_URL = 'http://localhost:1';
  const start = () => RunningServer.start({ DATABASE_URL, PUBLIC_URL, ENGINE_WORKERS: '1' });
  const [one, other] = [await start(), await start()];
  const browser = new PasskeyClient(one, { origin: PUBLIC_URL });
  const ada = await signUp(one);
  await browser.add(ada);
  for (let round = 0; round < 5; round++) {
    const credential = browser.authenticator.use(await browser.request(one));
    const answers = await Promise.all([one, other].map((at) => browser.send(credential, { at })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404]));
  }
  const elsewhere = browser.authenticator.use(await browser.request(one));
  expect((await browser.send(elsewhere, { at: other })).status).toBe(200);
});
