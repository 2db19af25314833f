/** Native clients that talk through the built server. */
import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import {
  binaryCodec,
  PROTOCOL_VERSION,
  type DocumentSummary,
  type ListedDocument,
} from '@tandem/protocol';
import { SCHEMA_VERSION, writePage } from '@tandem/document';
import { readAwareness } from '../src/presence/awareness-update.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

async function makeDocument(guest: SignedIn): Promise<string> {
  const id = `document-${randomUUID()}`;
  expect(
    (await guest.fetch('/api/documents', { method: 'POST', body: { id, title: 'Draft' } })).status,
  ).toBe(200);
  return id;
}

async function together() {
  const [ada, bob] = [await signIn(server), await signIn(server)];
  const document = await makeDocument(ada);
  const a = await NativeClient.onAuthenticated(server, { guest: ada });
  const { channel } = await a.open(document, { client: 1 });
  const b = await NativeClient.onAuthenticated(server, { guest: bob });
  await b.open(document, { client: 2 });
  return { ada, bob, document, a, b, channel };
}

function pageUpdate(client: number, text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  writePage(doc, [{ type: 'textBlock', content: [{ type: 'text', text }] }], randomBytes);
  return Y.encodeStateAsUpdate(doc);
}

describe('opening', () => {
  test('takes one round trip: what follows hello in its frame is handled after it, in order', async () => {
    const guest = await signIn(server);
    const document = await makeDocument(guest);
    const client = new NativeClient(server);
    await client.opened();
    client.send(
      {
        type: 'hello',
        channel: 0,
        protocol: PROTOCOL_VERSION,
        schema: SCHEMA_VERSION,
        token: guest.token,
      },
      { type: 'open', channel: 0, ref: 3, document, client: 5 },
      { type: 'ping', channel: 0, nonce: 9 },
    );
    expect(await client.next('opened')).toMatchObject({
      ref: 3,
      document,
      title: 'Draft',
      access: 'edit',
      kind: 'page',
      base: 0,
      offset: 0,
    });
    expect(await client.next('pong')).toMatchObject({ nonce: 9 });
    expect(await client.next('welcome')).toMatchObject({ user: guest.user });
  });

  test('W11: takes one round trip and few frames for all that hello names', async () => {
    const guest = await signIn(server);
    const document = await makeDocument(guest);
    const client = new NativeClient(server);
    let frames = 0;
    client.socket.on('message', () => frames++);
    await client.opened();
    const hello = { type: 'hello', channel: 0, protocol: PROTOCOL_VERSION } as const;
    client.send(
      {
        ...hello,
        schema: SCHEMA_VERSION,
        token: guest.token,
        channels: [
          { type: 'open', ref: 1, document, client: 5 },
          { type: 'open', ref: 2, document: 'nowhere', client: 6 },
          { type: 'subscribe', ref: 3, name: 'library' },
          { type: 'subscribe', ref: 4, name: `chat:${document}` },
          { type: 'subscribe', ref: 5, name: 'chat:nowhere' },
        ],
      },
      { type: 'ping', channel: 0, nonce: 9 },
    );
    expect(await client.next('opened')).toMatchObject({ ref: 1, document });
    expect(await client.next('closed')).toMatchObject({ ref: 2, error: { code: 'not-found' } });
    // Each of them takes a read of its own.
    const subscribed = [await client.next('subscribed'), await client.next('subscribed')];
    expect(subscribed.toSorted((one, other) => one.ref - other.ref)).toMatchObject([
      { ref: 3, name: 'library' },
      { ref: 4, name: `chat:${document}` },
    ]);
    const refused = { ref: 5, error: { code: 'not-found' } };
    expect(await client.next('unsubscribed')).toMatchObject(refused);
    await client.next('pong');
    expect(frames).toBeLessThanOrEqual(6);
    // `hello` is allowed only once.
    client.send({ ...hello, schema: SCHEMA_VERSION, token: guest.token });
    expect(await client.end()).toMatchObject({ code: 4400 });
  });

  test('puts the document on the visitor’s list, and shows who is in it', async () => {
    const { ada, bob, document } = await together();
    const listed = async () => {
      const { documents } = (await (await bob.fetch('/api/documents')).json()) as {
        documents: ListedDocument[];
      };
      return documents.find(({ id }) => id === document);
    };
    await expect.poll(listed).toMatchObject({ title: 'Draft', role: 'editor' });
    const answer = await bob.fetch(`/api/documents/${document}`);
    const { present } = (await answer.json()) as DocumentSummary;
    expect(present.map(({ id }) => id).toSorted()).toEqual([ada.user.id, bob.user.id].toSorted());
  });

  test('gives a guest a welcome to read', async () => {
    const guest = await signIn(server);
    const { documents } = (await (await guest.fetch('/api/documents')).json()) as {
      documents: ListedDocument[];
    };
    expect(documents).toMatchObject([{ title: 'Welcome to Tandem', kind: 'page', role: 'owner' }]);
    const client = await NativeClient.onAuthenticated(server, { guest });
    const { offset } = await client.open(documents[0]?.id ?? '', { client: 4 });
    const { updates } = await client.next('updates', ({ to }) => to === offset);
    const doc = new Y.Doc();
    for (const update of updates) Y.applyUpdate(doc, update);
    expect(doc.getText('text').toString()).toContain('This page is yours.');
  });

  test('again on the same connection starts the channel again', async () => {
    const { a, b, channel, document } = await together();
    a.send({ type: 'update', channel, cseq: 1, update: pageUpdate(1, 'x') });
    await a.next('ack');
    expect(await a.open(document, { client: 1, ref: 2 })).toMatchObject({ channel, offset: 1 });
    await a.next('updates');
    b.send({ type: 'update', channel, cseq: 1, update: pageUpdate(2, 'y') });
    expect(await a.next('updates')).toMatchObject({ from: 1, to: 2 });
  });
});

describe('text', () => {
  test('reaches the others once it is acknowledged, and its author as an acknowledgement alone', async () => {
    const { a, b, channel } = await together();
    const update = pageUpdate(1, 'hello');
    a.send({ type: 'update', channel, cseq: 1, update });
    expect(await a.next('ack')).toEqual({ type: 'ack', channel, cseq: 1, from: 0, to: 1 });
    const updates = await b.next('updates');
    expect(updates).toMatchObject({ from: 0, to: 1 });
    expect(Buffer.from(updates.updates[0] as Uint8Array)).toEqual(Buffer.from(update));
    expect(a.received.some(({ type }) => type === 'updates')).toBe(false);
  });

  test('may be larger than a frame, in parts', async () => {
    const { a, b, channel } = await together();
    const text = 'long text '.repeat(90_000);
    const message = { type: 'update', channel, cseq: 1, update: pageUpdate(1, text) } as const;
    const frames = binaryCodec.split(binaryCodec.encode(message), { channel, maxBytes: 200_000 });
    expect(frames.length).toBeGreaterThan(4);
    for (const frame of frames) a.socket.send(frame);
    await a.next('ack');
    const { updates } = await b.next('updates');
    expect(Buffer.from(updates[0] as Uint8Array)).toEqual(Buffer.from(message.update));
  });

  test('is the same on the JSON subprotocol', async () => {
    const { ada, document, b } = await together();
    const client = await NativeClient.onAuthenticated(server, { guest: ada, format: 'json' });
    const { channel } = await client.open(document, { client: 3 });
    client.send({ type: 'update', channel, cseq: 1, update: pageUpdate(3, 'json') });
    expect(await client.next('ack')).toMatchObject({ cseq: 1 });
    expect((await b.next('updates')).to).toBe(1);
  });

  test('moves the list’s first words a moment later', async () => {
    const { a, ada, document, channel } = await together();
    a.send({ type: 'update', channel, cseq: 1, update: pageUpdate(1, 'The first words') });
    await a.next('ack');
    let excerpt = '';
    await eventually('the excerpt is there', () => {
      void ada
        .fetch(`/api/documents/${document}`)
        .then(async (answer) => (excerpt = ((await answer.json()) as DocumentSummary).excerpt));
      return excerpt === 'The first words';
    });
  });
});

describe('presence', () => {
  test('is sent whole after opening, then by differences, and a clean leave at once', async () => {
    const { ada, bob, a, b, channel } = await together();
    const first = await b.next('presence:changed');
    expect(first).toMatchObject({ full: true, left: [] });
    expect(first.members.map(({ user }) => user).toSorted()).toEqual(
      [ada.user.id, bob.user.id].toSorted(),
    );
    await a.next(
      'presence:changed',
      ({ full, members }) => !full && members.some(({ user }) => user === bob.user.id),
    );
    b.send({ type: 'presence:set', channel, state: 'idle' });
    await a.next('presence:changed', ({ members }) =>
      members.some(({ user, state }) => user === bob.user.id && state === 'idle'),
    );
    b.send({ type: 'leave', channel });
    await a.next('presence:changed', ({ left }) => left.includes(bob.user.id));
  });

  test('sends a new name and colour to everyone, in cursors too', async () => {
    const { ada, a, b, channel } = await together();
    const awareness = new Awareness(new Y.Doc());
    awareness.clientID = 1;
    awareness.setLocalState({ cursor: 7, user: { name: 'forged' } });
    a.send({ type: 'awareness', channel, update: encodeAwarenessUpdate(awareness, [1]) });
    awareness.destroy();
    const stateOf = (update: Uint8Array): unknown => {
      const reading = readAwareness(update);
      return reading.kind === 'ok' ? JSON.parse(reading.entries[0]?.state ?? 'null') : null;
    };
    expect(stateOf((await b.next('awareness')).update)).toEqual({ cursor: 7, user: ada.user });
    const answer = await ada.fetch('/api/me', {
      method: 'PATCH',
      body: { name: 'Augusta', color: 5 },
    });
    const renamed = { ...ada.user, name: 'Augusta', color: 5 };
    expect(await answer.json()).toEqual(renamed);
    await b.next('presence:changed', ({ members }) =>
      members.some(({ name, color }) => name === 'Augusta' && color === 5),
    );
    expect(stateOf((await b.next('awareness')).update)).toEqual({ cursor: 7, user: renamed });
    a.send({ type: 'leave', channel });
    expect(stateOf((await b.next('awareness')).update)).toBeNull();
  });

  test('tells who types, and nobody about themselves', async () => {
    const { ada, a, b, channel } = await together();
    a.send({ type: 'typing:start', channel });
    expect((await b.next('typing:changed')).users).toEqual([ada.user.id]);
    expect((await a.next('typing:changed')).users).toEqual([]);
    a.send({ type: 'typing:stop', channel });
    expect((await b.next('typing:changed')).users).toEqual([]);
    a.send({ type: 'typing:start', channel });
    expect((await b.next('typing:changed')).users).toEqual([ada.user.id]);
    expect((await b.next('typing:changed')).users).toEqual([]);
  });

  test('tells a new title', async () => {
    const { ada, b, document, channel } = await together();
    expect(
      (await ada.fetch(`/api/documents/${document}`, { method: 'PATCH', body: { title: 'Final' } }))
        .status,
    ).toBe(200);
    expect(await b.next('document:changed')).toEqual({
      type: 'document:changed',
      channel,
      title: 'Final',
      access: 'edit',
    });
  });
});

describe('the end', () => {
  test('is announced: all clients get a time to reconnect, and what they sent is on disk', async () => {
    const mine = await RunningServer.start();
    const guest = await signIn(mine);
    const id = `document-${randomUUID()}`;
    await guest.fetch('/api/documents', { method: 'POST', body: { id } });
    const client = await NativeClient.onAuthenticated(mine, { guest });
    const { channel } = await client.open(id, { client: 1 });
    client.send({ type: 'update', channel, cseq: 1, update: pageUpdate(1, 'final words') });
    await client.next('ack');
    const stopped = mine.kill('SIGTERM');
    expect((await client.next('goaway')).retryAfterMs).toBeLessThanOrEqual(1_000);
    expect((await client.end()).code).toBe(1012);
    await stopped;
    const again = await mine.restart();
    const back = await NativeClient.onAuthenticated(again, { guest });
    expect((await back.open(id, { client: 2 })).offset).toBe(1);
  });
});
