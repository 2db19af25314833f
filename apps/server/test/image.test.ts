/** What the image would do, without an engine: its build in a copy of the repo, and its command as another user. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from './programs.ts';
import { temporaryFolder } from './running-server.ts';

const execute = promisify(execFile);
const REPO = resolve(import.meta.dirname, '../../..');
const BUILD_LIMIT_MS = 300_000;
const NODE_USER = 1_000;
const isRoot = process.getuid?.() === 0;

interface Instruction {
  readonly name: string;
  readonly value: string;
}

async function readStages(): Promise<readonly (readonly Instruction[])[]> {
  const text = await readFile(join(REPO, 'deploy/Dockerfile'), 'utf8');
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [name = '', ...rest] = line.split(' ');
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, value: rest.join(' ') });
  }
  return stages;
}

const valuesOf = (stage: readonly Instruction[], wanted: string): string[] =>
  stage.filter(({ name }) => name === wanted).map(({ value }) => value);

/** The files that git knows or would add: what `Dockerfile.dockerignore` lets through. */
async function copyRepo(to: string): Promise<void> {
  const { stdout } = await execute('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: REPO,
    maxBuffer: 1 << 24,
  });
  for (const name of stdout.trim().split('\n')) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await cp(join(REPO, name), join(to, name)).catch((error: NodeJS.ErrnoException) => {
      // Deleted, and not committed yet.
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

async function build(out: string): Promise<void> {
  const [stage = []] = await readStages();
  const folder = await temporaryFolder();
  const [bin, source] = [join(folder, 'bin'), join(folder, 'build')];
  await mkdir(bin);
  await copyRepo(source);
  const [install = '', ...commands] = valuesOf(stage, 'RUN');
  const version = /^npm install --global (pnpm@[\d.]+)$/.exec(install)?.[1];
  const { packageManager } = JSON.parse(await readFile(join(REPO, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  expect(version).toBe(packageManager);
  await writeFile(
    join(bin, 'pnpm'),
    `#!/bin/sh\nexec npx -y ${packageManager.split('.')[0]} "$@"\n`,
  );
  await chmod(join(bin, 'pnpm'), 0o755);
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH: `${bin}${delimiter}${PATH}`, HOME, CI: 'true' };
  for (const command of commands)
    await execute('sh', ['-c', command.replaceAll('/tandem', out)], {
      cwd: source,
      env,
      maxBuffer: 1 << 26,
    });
}

test.runIf(isRoot)(
  'is built from a copy of the repo, and runs as a user who may write to DATA_DIR only',
  { timeout: BUILD_LIMIT_MS },
  async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    const out = join(folder, 'tandem');
    await build(out);

    const [, stage = []] = await readStages();
    expect(valuesOf(stage, 'USER')).toEqual([`${NODE_USER}:${NODE_USER}`]);
    const dataDir = join(folder, 'data');
    await mkdir(dataDir);
    await execute('chown', [`${NODE_USER}:${NODE_USER}`, dataDir]);
    const port = await freePort();
    const options = {
      cwd: out,
      uid: NODE_USER,
      gid: NODE_USER,
      env: {
        PATH: process.env['PATH'],
        TMPDIR: '/nowhere',
        NODE_ENV: 'production',
        DATA_DIR: dataDir,
        PORT: String(port),
      },
    };
    const [command, ...values] = JSON.parse(valuesOf(stage, 'CMD')[0] ?? '') as [string];
    const server = spawn(command, values, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void server.kill('SIGKILL'));
    let output = '';
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));

    const [, check = ''] = valuesOf(stage, 'HEALTHCHECK')[0]?.split(' CMD ') ?? [];
    const [program, file] = JSON.parse(check) as [string, string];
    const isHealthy = () =>
      execute(program, [file.replace('/tandem', out)], options).then(
        () => true,
        () => false,
      );
    await expect.poll(isHealthy, { timeout: 15_000, message: output }).toBe(true);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(page).toContain('<html');
    expect((await fetch(`http://127.0.0.1:${port}/api/session`, { method: 'POST' })).status).toBe(
      200,
    );
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await isHealthy()).toBe(false);
  },
);
