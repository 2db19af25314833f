import { expect, test } from 'vitest';
import { pino } from 'pino';
import { addApiToken, apiTokenId, findApiTokenUser } from '../storage/api-tokens.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser, registerUser } from '../storage/users.ts';
import { ApiTokens, createApiToken, readApiToken } from './api-tokens.ts';

test('AT2 a token is long, random, and known by its beginning', () => {
  const { token, beginning } = createApiToken();
  expect(token).toMatch(/^tandem_[0-9a-f]{64}$/);
  expect(beginning).toBe(token.slice(0, 15));
  expect(createApiToken().token).not.toBe(token);
});

test.each([
  ['Bearer tandem_12', 'tandem_12'],
  ['bearer  tandem_12 ', 'tandem_12'],
  ['BEARER tandem_', 'tandem_'],
  // Of proxies, and of the metrics.
  ['Bearer eyJhbGciOi', null],
  ['Basic dGFuZGVtXw==', null],
  ['tandem_12', null],
  ['Bearertandem_12', null],
  ['', null],
  [undefined, null],
])('AT3 %j is the API token %j', (header, token) => {
  expect(readApiToken(header)).toBe(token);
});

test('AT5, AT9 a token is its person’s until it ends, and its use is told to the minute', async () => {
  const db = await temporaryDatabase();
  await createUser(db, { id: 'ada', name: 'Ada', color: 1, at: 0 });
  await registerUser(db, { id: 'ada', at: 0 });
  let now = 1_800_000_000_000;
  const tokens = new ApiTokens({ db, clock: { now: () => now }, log: pino({ enabled: false }) });
  const { token, beginning } = createApiToken();
  const id = apiTokenId(token);
  await addApiToken(db, {
    ...{ id, user: 'ada', name: 'Bot', beginning, scopes: ['search:read'] },
    ...{ at: now, expiresAt: now + 120_000 },
  });
  const usedAt = async () => (await findApiTokenUser(db, { id, at: now }))?.usedAt;
  const began = now;
  expect(await tokens.find(token)).toEqual({
    ...{ user: { id: 'ada', name: 'Ada', color: 1 }, isGuest: false, session: id },
    scopes: ['search:read'],
  });
  await expect.poll(usedAt).toBe(began);
  now += 59_999;
  await Promise.all([tokens.find(token), tokens.find(token)]);
  expect(await usedAt()).toBe(began);
  now += 1;
  await Promise.all([tokens.find(token), tokens.find(token)]);
  await expect.poll(usedAt).toBe(began + 60_000);
  for (const other of [token.toUpperCase(), `${token} `, token.slice(0, -1), 'tandem_', ''])
    expect(await tokens.find(other)).toBeNull();
  now = began + 120_000;
  expect(await tokens.find(token)).toBeNull();
});
