/** Pages on the web from two servers of one database: PB5 to PB7 of PROTOCOL.md. */
import { pathToFileURL } from 'node:url';
import { expect, inject, test } from 'vitest';
import type { Call } from '@tandem/protocol';
import { publicFilePath, publicPagePath } from '@tandem/protocol/public-pages';
import { png } from '../../src/files/testing/image-heads.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { command, runCommand, subscribe } from '../event-client.ts';
import { createPage, putFile, storedIn } from '../file-transfers.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer, temporaryFolder } from '../running-server.ts';
import { signUp } from '../signed-up.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

const POLL = { interval: 20, timeout: 15_000 };

async function scene() {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const FILES_URL = pathToFileURL(await temporaryFolder()).href;
  const start = () => RunningServer.start({ DATABASE_URL, FILES_URL, ENGINE_WORKERS: '1' });
  const nodes = [await start(), await start()] as const;
  const ada = await signUp(nodes[0]);
  const owner = await NativeClient.onAuthenticated(nodes[0], { guest: ada });
  const document = await createPage(ada);
  const run = (call: Call) => runCommand(owner, command(call));
  const publish = async () => {
    await run({ name: 'document:publish', input: { document } });
    const reader = await NativeClient.onAuthenticated(nodes[0], { guest: ada });
    const { state } = await subscribe(reader, `sharing:${document}`);
    reader.socket.close();
    return state?.type === 'sharing' ? (state.publication?.id ?? '') : '';
  };
  const view = (node: RunningServer, path: string) => fetch(node.url + path);
  const write = (text: string) =>
    fetch(`${nodes[0].url}/api/documents/${document}/markdown`, {
      ...{ method: 'PUT', headers: { Cookie: ada.cookie }, body: text },
    });
  const statuses = async (path: string) =>
    (await Promise.all(nodes.map((node) => view(node, path)))).map(({ status }) => status);
  /** At the node where nothing was done. */
  const shows = (path: string, expected: string) =>
    expect.poll(async () => await (await view(nodes[1], path)).text(), POLL).toContain(expected);
  const isGoneWithinASecond = async (path: string) => {
    const began = performance.now();
    await shows(path, 'This page is not here');
    expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  };
  return { nodes, ada, document, run, publish, view, write, statuses, shows, isGoneWithinASecond };
}

test('PB5 PB6 what one node changes or takes off is so at the other one', async () => {
  const { nodes, document, run, publish, ...rest } = await scene();
  const { view, write, statuses, shows, isGoneWithinASecond } = rest;
  const path = publicPagePath(await publish(), '');
  expect(await statuses(path)).toEqual([200, 200]);
  await write('High water at nine.');
  await shows(path, 'High water at nine.');
  const etags = () =>
    Promise.all(nodes.map(async (node) => (await view(node, path)).headers.get('etag')));
  await expect.poll(async () => new Set(await etags()).size, POLL).toBe(1);
  await run({ name: 'document:unpublish', input: { document } });
  await isGoneWithinASecond(path);
  expect(await statuses(path)).toEqual([404, 404]);
  const again = publicPagePath(await publish(), '');
  // What was made a moment ago may rest for the fourfold of that time (PB5).
  await expect.poll(() => statuses(again), POLL).toEqual([200, 200]);
  await run({ name: 'document:trash', input: { document } });
  await isGoneWithinASecond(again);
  expect(await statuses(again)).toEqual([404, 404]);
});

test('PB7 a file that leaves the text is gone at the other node, too', async () => {
  const { nodes, ada, document, publish, write, statuses, shows } = await scene();
  const id = await publish();
  const page = publicPagePath(id, '');
  const put = { to: nodes[0], by: ada, at: document, name: 'quay.png' };
  const file = publicFilePath(id, (await storedIn(await putFile(png(64, 32), put))).id);
  await write(`![Quay](tandem-file:${file.split('/').at(-1)}?name=quay.png)`);
  await shows(page, file);
  await expect.poll(() => statuses(file), POLL).toEqual([200, 200]);
  await write('Nothing to see.');
  await shows(page, 'Nothing to see.');
  await expect.poll(() => statuses(file), POLL).toEqual([404, 404]);
});
