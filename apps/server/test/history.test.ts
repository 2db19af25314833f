/** History over HTTP (HY2–HY7): for editors, over compactions, until the document is purged. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { decodeHistoryRows, type HistoryAuthors, type HistoryPage } from '@tandem/protocol';
import * as Y from 'yjs';
import { runCommand } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { ulid } from 'ulid';

const CLIENT = 7;
const METRICS_TOKEN = 'a-token-for-metrics';
const server = await RunningServer.start({ METRICS_TOKEN }, atEndOfFile());

async function history(guest: SignedIn, document: string, rest = ''): Promise<HistoryPage> {
  const response = await guest.fetch(`/api/documents/${document}/history${rest}`);
  expect(response.status).toBe(200);
  return (await response.json()) as HistoryPage;
}

async function bytes(guest: SignedIn, path: string): Promise<Uint8Array> {
  const response = await guest.fetch(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  return new Uint8Array(await response.arrayBuffer());
}

/** A page of one author who typed `letters`, a letter in each row. */
async function typed(letters: string) {
  const ada = await signIn(server);
  const document = `page-${randomUUID()}`;
  await ada.fetch('/api/documents', { method: 'POST', body: { id: document } });
  const client = await NativeClient.onAuthenticated(server, { guest: ada });
  const { channel } = await client.open(document, { client: CLIENT });
  const doc = new Y.Doc();
  doc.clientID = CLIENT;
  let cseq = 0;
  doc.on('update', (update: Uint8Array) =>
    client.send({ type: 'update', channel, cseq: ++cseq, update }),
  );
  for (const [i, letter] of [...letters].entries()) doc.getText('text').insert(i, letter);
  await expect
    .poll(() => client.received.findLast(({ type }) => type === 'ack'), { timeout: 10_000 })
    .toMatchObject({ cseq });
  return { ada, document, client, channel, doc };
}

let lastClient = CLIENT;

/** What an opening brings: the text, and the words that were deleted. */
async function opened(guest: SignedIn, document: string) {
  const reader = await NativeClient.onAuthenticated(server, { guest });
  const { offset } = await reader.open(document, { client: ++lastClient });
  const copy = new Y.Doc({ gc: false });
  await expect
    .poll(
      () =>
        reader.received.flatMap((message) => (message.type === 'updates' ? message : [])).at(-1)
          ?.to,
      { timeout: 10_000 },
    )
    .toBe(offset);
  for (const message of reader.received)
    if (message.type === 'updates')
      for (const update of message.updates) Y.applyUpdate(copy, update);
  const items = [...copy.store.clients.values()]
    .flat()
    .filter((struct) => struct instanceof Y.Item);
  const deleted = items.flatMap(({ deleted: isGone, content }) =>
    isGone && content instanceof Y.ContentString ? content.str : [],
  );
  return { text: copy.getText('text').toString(), deleted: deleted.join('') };
}

test('HY2 HY3 HY4 who wrote when, the text at any row, and the rows', async () => {
  const letters = 'abcdefghij'.repeat(70);
  const { ada, document } = await typed(letters);
  const path = `/api/documents/${document}/history`;
  const user = expect.any(String) as string;
  const check = async (): Promise<void> => {
    const page = await history(ada, document);
    expect(page).toMatchObject({ head: 700, next: null });
    expect(page.sessions).toMatchObject([{ from: 1, to: 700, authors: [{ user, changes: 700 }] }]);
    expect(page.people).toMatchObject([{ id: page.sessions[0]!.authors[0]!.user }]);
    for (const offset of [0, 1, 333, 700]) {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, await bytes(ada, `${path}/state?offset=${offset}`));
      expect(doc.getText('text').toString()).toBe(letters.slice(0, offset));
    }
    const rows = decodeHistoryRows(await bytes(ada, `${path}/rows?after=498&to=502`));
    expect(rows.map(({ offset }) => offset)).toEqual([499, 500, 501, 502]);
  };
  await check();
  const compactions = async () => {
    const metrics = await (
      await fetch(`${server.url}/metrics`, {
        headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
      })
    ).text();
    return Number(/tandem_compaction_seconds_count (\d+)/.exec(metrics)?.[1]);
  };
  await expect.poll(compactions, { timeout: 10_000 }).toBeGreaterThan(0);
  await check();
  const authors = (await (await ada.fetch(`${path}/authors`)).json()) as HistoryAuthors;
  expect(authors.clients).toEqual([[CLIENT, authors.people[0]!.id]]);
});

test('PO6 only those who may write see the history, and nobody after a purge', async () => {
  const { ada, document, client } = await typed('ab');
  const bob = await signIn(server);
  const status = async (guest: SignedIn, rest = '') =>
    (await guest.fetch(`/api/documents/${document}/history${rest}`)).status;
  expect(await status(bob)).toBe(200);
  const run = (name: string, input: object) =>
    runCommand(client, { type: 'command', channel: 0, id: ulid(), name, input } as never);
  await run('link:change', { document, link: 'view' });
  for (const rest of ['', '/authors', '/state?offset=1', '/rows?after=0&to=2']) {
    expect(await status(bob, rest)).toBe(403);
    expect((await fetch(`${server.url}/api/documents/${document}/history${rest}`)).status).toBe(
      401,
    );
  }
  await run('link:change', { document, link: 'off' });
  expect(await status(bob)).toBe(404);
  expect(await status(ada)).toBe(200);
  await run('document:trash', { document });
  expect(await status(ada)).toBe(403);
  await run('document:purge', { document });
  expect(await status(ada)).toBe(404);
});

test('SY43 PO6 what an owner deleted before sharing reaches no viewer', async () => {
  const { ada, document, client, doc } = await typed('secret, shown');
  doc.getText('text').delete(0, 8);
  await expect
    .poll(() => client.received.findLast(({ type }) => type === 'ack'), { timeout: 10_000 })
    .toMatchObject({ cseq: 14 });
  const run = (input: object) =>
    runCommand(client, {
      type: 'command',
      channel: 0,
      id: ulid(),
      name: 'link:change',
      input,
    } as never);
  await run({ document, link: 'view' });
  const bob = await signIn(server);
  expect(await opened(bob, document)).toEqual({ text: 'shown', deleted: '' });
  expect(await opened(ada, document)).toEqual({ text: 'shown', deleted: 'secret, ' });
  await run({ document, link: 'edit' });
  expect(await opened(await signIn(server), document)).toMatchObject({ deleted: 'secret, ' });
});

test('requests that make no sense are refused', async () => {
  const { ada, document } = await typed('a');
  const path = `/api/documents/${document}/history`;
  for (const [rest, status] of [
    ['?before=x', 400],
    ['/state', 400],
    ['/state?offset=-1', 400],
    ['/state?offset=9', 404],
    ['/rows?after=0', 400],
    ['/rows?after=5&to=2', 200],
  ] as const)
    expect((await ada.fetch(path + rest)).status).toBe(status);
  expect((await ada.fetch('/api/documents/none/history')).status).toBe(404);
});
