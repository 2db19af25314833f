/** Files on two servers that share a database and a folder, or share no folder at all. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ulid } from 'ulid';
import { expect, inject, test } from 'vitest';
import { filePath, filesPath } from '@tandem/protocol';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { createPage, pausedDownload, putFile, slowUpload, storedIn } from '../file-transfers.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer, temporaryFolder } from '../running-server.ts';
import { signIn } from '../signed-in.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

const FILE_BYTES = 40_000_000;

test('FI6 access that ends on one node ends uploads and downloads on the other within a second', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const FILES_URL = pathToFileURL(await temporaryFolder()).href;
  const [one, other] = await Promise.all([
    RunningServer.start({ DATABASE_URL, FILES_URL }),
    RunningServer.start({ DATABASE_URL, FILES_URL }),
  ]);
  const [ada, bob] = [await signIn(one), await signIn(other)];
  const at = await createPage(ada);
  const owner = await NativeClient.onAuthenticated(one, { guest: ada });
  const bytes = randomBytes(FILE_BYTES);
  const { id } = await storedIn(await putFile(bytes, { to: one, by: ada, at }));
  const elsewhere = await bob.fetch(filePath(at, id));
  expect(Buffer.from(await elsewhere.arrayBuffer()).equals(bytes)).toBe(true);

  const { ended } = slowUpload({ to: other, by: bob, at });
  const download = await pausedDownload({ to: other, by: bob, at, id });
  await sleep(600);
  const beganMs = performance.now();
  const input = { document: at, link: 'off' } as const;
  owner.send({ type: 'command', channel: 0, name: 'link:change', id: ulid(), input });
  expect([0, 403]).toContain(await ended);
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
  await sleep(beganMs + PROMISED_SECOND_MS - performance.now());
  expect(await download.rest()).toBeLessThan(FILE_BYTES);
  expect((await bob.fetch(filePath(at, id))).status).toBe(404);
});

test('FI5 without a place that all servers share, uploads are off, and say so', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const server = await RunningServer.start({ DATABASE_URL });
  expect(server.output).toContain('Uploads of files are off');
  const ada = await signIn(server);
  const at = await createPage(ada);
  expect(await (await ada.fetch(filesPath(at))).json()).toMatchObject({ maxFileBytes: 0 });
  const answer = await putFile('text', { to: server, by: ada, at });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('This server does not store files.');
});
