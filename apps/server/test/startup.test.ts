/** The server starts without settings, and explains in a sentence why it cannot. */
import { once } from 'node:events';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  readdir,
  readFile,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RunningServer, runToEnd, temporaryFolder } from './running-server.ts';
import { signIn } from './signed-in.ts';

describe('a start', () => {
  test('makes its folder and a secret for its owner only, and keeps it', async () => {
    const dataDir = join(await temporaryFolder(), 'new', 'data');
    const first = await RunningServer.start({ DATA_DIR: dataDir });
    const secret = await readFile(join(dataDir, 'secret'), 'utf8');
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect((await stat(join(dataDir, 'secret'))).mode & 0o777).toBe(0o600);
    const guest = await signIn(first);
    await first.kill('SIGTERM');
    const second = await first.restart();
    const answer = await fetch(`${second.url}/api/session`, {
      method: 'POST',
      headers: { Cookie: guest.cookie },
    });
    expect(await answer.json()).toMatchObject({ user: guest.user });
    expect(await readFile(join(dataDir, 'secret'), 'utf8')).toBe(secret);
  });

  test('never logs a token or a cookie', async () => {
    const server = await RunningServer.start({ LOG_LEVEL: 'trace' });
    const { token, cookie } = await signIn(server);
    await fetch(`${server.url}/api/documents`, { headers: { Cookie: cookie } });
    expect(server.output).not.toContain(token);
    expect(server.output).not.toContain(cookie.split('=')[1]);
  });
});

interface WrongStart {
  readonly title: string;
  readonly prepare?: (dataDir: string) => Promise<Record<string, string> | void>;
  /** The user id of the process; root bypasses permissions. */
  readonly user?: number;
  readonly sentence: string | ((dataDir: string) => string);
}

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const asNobody = isRoot ? { user: NOBODY } : {};

async function giveTo(user: number | undefined, path: string): Promise<void> {
  if (user === undefined) return;
  for (const name of ['', ...(await readdir(path))]) await chown(join(path, name), user, user);
}

const WRONG_STARTS: readonly WrongStart[] = [
  {
    title: 'several settings do not fit',
    prepare: async () => ({ PORT: 'http', ENGINE_WORKERS: 'many', DATA_DIR: '/dev/null' }),
    sentence:
      'PORT is "http"; it must be a whole number from 0 to 65535.\nENGINE_WORKERS is "many"; it must be a whole number from 1 to 64.\n',
  },
  {
    title: 'PUBLIC_URL has a path',
    prepare: async () => ({ PUBLIC_URL: 'https://example.org/docs' }),
    sentence:
      'PUBLIC_URL contains a path, and Tandem is served at the root of a host name; use one of its own.',
  },
  {
    title: 'PUBLIC_URL has a password',
    prepare: async () => ({ PUBLIC_URL: 'https://a:b@example.org' }),
    sentence: 'PUBLIC_URL contains a user name or a password; leave them out.',
  },
  {
    title: 'HOST is not an address of this machine',
    prepare: async () => ({ HOST: '192.0.2.1' }),
    sentence: 'HOST is "192.0.2.1", which is not an address of this machine.',
  },
  {
    title: 'WEB_DIR is not there',
    prepare: async () => ({ WEB_DIR: '/nowhere/dist' }),
    sentence:
      'WEB_DIR is "/nowhere/dist", which holds no built web application: /nowhere/dist/index.html is missing.',
  },
  {
    title: 'DATA_DIR is a file',
    prepare: async (dataDir) => {
      await writeFile(join(dataDir, 'file'), 'not a folder');
      return { DATA_DIR: join(dataDir, 'file') };
    },
    sentence: (dataDir) =>
      `DATA_DIR is "${dataDir}/file", which is not a folder that may be written to.`,
  },
  {
    title: 'DATA_DIR may not be written to',
    prepare: async (dataDir) => await chmod(dataDir, 0o555),
    ...asNobody,
    sentence: (dataDir) =>
      `DATA_DIR is "${dataDir}", which is not a folder that may be written to.`,
  },
  {
    title: 'the database may not be written to',
    prepare: async (dataDir) => await copyFixture(dataDir, 0o444),
    ...asNobody,
    sentence: (dataDir) =>
      `${dataDir}/tandem.db may not be read and written by this user. Change its owner or its permissions.`,
  },
  {
    title: 'the secret is empty',
    prepare: async (dataDir) => await writeFile(join(dataDir, 'secret'), '\n'),
    sentence: (dataDir) => `${dataDir}/secret holds no secret. Delete it and one is made`,
  },
  {
    title: 'the secret is a folder',
    prepare: (dataDir) => mkdir(join(dataDir, 'secret')),
    sentence: (dataDir) =>
      `${dataDir}/secret is a folder, and should be the file with the secret. Move it away.`,
  },
  {
    title: 'the secret may not be read',
    prepare: async (dataDir) =>
      await writeFile(join(dataDir, 'secret'), 's'.repeat(43), { mode: 0o000 }),
    ...asNobody,
    sentence: (dataDir) => `${dataDir}/secret may not be read by this user.`,
  },
  {
    title: 'the database file is not one',
    prepare: async (dataDir) =>
      await writeFile(join(dataDir, 'tandem.db'), 'this is not a database\n'.repeat(1_000)),
    sentence: 'The database file is damaged or is not a SQLite database. It was not touched.',
  },
];

describe('a start ends with code 1 and a sentence, and leaves the folder as it was', () => {
  test.each(WRONG_STARTS)('when $title', async ({ prepare, user, sentence }) => {
    const dataDir = await temporaryFolder();
    const settings = (await prepare?.(dataDir)) ?? {};
    await giveTo(user, dataDir);
    const before = await contentsOf(dataDir);
    const limits = user === undefined ? {} : { user };
    const { code, output } = await runToEnd({ DATA_DIR: dataDir, ...settings }, limits);
    expect(code).toBe(1);
    expect(output).toContain('Tandem cannot start.\n');
    expect(output).toContain(typeof sentence === 'string' ? sentence : sentence(dataDir));
    expect(output).not.toMatch(/^\s+at /m);
    expect(await contentsOf(dataDir)).toEqual(before);
  });

  test('when the port is in use', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const dataDir = join(await temporaryFolder(), 'data');
    const { code, output } = await runToEnd({ PORT: String(port), DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(output).toContain(
      `Port ${port} is in use by another program. Stop that program, or set PORT to another number.`,
    );
    expect(output).not.toMatch(/^\s+at /m);
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });

  // File size limits: the secret fits and the database does not, or not even the secret.
  test.each([0, 1, 8, 40, 120])(
    'when there are %i KiB, and starts once there is space',
    async (size) => {
      const dataDir = join(await temporaryFolder(), 'data');
      const { code, output } = await runToEnd({ DATA_DIR: dataDir }, { maxFileKib: size });
      expect(code).toBe(1);
      expect(output).toContain('Tandem cannot start.\n');
      expect(output).not.toMatch(/^\s+at /m);
      expect(Object.keys(await contentsOf(dataDir))).not.toContain('tandem.db');
      const server = await RunningServer.start({ DATA_DIR: dataDir });
      expect((await readFile(join(dataDir, 'secret'), 'utf8')).length).toBe(43);
      await signIn(server);
    },
  );
});

test('keeps what it makes from other users, also where the folder was open to them', async () => {
  const parent = await temporaryFolder();
  const made = join(parent, 'made');
  const first = await RunningServer.start({ DATA_DIR: made });
  await signIn(first);
  const given = join(parent, 'given');
  await mkdir(given);
  await chmod(given, 0o755);
  const second = await RunningServer.start({ DATA_DIR: given });
  await signIn(second);
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect([await modeOf(made), await modeOf(given)]).toEqual(['700', '750']);
  for (const folder of [made, given])
    for (const name of await readdir(folder))
      expect([name, await modeOf(join(folder, name))]).toEqual([
        name,
        name === 'files' ? '700' : '600',
      ]);
});

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter(({ name }) => !/^tandem\.(lock|state)/.test(name));
  const contents = files.map(async (file) => [
    file.name,
    file.isFile() ? await readFile(join(folder, file.name), 'base64') : 'a folder',
  ]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

async function copyFixture(dataDir: string, mode: number): Promise<void> {
  const server = await RunningServer.start();
  await server.kill('SIGTERM');
  await copyFile(join(server.dataDir, 'tandem.db'), join(dataDir, 'tandem.db'));
  await chmod(join(dataDir, 'tandem.db'), mode);
}
