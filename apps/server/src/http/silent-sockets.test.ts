import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { SilentSockets } from './silent-sockets.ts';
import { selfSigned } from './testing/self-signed.ts';

async function plainServer(): Promise<Server> {
  return createServer();
}

async function tlsServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = await selfSigned(folder);
  return createTlsServer({
    cert: await readFile(files.certificate),
    key: await readFile(files.key),
  });
}

const kinds = [
  { name: 'HTTP', create: plainServer, open: (port: number): Socket => connect(port, '127.0.0.1') },
  {
    name: 'TLS',
    create: tlsServer,
    open: (port: number): Socket =>
      connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
  },
];

for (const { name, create, open } of kinds) {
  test(`over ${name}, a connection is silent until its first request; the oldest gives way`, async () => {
    const server = await create();
    server.on('request', (_, response) => response.end('here'));
    const silent = new SilentSockets(() => null, { max: 2 });
    silent.watch(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    onTestFinished(() => void server.close());
    const start = (): Socket => {
      const socket = open(port);
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      return socket;
    };

    const busy = start();
    await expect.poll(() => silent.size).toBe(1);
    busy.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(busy, 'data');
    expect(silent.size).toBe(0);

    const oldest = start();
    await expect.poll(() => silent.size).toBe(1);
    start();
    await expect.poll(() => silent.size).toBe(2);
    const closed = once(oldest, 'close');
    // Not TLS: its handshake never ends, and it counts.
    const newest = connect(port, '127.0.0.1');
    await closed;
    expect(silent.size).toBe(2);
    newest.destroy();
    await expect.poll(() => silent.size).toBe(1);
    expect(busy.destroyed).toBe(false);
  });
}
