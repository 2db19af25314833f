/** TLS in the process: the same port, with a certificate. */
import { copyFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { Session } from '@tandem/protocol';
import { selfSigned } from '../src/http/testing/self-signed.ts';
import type { TlsFiles } from '../src/http/tls-certificate.ts';
import { HttpClient } from './http-client.ts';
import { insecureFetch } from './insecure-fetch.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer, runToEnd, temporaryFolder } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

const settingsOf = ({ certificate, key }: TlsFiles) => ({ TLS_CERT: certificate, TLS_KEY: key });

async function signInOver(url: string): Promise<SignedIn> {
  const answer = await insecureFetch(`${url}/api/session`, {
    method: 'POST',
    headers: { Origin: url },
  });
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toContain('; Secure');
  const session = (await answer.json()) as Session;
  return { ...session, cookie: cookie.split(';', 1)[0] as string, fetch: () => Promise.reject() };
}

async function openSocket(port: number, guest: SignedIn): Promise<NativeClient> {
  const client = new NativeClient(
    { socketUrl: `wss://localhost:${port}` },
    {
      rejectUnauthorized: false,
      headers: { Origin: `https://localhost:${port}`, Cookie: guest.cookie },
    },
  );
  await client.opened();
  client.hello(guest.token);
  await client.next('welcome');
  return client;
}

async function certificateName(port: number): Promise<unknown> {
  const socket = connect({ port, host: 'localhost', rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket.getPeerCertificate().subject.CN;
}

test('pages, the API, WebSockets, streams, polls and the self-probe are encrypted', async () => {
  const files = await selfSigned(await temporaryFolder());
  const server = await RunningServer.start({
    ...settingsOf(files),
    SELF_PROBE: 'on',
    METRICS_TOKEN: 'm'.repeat(16),
  });
  const url = `https://localhost:${server.port}`;
  expect(server.output).toContain(`Tandem is ready: https://localhost:${server.port}`);
  expect((await insecureFetch(`${url}/readyz`)).status).toBe(200);
  await expect(fetch(`http://localhost:${server.port}/healthz`)).rejects.toThrow();
  const guest = await signInOver(url);

  const socket = await openSocket(server.port, guest);
  socket.send({ type: 'ping', channel: 0, nonce: 1 });
  expect(await socket.next('pong')).toMatchObject({ nonce: 1 });

  const stream = new HttpClient(url, guest, { fetch: insecureFetch });
  expect((await stream.stream()).status).toBe(200);
  await stream.next('welcome');
  const polls = new HttpClient(url, guest, { fetch: insecureFetch });
  expect((await polls.poll()).status).toBe(200);
  await polls.next('welcome');

  const readProbes = async (): Promise<string> => {
    const headers = { Authorization: `Bearer ${'m'.repeat(16)}` };
    const text = await (await insecureFetch(`${url}/metrics`, { headers })).text();
    return text;
  };
  await expect
    .poll(readProbes, { timeout: 10_000 })
    .toMatch(/^tandem_probe_seconds_count\{path="\w+"\} [1-9]/m);
  const expiry = /^tandem_certificate_expiry_timestamp_seconds (\S+)$/m.exec(await readProbes());
  expect(Number(expiry?.[1]) * 1_000).toBeGreaterThan(Date.now());
  expect(await readProbes()).not.toMatch(/^tandem_probe_failures_total\{.*\} [1-9]/m);
});

test('a new certificate is taken while a WebSocket is open; one that does not fit is not', async () => {
  const folder = await temporaryFolder();
  const [one, two] = [
    await selfSigned(folder, { name: 'one' }),
    await selfSigned(folder, { name: 'two' }),
  ];
  const files = { certificate: join(folder, 'certificate'), key: join(folder, 'key') };
  await copyFile(one.certificate, files.certificate);
  await copyFile(one.key, files.key);
  const server = await RunningServer.start(settingsOf(files));
  const socket = await openSocket(
    server.port,
    await signInOver(`https://localhost:${server.port}`),
  );
  expect(await certificateName(server.port)).toBe('one');

  await writeFile(files.certificate, 'not a certificate');
  await expect
    .poll(() => server.output, { timeout: 20_000 })
    .toContain('keeping the certificate: its files cannot be used');
  expect(await certificateName(server.port)).toBe('one');

  await copyFile(two.certificate, files.certificate);
  await copyFile(two.key, files.key);
  await expect
    .poll(() => certificateName(server.port), { timeout: 20_000, interval: 200 })
    .toBe('two');
  socket.send({ type: 'ping', channel: 0, nonce: 7 });
  expect(await socket.next('pong')).toMatchObject({ nonce: 7 });
  expect(socket.closed).toBeNull();
});

test('does not start with a pair that cannot be used, and says why', async () => {
  const folder = await temporaryFolder();
  const [one, two] = [
    await selfSigned(folder, { name: 'one' }),
    await selfSigned(folder, { name: 'two' }),
  ];
  const start = async (settings: Record<string, string>) =>
    await runToEnd({ DATA_DIR: join(folder, 'data'), ...settings });
  expect(await start({ TLS_CERT: one.certificate })).toEqual({
    code: 1,
    output: 'Tandem cannot start.\nTLS_CERT is set and TLS_KEY is not; set both, or neither.\n',
  });
  expect((await start({ TLS_CERT: '/nowhere', TLS_KEY: one.key })).output).toContain(
    'TLS_CERT is "/nowhere", and there is no such file.',
  );
  expect((await start(settingsOf({ ...one, key: two.key }))).output).toContain(
    `TLS_KEY is "${two.key}", which is not the key of the first certificate in TLS_CERT`,
  );
});
