/** `pnpm dev` prints the application's address first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './running-server.ts';

const SCRIPT = join(import.meta.dirname, '../scripts/dev.mjs');

async function firstLine(...parameters: string[]): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [SCRIPT, ...parameters], {
    env: { PATH, HOME, PORT: '0', DATA_DIR: await temporaryFolder() },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await expect.poll(() => output, { timeout: 20_000 }).toContain('\n');
  return output.split('\n', 1)[0] as string;
}

test('on this machine, and how to open it from others', async () => {
  expect(await firstLine()).toBe(
    'server: open http://localhost:5173 in a browser; for other machines, start with: pnpm dev --host',
  );
});

test('with --host, at each address of this machine', async () => {
  const own = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => ` or http://${address}:5173`);
  expect(await firstLine('--host')).toBe(
    `server: open http://localhost:5173${own.join('')} in a browser`,
  );
});
