/** A Postgres server of its own, with data in a temporary folder, as a plain process. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findPostgresProgram, findPostgresUser } from '../../../scripts/programs.mjs';

const execute = promisify(execFile);

const START_LIMIT_MS = 20_000;
const INSTALL_LIMIT_MS = 300_000;
const SETTINGS = { listen_addresses: '', max_connections: '200', shared_buffers: '32MB' };

export class PostgresServer implements AsyncDisposable {
  readonly folder: string;
  readonly #program: string;
  readonly #user: Identity;
  #child: ChildProcess | null = null;

  private constructor(folder: string, program: string, user: Identity) {
    this.folder = folder;
    this.#program = program;
    this.#user = user;
  }

  /** Answers on a socket in its folder only. @param parent of that folder, on the disk that is to be used */
  static async start(parent: string = tmpdir()): Promise<PostgresServer> {
    const [initdb, postgres] = [await findProgram('initdb'), await findProgram('postgres')];
    const user: Identity = await findPostgresUser();
    const folder = await createFolder(user, parent);
    const data = join(folder, 'data');
    await execute(initdb, ['-D', data, '-U', 'tandem', '-A', 'trust', '-E', 'UTF8', '-N'], user);
    const server = new PostgresServer(folder, postgres, user);
    await server.run();
    return server;
  }

  get process(): ChildProcess | null {
    return this.#child;
  }

  /** A copy of this server that follows it. */
  async startStandby(): Promise<PostgresServer> {
    const folder = await createFolder(this.#user, tmpdir());
    const copy = [
      '-h',
      this.folder,
      '-U',
      'tandem',
      '-D',
      join(folder, 'data'),
      '-R',
      '-c',
      'fast',
      '-X',
      'stream',
    ];
    await execute(await findProgram('pg_basebackup'), copy, this.#user);
    const standby = new PostgresServer(folder, this.#program, this.#user);
    await standby.run();
    return standby;
  }

  async promote(): Promise<void> {
    const client = new Client({ connectionString: urlOf(this.folder, 'postgres') });
    await client.connect();
    await client.query('select pg_promote()');
    await client.end();
  }

  /** @returns its URL. */
  createDatabase(): Promise<string> {
    return createDatabase(this.folder);
  }

  async run(): Promise<void> {
    const settings = { ...SETTINGS, unix_socket_directories: this.folder };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(this.#program, ['-D', join(this.folder, 'data'), ...options], {
      ...this.#user,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4_000)));
    const end = Date.now() + START_LIMIT_MS;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`Postgres did not start:\n${output}`);
      await sleep(50);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    const client = new Client({ connectionString: urlOf(this.folder, 'postgres') });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  }
}

async function createFolder(user: Identity, parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'tandem-postgres-'));
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid as number);
  await chmod(folder, 0o700);
  return folder;
}

/** @param folder of a server's socket. @returns the URL of a new database. */
export async function createDatabase(folder: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: urlOf(folder, 'postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return urlOf(folder, name);
}

function urlOf(folder: string, database: string): string {
  return `postgres://tandem@localhost/${database}?host=${encodeURIComponent(folder)}`;
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

async function findProgram(name: string): Promise<string> {
  const found = findPostgresProgram(name);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { timeout: INSTALL_LIMIT_MS, env };
    await execute('apt-get', ['update'], options);
    await execute('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], options);
  }
  const installed = findPostgresProgram(name);
  if (installed !== undefined) return installed;
  throw new Error(`These tests need Postgres 15 or later: ${name} is not installed.`);
}
