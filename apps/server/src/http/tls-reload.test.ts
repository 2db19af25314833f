import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { HttpListener } from './http-listener.ts';
import { selfSigned } from './testing/self-signed.ts';
import { readTlsCertificate, type TlsCertificate, type TlsFiles } from './tls-certificate.ts';
import { TlsReload } from './tls-reload.ts';

let folder: string;
let first: TlsFiles;
let second: TlsFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  first = await selfSigned(folder, { name: 'first' });
  second = await selfSigned(folder, { name: 'second' });
});
afterAll(() => rm(folder, { recursive: true }));

async function read(files: TlsFiles): Promise<TlsCertificate> {
  const reading = await readTlsCertificate(files, Date.now());
  if (reading.kind === 'problem') throw new Error(reading.sentence);
  return reading;
}

async function copy(from: TlsFiles, to: TlsFiles): Promise<void> {
  await copyFile(from.certificate, to.certificate);
  await copyFile(from.key, to.key);
}

/** Runs its timers when told to. */
function createFixture(files: TlsFiles, current: TlsCertificate) {
  const replaced: TlsCertificate[] = [];
  const lines: string[] = [];
  const timers: (() => void)[] = [];
  const write = (fields: unknown, message?: string): number =>
    lines.push(`${message} ${(fields as { problem?: string }).problem ?? ''}`.trim());
  const reload = new TlsReload({
    files,
    current,
    replace: (certificate) => replaced.push(certificate),
    clock: {
      now: () => Date.now(),
      monotonicMs: () => 0,
      setTimeout: (run) => timers.push(run),
      clearTimeout: () => void timers.splice(0),
    },
    log: { info: write, error: write },
  });
  return { reload, replaced, lines, timers };
}

test('replaces the certificate once its files are another pair, and tells each problem once', async () => {
  const files = { certificate: join(folder, 'used.crt'), key: join(folder, 'used.key') };
  await copy(first, files);
  const { reload, replaced, lines } = createFixture(files, await read(files));
  await reload.check();
  expect(replaced).toEqual([]);

  // Replaced one after the other, with a check between.
  await copyFile(second.certificate, files.certificate);
  await reload.check();
  await reload.check();
  expect(replaced).toEqual([]);
  expect(lines).toEqual([
    `keeping the certificate: its files cannot be used TLS_KEY is "${files.key}", which is not the key of the first certificate in TLS_CERT, "${files.certificate}".`,
  ]);
  await copyFile(second.key, files.key);
  await reload.check();
  await reload.check();
  expect(replaced).toEqual([expect.objectContaining(await read(second))]);
  expect(lines.at(-1)).toBe('replaced the certificate');

  await rm(files.key);
  await reload.check();
  expect(lines.at(-1)).toContain('and there is no such file.');
  expect(replaced).toHaveLength(1);
});

test('checks at intervals until it is stopped', async () => {
  const { reload, timers } = createFixture(first, await read(first));
  reload.start();
  for (let round = 0; round < 3; round++) {
    await expect.poll(() => timers.length).toBe(1);
    timers.pop()?.();
  }
  reload[Symbol.dispose]();
  await new Promise((resolve) => setImmediate(resolve));
  await reload.check();
  expect(timers).toEqual([]);
});

async function listen(certificate: TlsCertificate): Promise<HttpListener> {
  const listener = await HttpListener.listen({
    port: 0,
    host: '127.0.0.1',
    headers: () => ({}),
    trustedProxies: 0,
    certificate,
  });
  onTestFinished(() => listener[Symbol.asyncDispose]());
  return listener;
}

async function connectTo({ address }: HttpListener): Promise<TLSSocket> {
  const socket = connect({ port: address.port, host: '127.0.0.1', rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString().split('\r\n', 1)[0] as string;
}

const nameOf = (socket: TLSSocket): unknown => socket.getPeerCertificate().subject.CN;

test('a listener has the new certificate for new connections, and open ones go on', async () => {
  const listener = await listen(await read(first));
  const before = await connectTo(listener);
  expect([nameOf(before), await ask(before)]).toEqual(['first', 'HTTP/1.1 200 OK']);
  listener.replaceCertificate(await read(second));
  const after = await connectTo(listener);
  expect([nameOf(after), await ask(after)]).toEqual(['second', 'HTTP/1.1 200 OK']);
  expect(await ask(before)).toBe('HTTP/1.1 200 OK');
});

test('a client that speaks plain HTTP, or nothing sensible, is closed', async () => {
  const listener = await listen(await read(first));
  for (const text of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', '\u0000'.repeat(100)]) {
    const socket = connectPlain(listener.address.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(text);
    await once(socket, 'close');
  }
  expect(await ask(await connectTo(listener))).toBe('HTTP/1.1 200 OK');
});
