/**
 * Each route of the API × a token of each scope (AT4): what the scope allows is as for the person, and
 * as described; all else is refused.
 */
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import { API_SCOPES, includesScope, type ApiScope } from '@tandem/protocol/api-tokens';
import { ROUTES, type RouteDescription } from '@tandem/protocol/openapi';
import { askWith, makeToken } from './api-tokens.ts';
import { createPage, putFile, storedIn } from './file-transfers.ts';
import { verifyingAddresses } from './route-fixture.ts';
import { ROUTE_TABLE, type Ask } from './route-table.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { PASSWORD, signUp } from './signed-up.ts';

const atEnd = atEndOfFile();
const FILES_URL = pathToFileURL(await temporaryFolder(atEnd)).href;
const server = await RunningServer.start({ FILES_URL, ...(await verifyingAddresses()) }, atEnd);
// The first account is the administrator’s: a token does not even do what administrators may.
const ada = await signUp(server);
const tokens = new Map<ApiScope, string>();
for (const scope of API_SCOPES) tokens.set(scope, await makeToken(ada, [scope]));
const document = await createPage(ada);
const subject = {
  document,
  file: (await storedIn(await putFile('bytes', { to: server, by: ada, at: document }))).id,
};

const rows = Object.entries(ROUTE_TABLE).flatMap(([address, of]) =>
  of.map((row, index) => ({
    name: index === 0 ? address : `${address} (${index})`,
    method: address.slice(0, address.indexOf(' ')),
    ...(ROUTES[address as keyof typeof ROUTES] satisfies RouteDescription),
    ask: (): Ask => ('cells' in row ? row.ask(subject, `text ${ulid()}`) : row.ask(PASSWORD)),
  })),
);

describe.each(rows)('$name', ({ method, scope, answer: shape, ask }) => {
  test(`needs ${scope}`, async () => {
    const headers = { Cookie: ada.cookie, 'Content-Type': 'application/json' };
    const asPerson = async ({ path, body, bytes }: Ask): Promise<number> => {
      const content = bytes ?? (body === undefined ? null : JSON.stringify(body));
      return (await fetch(`${server.url}/api${path}`, { method, headers, body: content })).status;
    };
    const allowed = scope === 'never' ? 0 : await asPerson(ask());
    const statuses: Record<string, number> = {};
    const expected: Record<string, number> = {};
    for (const [held, token] of tokens) {
      const answer = await askWith(server, token, { ...ask(), method });
      statuses[held] = answer.status;
      const isAllowed = scope === 'any' || (scope !== 'never' && includesScope([held], scope));
      expected[held] = isAllowed ? allowed : 403;
      const told = await answer.text();
      if (!isAllowed) expect(told).toMatch(/API token/);
      expect(told).not.toContain(token);
      if (answer.status === 200 && typeof shape !== 'string') shape.parse(JSON.parse(told));
      if (shape === 'nothing' && answer.ok) expect([answer.status, told]).toEqual([204, '']);
    }
    expect(statuses).toEqual(expected);
  });

  test('is refused to a token that is none, whatever cookie comes with it', async () => {
    const token = `tandem_${'0'.repeat(64)}`;
    const headers = { Cookie: ada.cookie };
    const answer = await askWith(server, token, { ...ask(), method, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

test('no route of accounts, sessions or the server takes a token', () => {
  const about = /^\w+ \/(?:account|session|server)\b/;
  const open = Object.entries(ROUTES).filter(([address]) => about.test(address));
  expect(open.length).toBeGreaterThan(20);
  expect(new Set(open.map(([, { scope }]) => scope))).toEqual(new Set(['never']));
});
