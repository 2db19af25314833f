/** Invalid input: its sender gets an error message, and no other client is affected. */
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { binaryCodec, MAX_FRAME_BYTES } from '@tandem/protocol';
import { eventually } from './eventually.ts';
import { refusal } from './well-behaved-client.ts';
import { hostileFixture } from './hostile-fixture.ts';
import { NativeClient } from './native-client.ts';

const fixture = hostileFixture();

const bytes = (...parts: number[]) => Buffer.from(parts);

describe('a document', () => {
  test('that does not exist is not opened, and the connection goes on', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    client.send({ type: 'open', channel: 0, ref: 5, document: 'no-such-document', client: 3 });
    expect(await client.next('closed')).toMatchObject({
      channel: 0,
      ref: 5,
      error: { code: 'not-found' },
    });
    expect((await client.open(fixture.document, { client: 8 })).document).toBe(fixture.document);
  });

  test('is not written under another person’s client id', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server);
    client.send({ type: 'open', channel: 0, ref: 5, document: fixture.document, client: 7 });
    expect(await client.next('closed')).toMatchObject({ error: { code: 'client-taken' } });
  });
});

describe('an update', () => {
  test.each([
    ['does not decode', Uint8Array.of(1, 2, 3, 4, 5)],
    ['claims 33 million structs', Uint8Array.of(1, 0xff, 0xff, 0xff, 0x0f, 1, 0)],
    ['is empty', new Uint8Array()],
  ])('that %s is refused, and its channel with it', async (_what, update) => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const opened = await client.open(fixture.document, { client: 9 });
    client.send({ type: 'update', channel: opened.channel, cseq: 1, update });
    const nack = await client.next('nack');
    expect(nack).toMatchObject({ cseq: 1, error: { code: 'invalid-update' } });
    expect(nack.error.message).toMatch(/\.$/);
    expect(client.closed).toBeNull();
    expect((await client.open(fixture.document, { client: 10 })).document).toBe(fixture.document);
  });

  test('with a number out of turn ends its channel', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const opened = await client.open(fixture.document, { client: 9 });
    client.send({ type: 'update', channel: opened.channel, cseq: 5, update: Uint8Array.of(0, 0) });
    expect(await client.next('closed')).toMatchObject({
      channel: opened.channel,
      error: { code: 'bad-message' },
    });
  });

  test('W14 is refused as soon as the document needs a newer client than its sender', async () => {
    const old = await NativeClient.onAuthenticated(fixture.server, {
      guest: fixture.guest,
      schema: 0,
    });
    const { channel, ...opened } = await old.open(fixture.document, { client: 9 });
    expect(opened).toMatchObject({ access: 'edit', schema: 0 });
    await fixture.honest.write();
    expect(await old.next('document:changed')).toMatchObject({ channel, access: 'view' });
    const outdated = { channel, error: { code: 'schema-outdated' } };
    expect(await old.next('error')).toMatchObject(outdated);
    old.send({ type: 'update', channel, cseq: 1, update: Uint8Array.of(0, 0) });
    expect(await old.next('nack')).toMatchObject({ error: { code: 'read-only' } });
    old.received.length = 0;
    expect(await old.open(fixture.document, { client: 9 })).toMatchObject({
      access: 'view',
      schema: 1,
    });
    expect(await old.next('error')).toMatchObject(outdated);
  });

  test('in parts has its limit', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const part = {
      type: 'fragment',
      channel: 0,
      last: false,
      bytes: Buffer.alloc(1_000_000),
    } as const;
    for (let i = 0; i < 17; i++) client.socket.send(binaryCodec.encode(part));
    expect(await refusal(client)).toMatchObject({
      code: 4413,
      sentence: expect.stringContaining('even in parts') as string,
    });
  });
});

describe('presence', () => {
  test.each([
    [
      'deep',
      Buffer.concat([bytes(1, 5, 1), lengthPrefixed('{"a":'.repeat(200) + '1' + '}'.repeat(200))]),
      'too deep',
    ],
    ['not what it should be', bytes(255, 255, 255, 15), 'more awareness entries than bytes'],
  ])('that is %s is refused', async (_what, update, reason) => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const opened = await client.open(fixture.document, { client: 9 });
    client.send({ type: 'awareness', channel: opened.channel, update });
    expect(await refusal(client)).toMatchObject({
      code: 4400,
      sentence: expect.stringContaining(reason) as string,
    });
  });
});

describe('too much', () => {
  test('ends the connection with the word to come back', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const pings = Array.from(
      { length: 1_000 },
      () => ({ type: 'ping', channel: 0, nonce: 1 }) as const,
    );
    for (let i = 0; i < 4; i++) client.send(...pings);
    expect((await client.next('error')).error).toMatchObject({
      code: 'too-many',
      temporary: true,
      retryAfterMs: 1_000,
    });
    expect((await client.end()).code).toBe(4529);
  });

  test('is also too many connections of one person', async () => {
    for (let i = 0; i < 19; i++)
      await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const client = new NativeClient(fixture.server);
    await client.opened();
    client.hello(fixture.guest.token);
    expect(await refusal(client)).toEqual({
      code: 4529,
      sentence:
        'You have as many tabs open as one person may have (20). Close some; this one comes in by itself.',
    });
  });
});

describe('a request', () => {
  const raw = async (request: string): Promise<string> => {
    const socket = connect(fixture.server.port, 'localhost');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => {});
    socket.write(request);
    // A refusal ends the connection behind its sentence.
    const isOpened = () => answer.startsWith('HTTP/1.1 101') && answer.includes('\r\n\r\n');
    await eventually('answered', () => socket.destroyed || isOpened());
    socket.destroy();
    return answer;
  };
  const upgrade = (path: string, headers = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: localhost:${fixture.server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

  test('for a socket elsewhere, from elsewhere or without a subprotocol is refused in words', async () => {
    expect(await raw(upgrade('/nowhere'))).toMatch(/^HTTP\/1\.1 404[^]*Sockets are at \/sync/);
    expect(await raw(upgrade('/sync'))).toMatch(
      /^HTTP\/1\.1 400[^]*Offer the subprotocol tandem\.v1/,
    );
    const offer = 'Sec-WebSocket-Protocol: tandem.v1\r\n';
    expect(await raw(upgrade('/sync', `${offer}Origin: https://evil.example\r\n`))).toMatch(
      /^HTTP\/1\.1 403[^]*another site/,
    );
    expect(await raw(upgrade('/yjs/notes', 'Origin: https://evil.example\r\n'))).toMatch(
      /^HTTP\/1\.1 403/,
    );
    expect(await raw(upgrade('/yjs/notes', `Cookie: ${fixture.guest.cookie}\r\n`))).toMatch(
      /^HTTP\/1\.1 403/,
    );
    expect(
      await raw(upgrade('/sync', `${offer}Origin: http://localhost:${fixture.server.port}\r\n`)),
    ).toMatch(/^HTTP\/1\.1 101/);
    expect(await (await fetch(`${fixture.server.url}/sync`)).json()).toMatchObject({
      error: { message: 'This address is a WebSocket.' },
    });
  });

  test('with a body that is too large, not JSON or not what it should be is answered in words', async () => {
    const large = await fixture.guest.fetch('/api/documents', {
      method: 'POST',
      body: { id: fixture.document, title: 'x'.repeat(70_000) },
    });
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({
      error: { code: 'too-large', message: 'The body is larger than 65536 bytes.' },
    });
    const headers = { Cookie: fixture.guest.cookie };
    const broken = await fetch(`${fixture.server.url}/api/documents`, {
      method: 'POST',
      headers,
      body: '{',
    });
    expect([broken.status, await broken.json()]).toMatchObject([
      400,
      { error: { message: 'The body is not JSON.' } },
    ]);
    const odd = await fixture.guest.fetch('/api/me', { method: 'PATCH', body: { color: 99 } });
    expect([odd.status, await odd.json()]).toMatchObject([
      400,
      { error: { message: expect.stringContaining('"color" in the body') as string } },
    ]);
    const unknown = await fixture.guest.fetch('/api/documents/..%2f..%2fetc');
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { error: { code: 'not-found' } },
    ]);
    expect((await fixture.guest.fetch('/api/nothing')).status).toBe(404);
  });

  test('from another site changes nothing', async () => {
    const answer = await fixture.guest.fetch('/api/me', {
      method: 'PATCH',
      body: { name: 'Mallory' },
      headers: { Origin: 'https://evil.example' },
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      403,
      { error: { code: 'forbidden' } },
    ]);
  });

  test('that never ends is ended', async () => {
    const started = Date.now();
    expect(await raw('GET / HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1\.1 408/);
    expect(Date.now() - started).toBeLessThan(12_000);
  });
});

describe('a stock client', () => {
  const stock = (path: string) => {
    const socket = new WebSocket(`${fixture.server.socketUrl}${path}`);
    const seen: Buffer[] = [];
    let code = 0;
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => seen.push(data));
    socket.on('close', (closed) => (code = closed));
    return {
      socket,
      seen,
      opened: () => eventually('open', () => socket.readyState === WebSocket.OPEN),
      closed: async () => (await eventually('closed', () => code > 0), code),
    };
  };

  test.each([
    ['text', 'hello', 4400],
    ['an unknown message', bytes(0, 9, 0), 4400],
    ['a sync message cut short', bytes(0, 0, 200), 4400],
    ['an unknown Hocuspocus message', bytes(1, 97, 77), 4400],
    ['a Hocuspocus name cut short', bytes(99, 97), 4400],
    ['a first frame that is too large', Buffer.alloc(MAX_FRAME_BYTES + 1), 4413],
  ])('that sends %s is closed', async (_what, data, code) => {
    const client = stock('/yjs/notes');
    await client.opened();
    client.socket.send(data);
    expect(await client.closed()).toBe(code);
  });

  test('that sends an update which does not decode gets the reason', async () => {
    const client = stock('/yjs/notes');
    await client.opened();
    client.socket.send(bytes(0, 0, 1, 0));
    await eventually('synced', () => client.seen.some((frame) => frame[0] === 0 && frame[1] === 1));
    client.socket.send(bytes(0, 2, 5, 1, 2, 3, 4, 5));
    expect(await client.closed()).toBe(4422);
    const denial = client.seen.find((frame) => frame[0] === 2);
    expect(denial?.subarray(3).toString()).toMatch(/^The change .*\.$/);
  });

  test('that sends nothing is closed', async () => {
    const client = stock('/yjs/notes');
    await client.opened();
    expect(await client.closed()).toBe(4508);
  });
});

function lengthPrefixed(text: string): Buffer {
  const length = Buffer.byteLength(text);
  return Buffer.concat([bytes((length & 0x7f) | 0x80, length >> 7), Buffer.from(text)]);
}
