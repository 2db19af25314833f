/** Full text search over HTTP, fresh a moment after it was typed. */
import { randomBytes } from 'node:crypto';
import { writePage } from '@tandem/document';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { SearchResults } from '@tandem/protocol';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const CLIENT = 7;
/** Fresh within two seconds of a keystroke; the rest is for a busy machine. */
const FRESH = { timeout: 10_000, interval: 50 };

const server = await RunningServer.start({}, atEndOfFile());

async function search(guest: SignedIn, text: string): Promise<SearchResults['results']> {
  const response = await guest.fetch(`/api/search?text=${encodeURIComponent(text)}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as SearchResults).results;
}

async function page(guest: SignedIn, title: string): Promise<string> {
  const id = `page-${ulid()}`;
  const response = await guest.fetch('/api/documents', { method: 'POST', body: { id, title } });
  expect(response.status).toBe(200);
  return id;
}

async function write(client: NativeClient, document: string, text: string): Promise<void> {
  const { channel } = await client.open(document, { client: CLIENT });
  const doc = new Y.Doc();
  doc.clientID = CLIENT;
  writePage(doc, [{ type: 'textBlock', content: [{ type: 'text', text }] }], randomBytes);
  client.send({ type: 'update', channel, cseq: 1, update: Y.encodeStateAsUpdate(doc) });
  await client.next('ack');
}

test('SE5 what was typed is found within two seconds, by those who may read it', async () => {
  const [ada, eve] = [await signIn(server), await signIn(server)];
  const document = await page(ada, 'Tide log');
  const client = await NativeClient.onAuthenticated(server, { guest: ada });
  await write(client, document, 'High water at nine, 東京の満潮.');
  await expect.poll(() => search(ada, '満潮'), FRESH).toHaveLength(1);
  const [result] = await search(ada, 'nine wat');
  expect(result).toMatchObject({
    document,
    title: 'Tide log',
    excerpt: 'High water at nine, 東京の満潮.',
    matches: [
      { from: 5, to: 8 },
      { from: 14, to: 18 },
    ],
  });
  expect(await search(ada, 'tide')).toMatchObject([{ document }]);
  expect(await search(eve, 'tide')).toEqual([]);
  expect((await fetch(`${server.url}/api/search?text=tide`)).status).toBe(401);
  expect((await ada.fetch(`/api/search?text=${'x'.repeat(300)}`)).status).toBe(400);
});

test('a new title is found, and what is in the trash is not', async () => {
  const ada = await signIn(server);
  const document = await page(ada, 'Tide log');
  await expect.poll(() => search(ada, 'log'), FRESH).toHaveLength(1);
  const response = await ada.fetch(`/api/documents/${document}`, {
    method: 'PATCH',
    body: { title: 'Harbour' },
  });
  expect(response.status).toBe(200);
  await expect.poll(() => search(ada, 'harbour'), FRESH).toHaveLength(1);
  expect(await search(ada, 'tide')).toEqual([]);
  const client = await NativeClient.onAuthenticated(server, { guest: ada });
  const trash = { name: 'document:trash', input: { document } } as const;
  client.send({ type: 'command', channel: 0, id: ulid(), ...trash });
  await client.next('done');
  expect(await search(ada, 'harbour')).toEqual([]);
});
