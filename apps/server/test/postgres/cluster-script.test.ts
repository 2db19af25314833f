/** `pnpm cluster`: two nodes on a Postgres of their own, behind a balancer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../running-server.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/cluster.mjs');
const READY = /2 nodes \(ports (\d+) and (\d+)\) are behind http:\/\/localhost:(\d+)/;

async function startCluster(folder: string) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [SCRIPT], {
    env: { PATH, HOME, PORT: '0', CLUSTER_DIR: folder, SELF_PROBE: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const end = async () => {
    child.kill('SIGINT');
    await exited;
    return child.exitCode;
  };
  onTestFinished(async () => void (await end()));
  await expect.poll(() => output, { timeout: 40_000 }).toMatch(READY);
  const [, one, other, port] = READY.exec(output) as unknown as string[];
  return { url: `http://localhost:${port}`, ports: [one, other], end };
}

test('starts, answers on one port from both nodes, keeps its data, and ends all it started', async () => {
  const folder = await temporaryFolder();
  // Postgres may run as another user.
  await chmod(folder, 0o755);
  const first = await startCluster(folder);
  const signUp = await fetch(`${first.url}/api/session`, { method: 'POST' });
  expect(signUp.status).toBe(200);
  const Cookie = (signUp.headers.get('set-cookie') ?? '').split(';', 1)[0] as string;
  for (const port of first.ports) {
    const answer = await fetch(`http://localhost:${port}/api/documents`, { headers: { Cookie } });
    expect(answer.status).toBe(200);
  }
  expect(existsSync(join(folder, 'postgres/postmaster.pid'))).toBe(true);
  expect(await first.end()).toBe(0);
  expect(existsSync(join(folder, 'postgres/postmaster.pid'))).toBe(false);
  for (const port of first.ports)
    await expect(fetch(`http://localhost:${port}/healthz`)).rejects.toThrow();

  const again = await startCluster(folder);
  const answer = await fetch(`${again.url}/api/documents`, { headers: { Cookie } });
  expect(answer.status).toBe(200);
}, 120_000);
