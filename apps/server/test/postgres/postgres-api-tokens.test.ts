/** API tokens in Postgres, and on two servers of one database. */
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { ApiTokens } from '@tandem/protocol/api-tokens';
import { systemClock } from '../../src/runtime/clock.ts';
import { testApiTokens } from '../../src/storage/api-tokens.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { askWith, makeToken } from '../api-tokens.ts';
import { RunningServer } from '../running-server.ts';
import { postToAccount, signUp } from '../signed-up.ts';

describe('API tokens in Postgres', () => {
  testApiTokens(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

test('AT5 a token that ended on one node is refused by the other', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  const [one, other] = [await start(), await start()];
  const ada = await signUp(one);
  for (let round = 0; round < 5; round++) {
    const token = await makeToken(ada, ['documents:read']);
    expect((await askWith(other, token, { path: '/me' })).status).toBe(200);
    const { tokens } = (await (await ada.fetch('/api/account/tokens')).json()) as ApiTokens;
    const ended = tokens.find(({ beginning }) => token.startsWith(beginning));
    expect((await postToAccount(ada, 'tokens/end', { token: ended?.id })).status).toBe(204);
    expect((await askWith(other, token, { path: '/me' })).status).toBe(401);
  }
});
