/** A service manager signals the process it started, and the server exits soon and cleanly. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, onTestFinished, test } from 'vitest';
import { NativeClient } from './native-client.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';

const READY = /"port":(\d+),"msg":"Tandem is ready/;
/** Far below the patience of service managers; far above the time needed. */
const SOON_MS = 10_000;

const pnpm = await promisify(execFile)('pnpm', ['--version']).then(
  () => 'pnpm',
  () => null,
);

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends node with code 0, and with people connected',
  async (signal) => {
    const child = run(
      [process.execPath, join(inject('bundle'), 'main.js')],
      await temporaryFolder(),
    );
    const output = await readyOutput(child);
    const port = Number(READY.exec(output())?.[1]);
    const url = `http://localhost:${port}`;
    const server = { url, socketUrl: url.replace('http', 'ws') } as RunningServer;
    const client = await NativeClient.onAuthenticated(server);
    const began = Date.now();
    const exited = once(child, 'exit');
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
    expect(Date.now() - began).toBeLessThan(SOON_MS);
    expect(output()).toContain('"msg":"stopped"');
    expect((await client.end()).code).toBe(1012);
  },
);

test('DRAIN_DELAY_SECONDS: it serves on, says to load balancers that it drains, and then stops', async () => {
  const server = await RunningServer.start({ DRAIN_DELAY_SECONDS: '6' });
  const early = await NativeClient.onAuthenticated(server);
  const began = Date.now();
  const stopped = server.kill('SIGTERM');
  await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(503);
  const late = await NativeClient.onAuthenticated(server);
  for (const client of [early, late]) {
    client.send({ type: 'ping', channel: 0, nonce: 3 });
    expect(await client.next('pong')).toMatchObject({ nonce: 3 });
  }
  expect(early.received.filter(({ type }) => type === 'goaway')).toEqual([]);
  await early.next('goaway');
  expect(Date.now() - began).toBeGreaterThan(5_900);
  await stopped;
});

test('SIGTERM during the start ends it, also as the first process of a container', async () => {
  const child = run([process.execPath, join(inject('bundle'), 'main.js')], await temporaryFolder());
  // The first line is printed long before it is ready.
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test.runIf(pnpm !== null)('SIGTERM to pnpm alone reaches the server', async () => {
  const folder = await temporaryFolder();
  const start = `node --enable-source-maps ${join(inject('bundle'), 'main.js')}`;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
  const child = run([pnpm as string, 'start'], folder);
  const output = await readyOutput(child);
  const port = Number(READY.exec(output())?.[1]);
  const began = Date.now();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  await expect.poll(() => output(), { timeout: SOON_MS }).toContain('"msg":"stopped"');
  expect(Date.now() - began).toBeLessThan(SOON_MS);
  // The port is free again.
  const next = createServer().listen(port);
  await once(next, 'listening');
  expect((next.address() as AddressInfo).port).toBe(port);
  next.close();
});

function run([command, ...rest]: readonly [string, ...string[]], dataDir: string): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PORT: '0', DATA_DIR: join(dataDir, 'data'), SELF_PROBE: 'off' };
  const child = spawn(command, rest, { cwd: dataDir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function readyOutput(child: ChildProcess): Promise<() => string> {
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(READY);
  return () => output;
}
