/** Programs that tests start as they are: servers and proxies of the distribution. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const INSTALL_LIMIT_MS = 300_000;
const START_LIMIT_MS = 15_000;
const execute = promisify(execFile);

export interface Program {
  readonly name: string;
  /** Of Debian. */
  readonly package: string;
}

interface Place {
  readonly port: number;
  readonly folder: string;
  /** For programs that refuse to run as root. */
  readonly user?: { readonly uid?: number; readonly gid?: number };
}

/** The program's path; null, and a sentence, where it is missing and cannot be installed. */
export async function findProgram(program: Program): Promise<string | null> {
  const found = (await onPath(program.name)) ?? (await install(program));
  if (found === null)
    process.stderr.write(
      `Tests with ${program.name} do not run: it is not installed (package ${program.package} of Debian).\n`,
    );
  return found;
}

async function install({ name, package: debian }: Program): Promise<string | null> {
  if (process.getuid?.() !== 0) return null;
  const options = {
    timeout: INSTALL_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    await execute('apt-get', ['update'], options);
    await execute('apt-get', ['install', '-y', '--no-install-recommends', debian], options);
  } catch {
    // Another system, or no network.
  }
  return await onPath(name);
}

/** Runs until the test is over, or until it is stopped. Resolves once it listens on the port. */
export async function startProgram(
  [program, ...values]: readonly [string, ...string[]],
  { port, folder, user = {} }: Place,
): Promise<{ readonly stop: () => Promise<void> }> {
  const child = spawn(program, values, {
    // Caddy stores unneeded files below its user's home.
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  onTestFinished(stop);
  const end = Date.now() + START_LIMIT_MS;
  while (!(await canConnect(port))) {
    if (Date.now() > end || child.exitCode !== null)
      throw new Error(`${program} does not listen:\n${output}`);
    await sleep(20);
  }
  return { stop };
}

export async function onPath(name: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const found = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => found(true));
    socket.once('error', () => found(false));
  });
}
