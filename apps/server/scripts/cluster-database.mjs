// Postgres and Redis of `pnpm cluster`, as processes with their data in one folder.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgresProgram, findPostgresUser, findProgram } from './programs.mjs';

const execute = promisify(execFile);

const START_LIMIT_MS = 20_000;
const STEP_MS = 100;

/** @typedef {{ readonly url: string, stop(): Promise<void> }} Running */

/**
 * @param {string} folder
 * @returns {Promise<Running>}
 */
export async function startPostgres(folder) {
  const [initdb, postgres] = [findPostgresProgram('initdb'), findPostgresProgram('postgres')];
  if (initdb === undefined || postgres === undefined)
    throw new Error(
      'Postgres is not installed. Install version 15 or later, such as the package postgresql of Debian, Ubuntu or Homebrew, and try again.',
    );
  const user = await findPostgresUser();
  const data = join(folder, 'postgres');
  await makeFolder(data, user);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const options = ['-D', data, '-U', 'tandem', '-A', 'trust', '-E', 'UTF8'];
    await execute(initdb, options, { ...user, cwd: data });
  }
  // The path of a socket must be short.
  const sockets = await mkdtemp(join(tmpdir(), 'tandem-sockets-'));
  await makeFolder(sockets, user);
  const settings = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    log_min_messages: 'fatal',
  };
  const child = run(postgres, {
    parameters: [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    user,
    cwd: data,
  });
  const stop = async () => {
    // Does not wait for its clients.
    await child.end('SIGINT');
    await rm(sockets, { recursive: true, force: true });
  };
  try {
    await child.until('Postgres', () => createDatabase(sockets));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: urlOf(sockets, 'tandem'), stop };
}

/**
 * @param {string} folder
 * @returns {Promise<Running | null>} null where Redis is not installed
 */
export async function startRedis(folder) {
  const program = findProgram('redis-server');
  if (program === undefined) return null;
  const port = await freePort();
  const parameters = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = run(program, { parameters, user: {}, cwd: folder });
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.end('SIGTERM') };
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @param {string} program
 * @param {{ parameters: readonly string[], user: { uid?: number, gid?: number }, cwd: string }} options
 */
function run(program, { parameters, user, cwd }) {
  // In a group of its own, so that Ctrl-C does not end it before the servers.
  const child = spawn(program, parameters, {
    ...user,
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => (output = (output + data).slice(-4_000)));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    /** @param {NodeJS.Signals} signal */
    async end(signal) {
      if (hasEnded()) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
    /**
     * @param {string} name
     * @param {() => Promise<boolean>} isReady
     */
    async until(name, isReady) {
      const end = Date.now() + START_LIMIT_MS;
      while (!(await isReady())) {
        if (hasEnded() || Date.now() > end) throw new Error(`${name} does not start:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      }
    },
  };
}

/**
 * @param {string} sockets
 * @returns {Promise<boolean>} false while Postgres does not answer
 */
async function createDatabase(sockets) {
  const client = new pg.Client({ connectionString: urlOf(sockets, 'postgres') });
  try {
    await client.connect();
  } catch {
    return false;
  }
  const { rows } = await client.query("select 1 from pg_database where datname = 'tandem'");
  if (rows.length === 0) await client.query('create database tandem');
  await client.end();
  return true;
}

/**
 * @param {string} sockets
 * @param {string} database
 */
function urlOf(sockets, database) {
  return `postgres://tandem@localhost/${database}?host=${encodeURIComponent(sockets)}`;
}

/**
 * @param {string} path
 * @param {{ uid?: number, gid?: number }} user
 */
async function makeFolder(path, { uid, gid }) {
  await mkdir(path, { recursive: true });
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  await chmod(path, 0o700);
}
