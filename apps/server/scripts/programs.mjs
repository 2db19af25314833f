// Programs of the operating system, and the user as whom they may run.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where Debian keeps what it does not put on the path. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/**
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * @param {string} name
 * @returns {string | undefined} a program of the newest Postgres that is installed
 */
export function findPostgresProgram(name) {
  const versions = existsSync(POSTGRES_VERSIONS)
    ? readdirSync(POSTGRES_VERSIONS).sort((one, other) => Number(other) - Number(one))
    : [];
  const paths = versions.map((version) => join(POSTGRES_VERSIONS, version, 'bin', name));
  return findProgram(name) ?? paths.find((path) => existsSync(path));
}

/**
 * Postgres refuses to run as root.
 *
 * @returns {Promise<{ uid: number, gid: number } | {}>} empty for this process's own user
 */
export async function findPostgresUser() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const ids = ['-u', '-g'].map(async (flag) =>
        Number((await execute('id', [flag, name])).stdout),
      );
      const [uid = 0, gid = 0] = await Promise.all(ids);
      return { uid, gid };
    } catch {
      // Another system's name.
    }
  }
  throw new Error('There is no user as whom Postgres could run.');
}
