import * as encoding from 'lib0/encoding';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { MAX_FRAME_BYTES_BEFORE_HELLO } from '@tandem/protocol';
import { eventually } from './eventually.ts';
import { packageVersion } from './package-version.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';
import { openYWebsocket as open, Y_WEBSOCKETS } from './stock-y-websocket.ts';

test('opens a document that many people wrote in, whose state vector is large', async () => {
  const server = await RunningServer.start();
  const people = new Map(Array.from({ length: 20_000 }, (_, i) => [4_000_000_000 + i, 1]));
  const frame = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint8Array(encoder, Y.encodeStateVector(people));
  });
  expect(frame.byteLength).toBeGreaterThan(MAX_FRAME_BYTES_BEFORE_HELLO);
  const socket = new WebSocket(`${server.socketUrl}/yjs/notes`);
  onTestFinished(() => socket.terminate());
  const outcome = new Promise((resolve) => {
    socket.on('message', () => resolve('answered'));
    socket.on('close', (code) => resolve(code));
  });
  socket.on('open', () => socket.send(frame));
  expect(await outcome).toBe('answered');
});

describe.each(Y_WEBSOCKETS)('%s', (name, Provider) => {
  test(`converges, in ${packageVersion(name)}`, async () => {
    const server = await RunningServer.start();
    const a = open(Provider, server);
    const b = open(Provider, server);
    a.text.insert(0, 'before sync. ');
    await eventually('both synced', () => a.provider.synced && b.provider.synced);
    for (let i = 0; i < 20; i++) {
      a.text.insert(a.text.length, 'a');
      b.text.insert(0, 'b');
    }
    await eventually(
      'equal',
      () => a.text.length === 53 && a.text.toString() === b.text.toString(),
    );
    const late = open(Provider, server);
    await eventually('a newcomer has it', () => late.text.toString() === a.text.toString());
  });

  test('sees presence both ways, and its end', async () => {
    const server = await RunningServer.start();
    const a = open(Provider, server);
    const b = open(Provider, server);
    a.awareness.setLocalState({ who: 'a' });
    b.awareness.setLocalState({ who: 'b' });
    await eventually(
      'a sees b',
      () => a.awareness.getStates().get(b.doc.clientID)?.['who'] === 'b',
    );
    await eventually(
      'b sees a',
      () => b.awareness.getStates().get(a.doc.clientID)?.['who'] === 'a',
    );
    const late = open(Provider, server);
    await eventually('a newcomer sees both', () => late.awareness.getStates().size === 3);
    b.awareness.setLocalStateField('who', 'bee');
    await eventually(
      'a sees the change',
      () => a.awareness.getStates().get(b.doc.clientID)?.['who'] === 'bee',
    );
    b.provider.disconnect();
    await eventually('b is gone', () => !a.awareness.getStates().has(b.doc.clientID));
    b.provider.connect();
    b.awareness.setLocalStateField('who', 'back');
    await eventually(
      'b is back',
      () => a.awareness.getStates().get(b.doc.clientID)?.['who'] === 'back',
    );
  });

  test('loses nothing over kill -9 and a restart', async () => {
    let server = await RunningServer.start();
    const a = open(Provider, server);
    const b = open(Provider, server);
    await eventually('both synced', () => a.provider.synced && b.provider.synced);
    a.text.insert(0, 'one ');
    await eventually('b has it', () => b.text.toString() === 'one ');
    await server.kill();
    a.text.insert(4, 'two ');
    b.text.insert(b.text.length, 'three ');
    server = await server.restart();
    await eventually(
      'both have all',
      () => a.text.length === 14 && a.text.toString() === b.text.toString(),
    );
    a.text.insert(0, 'zero ');
    await eventually('and go on', () => b.text.toString().startsWith('zero '));
    const late = open(Provider, server);
    await eventually('so has a newcomer', () => late.text.toString() === a.text.toString());
  });

  test('gets the reason of a refusal', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const server = await RunningServer.start({ ALLOW_ADHOC_DOCUMENTS: 'false' });
    const codes = new Set<number>();
    const unknown = open(Provider, server, { document: 'nobody-made-this' });
    unknown.provider.on('connection-close', (event: { code: number } | null) =>
      codes.add(event?.code ?? 0),
    );
    await eventually('closed as not found', () => codes.has(4404));
    expect(warn.mock.calls.flat().join()).toContain('No document was found at this address.');
    unknown.provider.disconnect();
    const forged = open(Provider, server, { protocols: ['token.forged'] });
    forged.provider.on('connection-close', (event: { code: number } | null) =>
      codes.add(event?.code ?? 0),
    );
    await eventually('closed as unauthenticated', () => codes.has(4401));
    expect(warn.mock.calls.flat().join()).toContain('This token is not valid');
    forged.provider.disconnect();
    const misnamed = open(Provider, server, { document: 'a%2Fb' });
    misnamed.provider.on('connection-close', (event: { code: number } | null) =>
      codes.add(event?.code ?? 0),
    );
    codes.clear();
    await eventually('closed as not found', () => codes.has(4404));
    expect(warn.mock.calls.flat().join()).toContain('1 to 64 letters');
  });

  test('writes as the person whose token it brings', async () => {
    const server = await RunningServer.start();
    const { token } = await signIn(server);
    const a = open(Provider, server, { protocols: ['yjs', `token.${token}`] });
    const b = open(Provider, server);
    await eventually('both synced', () => a.provider.synced && b.provider.synced);
    a.text.insert(0, 'signed');
    await eventually('b has it', () => b.text.toString() === 'signed');
  });
});

test('lets three generations write together', async () => {
  const server = await RunningServer.start();
  const clients = Y_WEBSOCKETS.map(([, Provider]) => open(Provider, server));
  await eventually('all synced', () => clients.every(({ provider }) => provider.synced));
  clients.forEach(({ text }, index) => text.insert(0, String(index)));
  await eventually('all equal', () =>
    clients.every(
      ({ text }) => text.length === 3 && text.toString() === clients[0]?.text.toString(),
    ),
  );
});
