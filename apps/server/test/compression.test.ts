/** `permessage-deflate` between the server and clients that offer it, as all browsers do (T13). */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { writePage } from '@tandem/document';
import { create, newDocument, runCommand } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';

let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({ COMPRESS_FROM_BYTES: '4096' }, atEndOfFile());
});

function pageUpdate(client: number, paragraphs: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  const blocks = Array.from({ length: paragraphs }, (_, at) => ({
    type: 'textBlock' as const,
    content: [{ type: 'text' as const, text: `Paragraph ${at} says what all of them say. ` }],
  }));
  writePage(doc, blocks, randomBytes);
  return Y.encodeStateAsUpdate(doc);
}

const bytesRead = ({ socket }: NativeClient): number =>
  (socket as unknown as { readonly _socket: Socket })._socket.bytesRead;
const bytesWritten = ({ socket }: NativeClient): number =>
  (socket as unknown as { readonly _socket: Socket })._socket.bytesWritten;

async function writtenDocument(paragraphs: number) {
  const writer = await NativeClient.onAuthenticated(server);
  const document = newDocument();
  await runCommand(writer, create(document));
  const { channel } = await writer.open(document, { client: 7 });
  const update = pageUpdate(7, paragraphs);
  writer.send({ type: 'update', channel, cseq: 1, update });
  await writer.next('ack');
  return { writer, document, update };
}

test.each(['binary', 'json'] as const)(
  'a large document arrives compressed over %s, whole and in its order',
  async (format) => {
    const { writer, document, update } = await writtenDocument(3_000);
    expect(writer.socket.extensions).toBe('permessage-deflate');
    // This client's own message was compressed, too, and larger than frames before hello may be.
    expect(update.byteLength).toBeGreaterThan(100_000);
    expect(bytesWritten(writer)).toBeLessThan(update.byteLength / 2);

    const reader = await NativeClient.onAuthenticated(server, { format });
    const { offset } = await reader.open(document, { client: 8 });
    const { updates, to } = await reader.next('updates');
    expect(to).toBe(offset);
    const copy = new Y.Doc();
    for (const each of updates) Y.applyUpdate(copy, each);
    const original = new Y.Doc();
    Y.applyUpdate(original, update);
    expect(Y.encodeStateAsUpdate(copy)).toEqual(Y.encodeStateAsUpdate(original));
    expect(bytesRead(reader)).toBeLessThan(update.byteLength / 2);
  },
);

test('a client that does not offer it gets frames as they are', async () => {
  const { document, update } = await writtenDocument(1_000);
  const { token } = await signIn(server);
  const reader = new NativeClient(server, { perMessageDeflate: false });
  await reader.opened();
  reader.hello(token);
  await reader.next('welcome');
  await reader.open(document, { client: 8 });
  await reader.next('updates');
  expect(reader.socket.extensions).toBe('');
  expect(bytesRead(reader)).toBeGreaterThan(update.byteLength);
});

test('a client that asks for a smaller window gets frames as they are', async () => {
  const { document, update } = await writtenDocument(1_000);
  const { token } = await signIn(server);
  const reader = new NativeClient(server, { perMessageDeflate: { serverMaxWindowBits: 9 } });
  await reader.opened();
  reader.hello(token);
  await reader.next('welcome');
  await reader.open(document, { client: 8 });
  await reader.next('updates');
  expect(bytesRead(reader)).toBeGreaterThan(update.byteLength);
});

test('a compressed message that is too large inside ends its connection only', async () => {
  const early = new NativeClient(server);
  await early.opened();
  early.socket.send(Buffer.alloc(1 << 20));
  expect((await early.end()).code).toBe(4413);
  const late = await NativeClient.onAuthenticated(server);
  late.socket.send(Buffer.alloc(1 << 23));
  expect((await late.end()).code).toBe(4413);
  const other = await NativeClient.onAuthenticated(server);
  await runCommand(other, create(newDocument()));
});
