/**
 * Each route of the API × each part in a document × each place of it, on one server; expectations are in
 * `route-table.ts`.
 */
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import type { DeviceSessions } from '@tandem/protocol/accounts';
import { newDocument } from './event-client.ts';
import {
  Administrator,
  createParty,
  createRouteFixture,
  SECRET,
  verifyingAddresses,
  type RouteFixture,
} from './route-fixture.ts';
import { CALLERS, PARTIES, PLACES, ROUTE_TABLE, type Ask } from './route-table.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import type { SignedIn } from './signed-in.ts';
import { PASSWORD } from './signed-up.ts';

const atEnd = atEndOfFile();
const FILES_URL = pathToFileURL(await temporaryFolder(atEnd)).href;
const server = await RunningServer.start({ FILES_URL, ...(await verifyingAddresses()) }, atEnd);
const administrator = await Administrator.signUp(server);

const rows = Object.entries(ROUTE_TABLE).flatMap(([address, of]) => {
  const method = address.slice(0, address.indexOf(' '));
  return of.map((row, index) => {
    const name = index === 0 ? address : `${address} (${index})`;
    return { name, method, row };
  });
});
const ofDocuments = rows.flatMap(({ row, ...each }) => ('cells' in row ? [{ ...each, row }] : []));
const ofCallers = rows.flatMap(({ row, ...each }) => ('parties' in row ? [{ ...each, row }] : []));

async function send(
  by: SignedIn | null,
  method: string,
  { path, body, bytes, isPage = false }: Ask,
): Promise<Response> {
  return await fetch(`${server.url}/api${path}`, {
    method,
    headers: {
      ...(by === null ? {} : { Cookie: by.cookie }),
      ...(isPage ? { Origin: server.url } : {}),
      ...(bytes === undefined ? { 'Content-Type': 'application/json' } : {}),
    },
    body: bytes ?? (body === undefined ? null : JSON.stringify(body)),
  });
}

/** Reading changes nothing for others. */
let forReading: Promise<RouteFixture> | undefined;

describe.each(ofDocuments)('$name', ({ method, row }) => {
  let fixture: RouteFixture;
  beforeAll(async () => {
    if (method !== 'GET') fixture = await createRouteFixture({ server, administrator, atEnd });
    else fixture = await (forReading ??= createRouteFixture({ server, administrator, atEnd }));
  });

  test.each(PLACES)('%s', async (place) => {
    const { people, subjects } = fixture;
    const title = async (): Promise<string> => {
      const answer = await people.owner.fetch(`/api/documents/${subjects[place].document}`);
      return answer.status === 200
        ? ((await answer.json()) as { readonly title: string }).title
        : '';
    };
    const cells: Record<string, number | 'nothing'> = {};
    for (const caller of CALLERS) {
      const by = caller === 'nobody' ? null : people[caller];
      const text = `${SECRET} of ${caller} ${ulid()}`;
      const answer = await send(by, method, row.ask(subjects[place], text));
      const told = await answer.text();
      const isNothing = answer.status === 200 && row.cells[place][caller] === 'nothing';
      cells[caller] = isNothing ? 'nothing' : answer.status;
      if (answer.ok && !isNothing) continue;
      expect(told, caller).not.toContain(SECRET);
      if (method !== 'GET') expect(await title(), caller).not.toBe(text);
    }
    expect(cells).toEqual(row.cells[place]);
  });
});

describe.each(ofCallers)('$name', ({ method, row }) => {
  test('by who asks', async () => {
    const statuses: Record<string, number> = {};
    for (const party of PARTIES) {
      const by = await createParty(party, { server, administrator });
      statuses[party] = (await send(by, method, row.ask(PASSWORD))).status;
    }
    expect(statuses).toEqual(row.parties);
  });
});

describe('two ids, and one of them is not the caller’s', () => {
  test('a file is only in its document', async () => {
    const { people, subjects } = await createRouteFixture({ server, administrator, atEnd });
    const own = newDocument();
    const body = { id: own };
    expect((await send(people.outsider, 'POST', { path: '/documents', body })).status).toBe(200);
    const { document, file } = subjects.shared;
    const path = `/documents/${own}/files/${file}`;
    expect((await send(people.outsider, 'GET', { path })).status).toBe(404);
    // FI10: only the page that drew the id knows its secret.
    const put = { path: `${path}?name=own`, bytes: 'other words' };
    expect((await send(people.outsider, 'PUT', put)).status).toBe(403);
    expect((await send(people.outsider, 'POST', { path: `${path}/copy` })).status).toBe(404);
    const theirs = await send(people.viewer, 'GET', {
      path: `/documents/${document}/files/${file}`,
    });
    expect(await theirs.text()).toBe(SECRET);
  });

  test('a session is ended by its own person', async () => {
    const of = { server, administrator };
    const [ada, bob] = [await createParty('account', of), await createParty('account', of)];
    const list = await send(ada, 'GET', { path: '/account/sessions' });
    const { sessions } = (await list.json()) as DeviceSessions;
    const end = { path: '/account/sessions/end', body: { session: sessions[0]?.id } };
    await send(bob, 'POST', end);
    expect((await send(ada, 'GET', { path: '/me' })).status).toBe(200);
    await send(ada, 'POST', end);
    expect((await send(ada, 'GET', { path: '/me' })).status).toBe(401);
  });
});
