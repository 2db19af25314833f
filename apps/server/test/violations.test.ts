/** Repeated harmful updates: their sender is disconnected, and no other client is affected. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

/** As `VIOLATIONS.maxPerUser` of the server. */
const TOLERATED = 3;

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

afterEach(() => expect(server.alive).toBe(true));

async function createPage(owner: SignedIn): Promise<string> {
  const document = `document-${randomUUID()}`;
  await owner.fetch('/api/documents', { method: 'POST', body: { id: document } });
  return document;
}

/** Decodes, and violates the page's schema only when applied. */
function poison(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('no root of a page').insert(0, 'x');
  return Y.encodeStateAsUpdate(doc);
}

async function violate(client: NativeClient, document: string): Promise<void> {
  const { channel } = await client.open(document, { client: Math.ceil(Math.random() * 1e9) });
  client.send({ type: 'update', channel, cseq: 1, update: poison() });
  expect(await client.next('nack')).toMatchObject({ cseq: 1, error: { code: 'invalid-update' } });
}

describe('W19: a user whose updates are refused', () => {
  test(`stays connected ${TOLERATED} times, is closed after the next nack, and waits to come back`, async () => {
    const guest = await signIn(server);
    const document = await createPage(guest);
    const other = await NativeClient.onAuthenticated(server);
    const { channel } = await other.open(document, { client: 7 });
    const client = await NativeClient.onAuthenticated(server, { guest });
    for (let i = 0; i < TOLERATED; i++) await violate(client, document);
    client.send({ type: 'ping', channel: 0, nonce: 1 });
    await client.next('pong');
    expect(client.closed).toBeNull();

    await violate(client, document);
    expect(await client.end()).toEqual({ code: 4422, reason: 'invalid-update' });

    const again = new NativeClient(server);
    await again.opened();
    again.hello(guest.token);
    const { error } = await again.next('error');
    expect(error).toMatchObject({ code: 'too-many', temporary: true });
    expect(error.retryAfterMs).toBeGreaterThan(1_000);
    expect((await again.end()).code).toBe(4529);

    const doc = new Y.Doc();
    doc.clientID = 7;
    doc.getMap('meta').set('schemaVersion', 1);
    other.send({ type: 'update', channel, cseq: 1, update: Y.encodeStateAsUpdate(doc) });
    await other.next('ack');
    expect(other.closed).toBeNull();
  });
});
