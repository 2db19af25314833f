/** New databases on a Postgres that runs already. */

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * @param template a URL with `%s` in the place of the database's name, such as `postgres://user@host/%s`
 * @param copyOf the URL of a database that nobody is connected to
 * @returns the URL of the new database
 */
export async function createDatabase(template: string, copyOf?: string): Promise<string> {
  const name = `e2e_${randomUUID().replaceAll('-', '')}`;
  const copied = copyOf === undefined ? [] : ['--template', databaseOf(copyOf)];
  await execute('createdb', [...serverOf(template), ...copied, name]);
  return template.replace('%s', name);
}

export async function dropDatabase(url: string): Promise<void> {
  await execute('dropdb', [...serverOf(url), '--force', databaseOf(url)]);
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

function serverOf(url: string): string[] {
  const { hostname, port, username, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  return ['-h', host, '-p', port || '5432', '-U', username];
}
