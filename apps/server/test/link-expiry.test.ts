/** Links that end by themselves, over the wire and over HTTP (PO11). */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { command, newDocument, runCommand, subscribe } from './event-client.ts';
import { putFile, storedIn } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const END_AFTER_MS = 4_000;

test('PO11 channels, lists, files and HTTP end within a second, but for people with a role', async () => {
  const server = await RunningServer.start({});
  const [ada, bob, cem] = [await signIn(server), await signIn(server), await signIn(server)];
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const document = newDocument();
  await runCommand(owner, command({ name: 'document:create', input: { document } }));
  const guests = [];
  for (const guest of [bob, cem]) {
    const client = await NativeClient.onAuthenticated(server, { guest });
    await client.open(document, { client: guests.length + 2 });
    await subscribe(client, `chat:${document}`);
    guests.push(client);
  }
  const [byLink, withRole] = guests as [NativeClient, NativeClient];
  const role = { document, user: cem.user.id, role: 'viewer' } as const;
  // The visit is written a moment after the opening, and roles are for people who have met.
  const listed = async () => await (await cem.fetch('/api/documents')).text();
  await expect.poll(listed).toContain(document);
  await runCommand(owner, command({ name: 'member:change', input: role }));
  const { id } = await storedIn(await putFile('bytes', { to: server, by: ada, at: document }));
  const file = `/api/documents/${document}/files/${id}`;
  expect((await bob.fetch(file)).status).toBe(200);

  const expiresAt = Date.now() + END_AFTER_MS;
  const input = { document, link: 'edit', expiresAt } as const;
  await runCommand(owner, command({ name: 'link:change', input }));
  await sleep(expiresAt - Date.now() - END_AFTER_MS / 2);
  expect(byLink.received.some(({ type }) => type === 'closed')).toBe(false);
  expect((await bob.fetch(file)).status).toBe(200);
  await byLink.next('closed');
  await byLink.next('unsubscribed');
  expect(Date.now() - expiresAt).toBeLessThan(PROMISED_SECOND_MS);
  for (const path of ['', '/chat', `/files/${id}`])
    expect((await bob.fetch(`/api/documents/${document}${path}`)).status).toBe(404);
  expect((await cem.fetch(file)).status).toBe(200);
  expect(withRole.received.some(({ type }) => type === 'closed')).toBe(false);
  byLink.send({ type: 'open', channel: 0, ref: 9, document, client: 4 });
  expect(await byLink.next('closed', ({ ref }) => ref === 9)).toMatchObject({
    error: { code: 'not-found' },
  });
});
