/**
 * How long a person still reads and writes after their access has ended, on one node and, where the owner is on another
 * one, on two. Prints tables; a second is promised, on a machine that is not busy:
 *
 * npx -y pnpm@12 --filter @tandem/server revocation
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { filePath } from '@tandem/protocol';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { command, runCommand } from '../event-client.ts';
import { createPage, putFile, slowUpload, storedIn } from '../file-transfers.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer, temporaryFolder } from '../running-server.ts';
import { signIn } from '../signed-in.ts';

const ROUNDS = 10;
/** An answer that was asked for before the end counts, too: this is how exact the figures of requests are. */
const ASK_EVERY_MS = 20;

test('one node on SQLite', { timeout: 300_000 }, async () => {
  const server = await RunningServer.start({ DATABASE_URL: '' });
  await measure(server, server);
});

test('two nodes on Postgres', { timeout: 300_000 }, async () => {
  const environment = {
    DATABASE_URL: await createDatabase(inject('postgres')),
    FILES_URL: pathToFileURL(await temporaryFolder()).href,
  };
  const [one, other] = await Promise.all([
    RunningServer.start(environment),
    RunningServer.start(environment),
  ]);
  await measure(one, other);
});

async function measure(owners: RunningServer, readers: RunningServer): Promise<void> {
  const taken = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, ms] of Object.entries(await endedAfter(owners, readers)))
      taken.set(name, [...(taken.get(name) ?? []), ms]);
  }
  const table = [...taken].map(([name, times]) => {
    const sorted = times.toSorted((one, other) => one - other);
    return {
      name,
      'median ms': Math.round(sorted[ROUNDS / 2]!),
      'most ms': Math.round(sorted.at(-1)!),
    };
  });
  console.table(table);
}

/** In ms, from the moment at which the owner's command is sent. */
async function endedAfter(owners: RunningServer, readers: RunningServer) {
  const [ada, bob] = [await signIn(owners), await signIn(readers)];
  const at = await createPage(ada);
  const { id } = await storedIn(await putFile(randomBytes(1_000), { to: owners, by: ada, at }));
  const owner = await NativeClient.onAuthenticated(owners, { guest: ada });
  const reader = await NativeClient.onAuthenticated(readers, { guest: bob });
  await reader.open(at);
  const { ended: uploaded } = slowUpload({ to: readers, by: bob, at });
  const isOver = () => true;
  expect(await Promise.race([uploaded.then(isOver), sleep(600, false)])).toBe(false);

  const beganMs = performance.now();
  const since = () => performance.now() - beganMs;
  const refused = async (path: string): Promise<number> => {
    for (;;) {
      const answer = await bob.fetch(path);
      await answer.arrayBuffer();
      if (answer.status !== 200) {
        expect(answer.status).toBe(404);
        return since();
      }
      await sleep(ASK_EVERY_MS);
    }
  };
  const ends = Promise.all([
    reader.next('closed').then(since),
    uploaded.then((status) => {
      expect([0, 403, 404]).toContain(status);
      return since();
    }),
    refused(`/api/documents/${at}/markdown`),
    refused(filePath(at, id)),
  ]);
  await runCommand(owner, command({ name: 'link:change', input: { document: at, link: 'off' } }));
  const [document, upload, markdown, download] = await ends;
  return { 'open document': document, upload, export: markdown, download };
}
