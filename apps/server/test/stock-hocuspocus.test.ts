import {
  HocuspocusProvider as Provider4,
  HocuspocusProviderWebsocket as Websocket4,
} from '@hocuspocus/provider-4';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { eventually } from './eventually.ts';
import { packageVersion } from './package-version.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';
import {
  connectHocuspocus as connect,
  HOCUSPOCUS_PROVIDERS,
  openHocuspocus as open,
  type OpenedHocuspocus,
} from './stock-hocuspocus.ts';

describe.each(HOCUSPOCUS_PROVIDERS)('%s', (name, Provider, Websocket) => {
  const opened = (server: RunningServer, options?: Parameters<typeof open>[2]) =>
    open(Provider, connect(Websocket, server), options);

  test(`converges, in ${packageVersion(name)}`, async () => {
    const server = await RunningServer.start();
    const a = opened(server);
    const b = opened(server);
    await eventually('both synced', () => a.provider.synced && b.provider.synced);
    for (let i = 0; i < 20; i++) {
      a.text.insert(a.text.length, 'a');
      b.text.insert(0, 'b');
    }
    await eventually(
      'equal',
      () => a.text.length === 40 && a.text.toString() === b.text.toString(),
    );
    await eventually(
      'all saved',
      () => !a.provider.hasUnsyncedChanges && !b.provider.hasUnsyncedChanges,
    );
    const late = opened(server);
    await eventually('a newcomer has it', () => late.text.toString() === a.text.toString());
  });

  test('counts as unsaved what is not on disk, and nothing else', async () => {
    const server = await RunningServer.start();
    const a = opened(server);
    await eventually('saved', () => a.provider.synced && !a.provider.hasUnsyncedChanges);
    process.kill(server.pid, 'SIGSTOP');
    for (let i = 0; i < 5; i++) a.text.insert(0, 'x');
    expect(a.provider.unsyncedChanges).toBe(5);
    const numbers: number[] = [];
    a.provider.on('unsyncedChanges', () => numbers.push(a.provider.unsyncedChanges));
    process.kill(server.pid, 'SIGCONT');
    await eventually('saved', () => !a.provider.hasUnsyncedChanges);
    await server.kill();
    expect(numbers).toEqual([4, 3, 2, 1, 0]);
    const again = await server.restart();
    const b = opened(again);
    await eventually('it was on disk', () => b.text.toString() === 'xxxxx');
  });

  test('sees presence both ways, and its end', async () => {
    const server = await RunningServer.start();
    const a = opened(server);
    const b = opened(server);
    a.provider.setAwarenessField('who', 'a');
    b.provider.setAwarenessField('who', 'b');
    const seenBy = (watcher: OpenedHocuspocus, other: OpenedHocuspocus) =>
      watcher.provider.awareness?.getStates().get(other.doc.clientID)?.['who'] as unknown;
    await eventually('a sees b', () => seenBy(a, b) === 'b');
    await eventually('b sees a', () => seenBy(b, a) === 'a');
    b.socket.disconnect();
    await eventually('b is gone', () => seenBy(a, b) === undefined);
  });

  test('loses nothing over kill -9 and a restart', async () => {
    let server = await RunningServer.start();
    const a = opened(server);
    const b = opened(server);
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
    await eventually(
      'all saved',
      () => !a.provider.hasUnsyncedChanges && !b.provider.hasUnsyncedChanges,
    );
    const late = opened(server);
    await eventually('so has a newcomer', () => late.text.toString() === a.text.toString());
  });

  test('gets the reason of a refusal', async () => {
    const server = await RunningServer.start({ ALLOW_ADHOC_DOCUMENTS: 'false' });
    const unknown = opened(server, { document: 'nobody-made-this' });
    await eventually('denied', () => unknown.denials.length > 0);
    expect(unknown.denials[0]).toContain('No document was found at this address.');
    const forged = opened(server, { token: 'forged' });
    await eventually('denied', () => forged.denials.length > 0);
    expect(forged.denials[0]).toContain('This token is not valid');
    const misnamed = opened(server, { document: 'a/b' });
    await eventually('denied', () => misnamed.denials.length > 0);
    expect(misnamed.denials[0]).toContain('1 to 64 letters');
  });

  test('sends a token and gets its access', async () => {
    const server = await RunningServer.start();
    const { token } = await signIn(server);
    const a = opened(server, { token });
    await eventually('granted', () => a.scopes.length > 0 && a.provider.synced);
    expect(a.scopes[0]).toBe('read-write');
    a.text.insert(0, 'signed');
    await eventually('saved', () => !a.provider.hasUnsyncedChanges);
  });

  test('W36 is of one sign-in, and ends with it', async () => {
    const server = await RunningServer.start();
    const [ada, bob] = [await signIn(server), await signIn(server)];
    const socket = connect(Websocket, server);
    const first = open(Provider, socket, { document: 'first', token: ada.token });
    await eventually('granted', () => first.scopes.length > 0 && first.provider.synced);
    const second = open(Provider, socket, { document: 'second', token: bob.token });
    await eventually('denied', () => second.denials.length > 0);
    expect(second.denials[0]).toContain('another sign-in');
    expect(first.provider.synced).toBe(true);
  });

  test('has several documents on one socket, and one refusal leaves the others alone', async () => {
    const server = await RunningServer.start();
    const socket = connect(Websocket, server);
    const first = open(Provider, socket, { document: 'first' });
    const second = open(Provider, socket, { document: 'second' });
    const other = opened(server, { document: 'second' });
    await eventually(
      'synced',
      () => first.provider.synced && second.provider.synced && other.provider.synced,
    );
    first.text.insert(0, 'first');
    second.text.insert(0, 'second');
    await eventually('delivered', () => other.text.toString() === 'second');
    await eventually(
      'saved',
      () => !first.provider.hasUnsyncedChanges && !second.provider.hasUnsyncedChanges,
    );
    if (name === '@hocuspocus/provider-2') return;
    const denied = open(Provider, socket, { document: 'not a name' });
    await eventually('denied', () => denied.denials.length > 0);
    first.text.insert(0, 'still ');
    await eventually('saved', () => !first.provider.hasUnsyncedChanges);
  });
});

test('lets three generations write together, and with themselves in two sessions', async () => {
  const server = await RunningServer.start();
  const clients = HOCUSPOCUS_PROVIDERS.map(([, Provider, Websocket]) =>
    open(Provider, connect(Websocket, server)),
  );
  const socket = connect(Websocket4, server);
  for (let i = 0; i < 2; i++) {
    const doc = new Y.Doc();
    const provider = new Provider4({
      websocketProvider: socket,
      name: 'notes',
      document: doc,
      token: null,
      sessionAwareness: true,
    });
    provider.attach();
    onTestFinished(() => provider.destroy());
    clients.push({ doc, text: doc.getText('text'), provider, socket, denials: [], scopes: [] });
  }
  await eventually('all synced', () => clients.every(({ provider }) => provider.synced));
  clients.forEach(({ text }, index) => text.insert(0, String(index)));
  await eventually('all equal', () =>
    clients.every(
      ({ text }) => text.length === 5 && text.toString() === clients[0]?.text.toString(),
    ),
  );
});
