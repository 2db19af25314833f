/** Administrators by the setting and by the database: AD1, AD5 of `src/accounts/README.md`. */
import { expect, test } from 'vitest';
import { peoplePage } from '@tandem/protocol/administration';
import { auditPage } from '@tandem/protocol/audit';
import { command, create, newDocument, runCommand } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';
import { signUp } from './signed-up.ts';

const change = (by: SignedIn, person: SignedIn, body: unknown): Promise<Response> =>
  by.fetch(`/api/server/people/${person.user.id}`, { method: 'PATCH', body });

async function startAgain(
  server: RunningServer,
  environment: Record<string, string>,
): Promise<RunningServer> {
  await server.kill('SIGTERM');
  return await RunningServer.start({
    ...{ NODE_ENV: 'production', DATA_DIR: server.dataDir, PORT: String(server.port) },
    ...environment,
  });
}

test('AD5 who is no administrator any more sees the dashboard no longer, where it is open', async () => {
  const server = await RunningServer.start({ NODE_ENV: 'production' });
  const [ada, ben] = [await signUp(server), await signUp(server)];
  expect((await change(ada, ben, { isAdministrator: true })).status).toBe(204);
  const client = await NativeClient.onAuthenticated(server, { guest: ben });
  client.send({ type: 'subscribe', channel: 0, ref: 1, name: 'dashboard' });
  await client.next('subscribed');
  await client.next('dashboard:changed');
  expect((await change(ada, ben, { isAdministrator: false })).status).toBe(204);
  expect(await client.next('unsubscribed')).toMatchObject({ error: { code: 'not-found' } });
});

test('AD5 administrators by the setting are not changed here', async () => {
  const first = await RunningServer.start({ NODE_ENV: 'production' });
  const [ada, ben] = [await signUp(first), await signUp(first)];
  const server = await startAgain(first, { ADMINISTRATORS: ben.user.id });
  const page = peoplePage.parse(await (await ada.fetch('/api/server/people')).json());
  expect(page.people.map(({ administrator }) => administrator)).toEqual(['setting', 'yes']);
  for (const body of [{ isBlocked: true }, { isAdministrator: true }]) {
    const answer = await change(ada, ben, body);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('ADMINISTRATORS');
  }
  expect((await ben.fetch('/api/server/people')).status).toBe(200);
  expect(server.alive).toBe(true);
});

test('AU6 with AUDIT_DAYS=0 nothing is recorded; AU8 titles of others are not shown', async () => {
  const first = await RunningServer.start({ NODE_ENV: 'production', AUDIT_DAYS: '0' });
  const [ada, ben] = [await signUp(first), await signUp(first)];
  const read = async () => auditPage.parse(await (await ada.fetch('/api/server/audit')).json());
  expect((await read()).entries).toEqual([]);
  const server = await startAgain(first, { AUDIT_DAYS: '1' });
  const document = newDocument();
  const client = await NativeClient.onAuthenticated(server, { guest: ben });
  await runCommand(client, create(document));
  const inside = newDocument();
  await runCommand(
    client,
    command({
      name: 'document:create',
      input: { document: inside, title: 'In', parent: document },
    }),
  );
  const { entries, documents, people } = await read();
  // Everybody who has the link may open them, and the id is the link.
  expect(entries.map(({ action }) => action)).toEqual(['document:created', 'document:created']);
  expect(documents).toEqual([]);
  const [second, first_] = entries;
  expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${document}|${inside}`));
  expect(second?.detail).toEqual({ parent: first_?.document });
  expect(second?.document).not.toBe(first_?.document);
  expect(people.map(({ id }) => id)).toEqual([ben.user.id]);
  expect((await ada.fetch('/api/server/audit?action=planet:moved')).status).toBe(400);
  const none = await ada.fetch(`/api/server/audit?action=account:created&before=1&since=0`);
  expect(auditPage.parse(await none.json())).toEqual({
    ...{ entries: [], people: [], documents: [], next: null },
  });
});
