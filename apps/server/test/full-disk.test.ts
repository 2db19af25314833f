/**
 * A full disk, simulated by a file size limit: writers get an error, nothing is reported as saved,
 * reading works, and once there is space, all saved data is there.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';

const KIB = 1024;

test('calls nothing saved that is not, and goes on once there is space', async () => {
  const first = await RunningServer.start();
  const guest = await signIn(first);
  const id = `document-${randomUUID()}`;
  await guest.fetch('/api/documents', { method: 'POST', body: { id } });
  await first.kill('SIGTERM');

  const full = await first.restart({ maxFileKib: 600 });
  const writer = await NativeClient.onAuthenticated(full, { guest });
  const { channel } = await writer.open(id, { client: 1 });
  const doc = new Y.Doc();
  doc.clientID = 1;
  let cseq = 0;
  let acknowledged = 0;
  while (cseq < 40 && !writer.received.some(({ type }) => type === 'storage:changed')) {
    const update = write(doc);
    writer.send({ type: 'update', channel, cseq: ++cseq, update });
    await eventually('an answer', () =>
      writer.received.some(({ type }) => type === 'ack' || type === 'storage:changed'),
    );
    for (const message of writer.received) if (message.type === 'ack') acknowledged = message.cseq;
    writer.received.splice(0, writer.received.findLastIndex(({ type }) => type === 'ack') + 1);
  }
  expect(await writer.next('storage:changed')).toMatchObject({
    channel,
    error: {
      code: 'storage-failed',
      temporary: true,
    },
  });
  expect(acknowledged).toBeGreaterThan(0);
  expect(acknowledged).toBeLessThan(cseq);

  const session = await fetch(`${full.url}/api/session`, {
    method: 'POST',
    headers: { Cookie: guest.cookie },
  });
  expect(session.status).toBe(200);
  const reader = await NativeClient.onAuthenticated(full, { guest });
  const opening = await reader.open(id, { client: 2 });
  expect(opening.offset).toBe(acknowledged);
  // W44: also for a client that opens while storing fails.
  expect(await reader.next('storage:changed')).toMatchObject({
    channel: opening.channel,
    error: { code: 'storage-failed' },
  });
  expect((await fetch(`${full.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${full.url}/readyz`)).status).toBe(503);
  const change = (path: string, body: object) => {
    const headers = { Cookie: guest.cookie, 'Content-Type': 'application/json' };
    return fetch(`${full.url}${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
  };
  const answers = [
    await unlessStored((letter) => change(`/api/documents/${id}`, { title: letter.repeat(100) })),
    await unlessStored((letter) => change('/api/me', { name: `Ada ${letter}` })),
  ];
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'storage-failed',
        message: expect.stringContaining('cannot write to its disk'),
      },
    });
  }
  // Commands use another worker: connections are notified at once or when they are opened.
  const later = await NativeClient.onAuthenticated(full, { guest });
  for (const client of [reader, later]) {
    expect(await client.next('storage:changed')).toMatchObject({
      channel: 0,
      error: { code: 'storage-failed' },
    });
  }
  expect(full.alive).toBe(true);
  await full.kill();

  const isWritable = await full.restart();
  const back = await NativeClient.onAuthenticated(isWritable, { guest });
  const opened = await back.open(id, { client: 3 });
  expect(opened.offset).toBeGreaterThanOrEqual(acknowledged);
  back.send({ type: 'update', channel: opened.channel, cseq: 1, update: write(new Y.Doc()) });
  await back.next('ack');
  expect((await fetch(`${isWritable.url}/readyz`)).status).toBe(200);
});

/** The first failure: small writes may succeed for a while when a paragraph does not fit. */
async function unlessStored(change: (letter: string) => Promise<Response>): Promise<Response> {
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
    const answer = await change(letter);
    if (answer.status !== 200) return answer;
  }
  throw new Error('the disk was never full');
}

function write(doc: Y.Doc): Uint8Array {
  const before = Y.encodeStateVector(doc);
  const text = doc.getText('text');
  doc.transact(() => {
    text.insertEmbed(text.length, { id: randomBytes(12).toString('base64url') });
    text.insert(text.length, randomBytes(24 * KIB).toString('base64'));
  });
  return Y.encodeStateAsUpdate(doc, before);
}
